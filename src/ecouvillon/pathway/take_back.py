"""A reading is taken back within its minute: the cassette is to be read again.

Comes in: the visit. Goes out: its clock, running as before. Always holds: what has begun to leave
is not taken back (that is a correction); what was taken back stays on record and counts for
nothing.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon.errors import WrongState
from ecouvillon.exits.delivery.notices import call_back
from ecouvillon.exits.reporting.models import Transmission, TransmissionState
from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.undo import undo_time
from ecouvillon.screening.cassettes import latest
from ecouvillon.screening.models import KitUse, Screening, State, TakeBack
from ecouvillon.screening.recording import lock
from ecouvillon.trust.isolation.change import Change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries

_STANDING = """
SELECT v.number FROM version v
WHERE v.tenant = ANY (tenants()) AND v.screening = %b AND v.leaves_at > clock_timestamp()
AND NOT EXISTS (SELECT FROM take_back b
  WHERE b.tenant = v.tenant AND b.screening = v.screening AND b.version = v.number)
AND NOT EXISTS (SELECT FROM hand_over h
  WHERE h.tenant = v.tenant AND h.screening = v.screening AND h.version = v.number)
ORDER BY v.number DESC LIMIT 1
"""

# Held, so that no worker claims what is being cancelled; one that was first shows in `attempts`.
_LEAVING = """
SELECT id, state, attempts FROM transmission
WHERE tenant = ANY (tenants()) AND screening = %b AND version = %b FOR UPDATE
"""


def take_back(actor: Actor, screening: UUID, asked: Asked) -> None:
    """Takes back the latest reading, or the note that the kit was invalid, within its minute.

    Raises `NotFound`, `WrongState` when it has left or nothing stands, and what `once` raises; then
    nothing happened.
    """
    tenant = actor.tenant

    def reopen(writing: Change) -> None:
        state = lock(writing, [screening])[screening].state
        if state is State.RESULTED:
            _reopen_reading(writing, tenant, screening)
        else:
            _reopen_kit(writing, state, screening)
        writing.set(Screening, [screening], state=State.SAMPLED.value)
        writing.add(entries(actor, "reading taken back", [screening]))
        writing.add(detail(actor))

    once(tenant, asked, screening, reopen)


def _reopen_reading(writing: Change, tenant: UUID, screening: UUID) -> None:
    standing = writing.fetch(_STANDING, (screening,))
    # A result that came through the API has no cassette to be read again.
    if not standing or latest(writing, screening) is None:
        raise WrongState("left")
    version = standing[0][0]
    leaving = writing.fetch(_LEAVING, (screening, version))
    if any(state != TransmissionState.PENDING or attempts for _, state, attempts in leaving):
        raise WrongState("left")
    if not call_back(writing, screening):
        raise WrongState("left")
    writing.set(
        Transmission,
        [id_ for id_, _, _ in leaving],
        state=TransmissionState.CANCELLED.value,
        settled_at=timezone.now(),
    )
    writing.add([TakeBack(tenant=tenant, id=uuid4(), screening=screening, version=version)])


def _reopen_kit(writing: Change, state: State, screening: UUID) -> None:
    cassette = latest(writing, screening)
    if state is not State.REGISTERED or cassette is None or cassette.failed_at is None:
        raise WrongState(state.value)
    if timezone.now() > cassette.failed_at + undo_time():
        raise WrongState("left")
    writing.set(KitUse, [cassette.id], failed_at=None)
