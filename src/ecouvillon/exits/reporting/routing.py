"""Which destinations a version goes to: all that are set up, whatever the result is."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from ecouvillon.exits.reporting.models import Transmission, TransmissionState
from ecouvillon.screening.models import Version
from ecouvillon.trust.isolation.change import Query, Rows


@dataclass(frozen=True, slots=True)
class Route:
    """An active destination, as much of it as a recording needs to know."""

    destination: UUID
    name: str
    needs_nir: bool


# Paused ones too: what is recorded meanwhile leaves after `resume`.
ROUTES: Query = ("SELECT id, name, needs_nir FROM destination ORDER BY name", ())


def routes(rows: Rows) -> list[Route]:
    """The answer to `ROUTES`."""
    return [Route(*row) for row in rows]


def keeps_nir(active: Sequence[Route], sharing_consent: bool | None) -> bool:
    """Whether a NIR has a purpose: some destination needs it and the patient agreed."""
    return sharing_consent is True and any(route.needs_nir for route in active)


def transmissions(version: Version, active: Sequence[Route]) -> list[Transmission]:
    """A row for each destination. Results never decide routing, since a row would tell.

    Whether the patient's consent lets identified data leave is judged where the message is built,
    from the sealed identity.
    """
    return [
        Transmission(
            tenant=version.tenant,
            id=uuid4(),
            screening=version.screening,
            version=version.number,
            destination=route.destination,
            control_id=control_id(),
            state=TransmissionState.PENDING.value,
            next_at=version.leaves_at,
        )
        for route in active
    ]


def control_id() -> str:
    """A new MSH-10: 20 base32 characters (100 random bits; HL7 v2.5 allows 20)."""
    return base64.b32encode(os.urandom(13))[:20].decode()
