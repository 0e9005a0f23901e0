from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.nationalsim.messages import Client, connected

from ecouvillon.nationalsim.system import NationalSystem


@pytest.fixture
def system() -> Iterator[NationalSystem]:
    with NationalSystem() as running:
        yield running


@pytest.fixture
def client(system: NationalSystem) -> Iterator[Client]:
    with connected(system.port) as connection:
        yield connection
