"""The same counter, pharmacist and browser as at the desk."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from tests.entrances.counter.desk.conftest import desk, screen
from tests.entrances.counter.desk.forms import form_of
from tests.installation import Installed
from tests.pathway.counter import Counter, let_pass
from tests.staff import Browser

__all__ = ["desk", "screen"]

Recorded = Callable[..., UUID]


@pytest.fixture
def recorded(pharmacist: Browser, desk: Counter, installed: Installed) -> Recorded:
    """Reads somebody's cassette at the page; it has left unless `leaves`."""

    def read(value: str = "negative", *, name: str = "MARTIN", leaves: bool = False) -> UUID:
        desk.pair()
        visit = desk.walk_in(name)
        desk.start(visit)
        path = f"/counter/read/{visit}"
        fields = form_of(pharmacist.get(path), path) | {"value_94558-4": value}
        answer = pharmacist.post(path, fields)
        assert answer["Location"] == "/counter/"
        if not leaves:
            let_pass(installed, visit, 61)
        return visit

    return read
