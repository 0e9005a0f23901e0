"""What the operator may set up, and what is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.exits.reporting.conftest import Line
from tests.installation import Installed, acting_as

from ecouvillon.errors import Invalid, NotFound
from ecouvillon.exits.reporting.destinations import Wanted, add, find
from ecouvillon.exits.reporting.models import WithoutConsent
from ecouvillon.operations.process import operator

WANTED = Wanted("anything", "hl7-mllp", "mllp://127.0.0.1:2575", False, WithoutConsent.WITHHOLD)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        # MSH-6 would not hold it, and every message would be refused.
        ({"name": "x" * 21}, "/name"),
        ({"name": ""}, "/name"),
        ({"name": "a\rMSH|"}, "/name"),
        ({"url": "mllp://example.org:2575"}, "/url"),
        ({"url": "file:///etc/passwd"}, "/url"),
        ({"url": "http://127.0.0.1:2575"}, "/url"),
    ],
)
def test_a_destination_that_could_not_be_served_is_refused(
    installed: Installed, changes: dict[str, str], pointer: str
) -> None:
    wanted = replace(WANTED, **changes)  # type: ignore[arg-type]
    with acting_as("operator", installed):
        with pytest.raises(Invalid) as refused:
            add(operator(), wanted)
        with pytest.raises(NotFound):
            find(wanted.name)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]


def test_two_destinations_of_one_name_are_refused(line: Callable[..., Line]) -> None:
    national = line()
    with acting_as("operator", national.installed), pytest.raises(Invalid) as refused:
        add(operator(), replace(WANTED, name=national.name))
    assert [problem.code for problem in refused.value.problems] == ["taken"]
