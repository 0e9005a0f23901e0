"""Destinations, which all pharmacies share: one is set up for a test and gone after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from tests.installation import Installed, acting_as

from ecouvillon.exits.reporting.destinations import Wanted, add
from ecouvillon.exits.reporting.models import Destination, WithoutConsent
from ecouvillon.operations.process import operator


@pytest.fixture
def destination(installed: Installed) -> Iterator[Callable[..., Destination]]:
    """Sets up a destination, as the operator."""
    made: list[Destination] = []

    def set_up(*, needs_nir: bool = False) -> Destination:
        wanted = Wanted(
            name=f"national-{uuid4().hex[:8]}",
            protocol="hl7-mllp",
            url="mllp://127.0.0.1:2575",
            needs_nir=needs_nir,
            without_consent=WithoutConsent.PSEUDONYMISE,
        )
        with acting_as("operator", installed):
            made.append(add(operator(), wanted))
        return made[-1]

    yield set_up
    with installed.connection_as(None) as connection:
        for one in made:
            connection.execute("DELETE FROM transmission WHERE destination = %s", [one.id])
            connection.execute("DELETE FROM destination WHERE id = %s", [one.id])
