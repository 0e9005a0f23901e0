"""A cassette is read: its values are recorded, or its control line is missing.

Comes in: the cassette that was looked at, a value for each of its analytes, who answers for them.
Goes out: a sealed version that leaves after the minute in which it can be taken back. Always holds:
of two people who read one cassette the second is told; too early and too late need a reason; rows,
states and times are the same whatever was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from ecouvillon.errors import Forbidden, Invalid, Problem, WrongState
from ecouvillon.exits.delivery.links import first_links
from ecouvillon.exits.delivery.notices import notices
from ecouvillon.exits.reporting.routing import Route, transmissions
from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.undo import undo_time
from ecouvillon.people.pharmacy.competence import Act, may
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.screening.cassettes import Cassette, Window, latest
from ecouvillon.screening.models import IdentityCheck, KitUse, Screening, State
from ecouvillon.screening.patient import Kit, Performer, Reading
from ecouvillon.screening.recording import Standing, lock, next_version, result_document
from ecouvillon.terminology.ins import IdentityStatus
from ecouvillon.terminology.result import ResultValue
from ecouvillon.trust.isolation.change import Change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.seal import seal


class TimingReason(StrEnum):
    """Why a kit is recorded outside its window. None says anything about what was read."""

    READ_IN_TIME = "read_in_time"
    CLOCK_LATE = "clock_late"
    LEAFLET = "leaflet"
    NOBODY_FREE = "nobody_free"


# Read in time and entered late; the sample was dropped before the clock was started, or after; the
# leaflet in this box gives another window; nobody was free to read it.
REASONS = {
    Window.EARLY: (TimingReason.CLOCK_LATE, TimingReason.LEAFLET),
    Window.LATE: (TimingReason.READ_IN_TIME, TimingReason.LEAFLET, TimingReason.NOBODY_FREE),
}


@dataclass(frozen=True, slots=True, repr=False)
class Read:
    """What was read on cassette `number` of a visit: a value for each analyte (LOINC)."""

    screening: UUID
    number: int
    values: tuple[tuple[str, ResultValue], ...]
    timing_reason: TimingReason | None


@dataclass(frozen=True, slots=True)
class Answering:
    """The pharmacist who answers for the result, and their role."""

    performer: Performer
    role: Role


def read_cassette(
    actor: Actor, read: Read, answering: Answering, asked: Asked, active: Sequence[Route]
) -> None:
    """Records what a cassette shows; it can be taken back for a minute, then it leaves.

    Raises `NotFound`, `WrongState` (somebody read it, or started another), `Invalid` (`/values`
    aren't those of the kit, `/timing_reason` missing), `Forbidden` when nobody may answer, and what
    `once` raises; then nothing happened.
    """
    tenant = actor.tenant

    def record(writing: Change) -> None:
        standing = lock(writing, [read.screening])[read.screening]
        cassette = _running(writing, standing, read.number)
        reading = _reading(writing, cassette, read, answering)
        version = next_version(tenant, standing, leaves_at=timezone.now() + undo_time())
        writing.add(seal(tenant, [result_document(version, reading)]))
        writing.add([version])
        writing.add(transmissions(version, active))
        made = first_links(writing, tenant, [read.screening])
        writing.add(made)
        reachable = [read.screening] if standing.reachable else []
        writing.add(notices(writing, [version], reachable, made))
        writing.set(Screening, [read.screening], state=State.RESULTED.value)
        writing.add(entries(actor, "result recorded", [read.screening]))
        writing.add(detail(actor))

    once(tenant, asked, read.screening, record)


def fail_kit(actor: Actor, screening: UUID, number: int, asked: Asked) -> None:
    """Notes that a cassette has no control line: the visit waits for another kit.

    That is no result: nothing is sent, and the kit stays on record. Raises as `read_cassette`.
    """
    tenant = actor.tenant

    def fail(writing: Change) -> None:
        standing = lock(writing, [screening])[screening]
        cassette = _running(writing, standing, number)
        writing.set(KitUse, [cassette.id], failed_at=timezone.now())
        writing.set(Screening, [screening], state=State.REGISTERED.value)
        writing.add(entries(actor, "kit invalid", [screening]))
        writing.add(detail(actor))

    once(tenant, asked, screening, fail)


def _running(writing: Change, standing: Standing, number: int) -> Cassette:
    cassette = latest(writing, standing.screening)
    if standing.state is not State.SAMPLED or cassette is None or cassette.number != number:
        raise WrongState(standing.state.value)
    return cassette


_CHECK = "SELECT identity_check FROM screening WHERE tenant = ANY (tenants()) AND id = %b"
_TRUSTED = frozenset(IdentityCheck.values) - {IdentityCheck.NONE.value}


def _reading(writing: Change, cassette: Cassette, read: Read, answering: Answering) -> Reading:
    if {loinc for loinc, _ in read.values} != set(cassette.analytes):
        raise Invalid([Problem("/values", "other_kit", "These are not the lines of this kit.")])
    reasons = REASONS.get(cassette.window)
    if reasons and read.timing_reason not in reasons:
        raise Invalid([Problem("/timing_reason", "missing", "Say why it is read at this time.")])
    if not may(Act.ANSWER, answering.role, cassette.analytes, timezone.localdate()):
        raise Forbidden
    ((check,),) = writing.fetch(_CHECK, (read.screening,))
    return Reading(
        kit=Kit(cassette.device, cassette.lot, cassette.expiry),
        performer=answering.performer,
        sampled_at=cassette.started_at,
        read_at=timezone.now(),
        values=read.values,
        timing_reason=read.timing_reason.value if reasons and read.timing_reason else None,
        identity_status=IdentityStatus.VALI if check in _TRUSTED else IdentityStatus.PROV,
    )
