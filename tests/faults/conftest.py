"""One house for the tests of a module: what one test kills, it also brings back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.faults.house import House
from tests.faults.house import house as running_house


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with running_house() as made:
        yield made
