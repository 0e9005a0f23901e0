"""A kit is scanned for a patient whose identity was looked at: its clock starts.

Comes in: who is there and on which document that was checked, the box that the kit is from. Goes
out: a running clock, the database's. Always holds: an expired or unpaired kit starts nothing; of
two people who start one visit the second is told; who sampled is somebody who may.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from ecouvillon.errors import Forbidden, Invalid, Problem, WrongState
from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.people.pharmacy.competence import Act, may
from ecouvillon.people.pharmacy.kits import PairedKit, by_gtin, paired
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.screening.cassettes import Box, latest, started
from ecouvillon.screening.models import IdentityCheck, Screening, State
from ecouvillon.screening.recording import lock
from ecouvillon.trust.isolation.change import Change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries


@dataclass(frozen=True, slots=True)
class Start:
    """What starts: a visit, the document that was looked at, and what the box's barcode says."""

    screening: UUID
    identity_check: IdentityCheck
    gtin: str
    lot: str
    expiry: date


@dataclass(frozen=True, slots=True)
class Sampler:
    """Who may have taken the sample: a person and their role."""

    person: UUID
    role: Role


def start_reading(actor: Actor, start: Start, samplers: tuple[Sampler, ...], asked: Asked) -> None:
    """Starts the clock of a kit; the first of `samplers` who may sample for it took the sample.

    Raises `NotFound`, `WrongState` (somebody started, or it is over), `Invalid` (`/gtin` unpaired,
    `/expiry` expired), `Forbidden` when none of `samplers` may, and what `once` raises; then
    nothing happened.
    """
    tenant, today = actor.tenant, timezone.localdate()

    def begin(writing: Change) -> None:
        standing = lock(writing, [start.screening])[start.screening]
        if standing.state is not State.REGISTERED:
            raise WrongState(standing.state.value)
        box = _box(paired(writing.fetch(*by_gtin(start.gtin))), start, today)
        sampler = next((s for s in samplers if may(Act.SAMPLE, s.role, box.analytes, today)), None)
        if sampler is None:
            raise Forbidden
        before = latest(writing, start.screening)
        writing.add([started(tenant, start.screening, box, sampler.person, before)])
        writing.set(
            Screening,
            [start.screening],
            state=State.SAMPLED.value,
            identity_check=start.identity_check.value,
        )
        checked = f"identity checked: {start.identity_check.value.replace('_', ' ')}"
        writing.add(entries(actor, checked, [start.screening]))
        writing.add(entries(actor, "clock started", [start.screening]))
        writing.add(detail(actor))

    once(tenant, asked, start.screening, begin)


def _box(found: PairedKit | None, start: Start, today: date) -> Box:
    if found is None:
        raise Invalid([Problem("/gtin", "unpaired", "This kit is not known yet: pair it first.")])
    if start.expiry < today:
        raise Invalid([Problem("/expiry", "expired", "This kit has expired: take another box.")])
    kit = found.pairing
    return Box(
        kit=found.id,
        gtin=kit.gtin,
        device=kit.device,
        name=kit.name,
        analytes=kit.analytes,
        reading_from=kit.reading_from,
        reading_until=kit.reading_until,
        lot=start.lot,
        expiry=start.expiry,
    )
