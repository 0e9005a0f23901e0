"""Correcting and cancelling: a new version takes the place of the last one; nothing is overwritten.

Comes in: what is true of a screening after all, and why it is corrected. Goes out: how it stands
now. Always holds: the patient's link shows the new version at once; a patient who left a contact
and a destination that knew the old version are told, a destination that did not know it gets the
new one only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from ecouvillon.errors import WrongState
from ecouvillon.exits.delivery.notices import call_back, notices
from ecouvillon.exits.reporting.routing import Route, transmissions
from ecouvillon.exits.reporting.supersede import supersede
from ecouvillon.pathway.answer import Answer, standing
from ecouvillon.pathway.call import to_call
from ecouvillon.pathway.minimise import minimised
from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.screening.models import Screening, State, Version
from ecouvillon.screening.patient import Reading
from ecouvillon.screening.recording import (
    Standing,
    cancelling_version,
    corrected_version,
    lock,
    result_document,
)
from ecouvillon.screening.registration import Registration, documents
from ecouvillon.trust.isolation.change import Change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.seal import Document, seal


class Reason(StrEnum):
    """Why a result is corrected or cancelled; sealed with the version."""

    MISREAD = "misread"
    WRONG_PATIENT = "wrong_patient"
    WRONG_IDENTITY = "wrong_identity"
    WRONG_KIT = "wrong_kit"
    CONSENT_CHANGED = "consent_changed"
    OTHER = "other"


@dataclass(frozen=True, slots=True, repr=False)
class Correction:
    """What is true of a screening after all: the patient, the reading, or both.

    `seen`: how many versions it had when somebody looked at it; another number is refused, so that
    the second person sees what the first did. None where nobody looked.
    """

    screening: UUID
    reason: Reason
    registration: Registration | None
    reading: Reading | None
    seen: int | None = None


def correct(actor: Actor, correction: Correction, asked: Asked, active: list[Route]) -> Answer:
    """Gives a screening a new version.

    Raises `NotFound`, `WrongState` when it has no result to correct, `KeyReused`, `Unavailable` or
    `StillRunning`; then nothing happened.
    """
    tenant = actor.tenant

    def write(before: Standing, writing: Change) -> Replacement:
        if correction.seen not in (None, before.versions):
            raise WrongState("changed")
        version = corrected_version(
            tenant,
            before,
            identity_amended=correction.registration is not None,
            read_again=correction.reading is not None,
        )
        sealed: list[Document] = []
        if correction.registration is not None:
            kept, _ = minimised(correction.registration, active)
            sealed += documents(correction.screening, kept, version.identity)
        if correction.reading is not None:
            sealed.append(result_document(version, correction.reading))
        sealed.append(why(version, correction.reason))
        writing.add(seal(tenant, sealed))
        writing.add(entries(actor, "result corrected", [correction.screening]))
        amended = correction.registration
        return Replacement(
            version,
            reachable=before.reachable if amended is None else amended.contact is not None,
            misled=correction.reading is not None or correction.reason is Reason.WRONG_PATIENT,
        )

    return _replace(actor, correction.screening, asked, active, write)


def cancel(
    actor: Actor, screening: UUID, reason: Reason, asked: Asked, active: list[Route]
) -> Answer:
    """Voids the result of a screening; raises as `correct`."""
    tenant = actor.tenant

    def write(before: Standing, writing: Change) -> Replacement:
        version = cancelling_version(tenant, before)
        writing.add(seal(tenant, [why(version, reason)]))
        writing.set(Screening, [screening], state=State.CANCELLED.value)
        writing.add(entries(actor, "result cancelled", [screening]))
        return Replacement(version, reachable=before.reachable, misled=True)

    return _replace(actor, screening, asked, active, write)


def _replace(
    actor: Actor,
    screening: UUID,
    asked: Asked,
    active: list[Route],
    write: Callable[[Standing, Change], Replacement],
) -> Answer:
    def act(writing: Change) -> None:
        before = lock(writing, [screening])[screening]
        supersede(writing, [screening])
        renew(writing, before, write(before, writing), active)
        writing.add(detail(actor))

    about = once(actor.tenant, asked, screening, act)
    return standing(actor.tenant, [about])[about]


@dataclass(frozen=True, slots=True)
class Replacement:
    """A version that takes another one's place.

    `reachable`: the patient left a contact; `misled`: they may have seen what is no longer true.
    """

    version: Version
    reachable: bool
    misled: bool


def renew(writing: Change, before: Standing, new: Replacement, active: list[Route]) -> None:
    """Adds a version, with all that follows from it for destinations, notices and calls."""
    writing.add(to_call(writing, new.version) if new.misled else [])
    writing.add([new.version])
    writing.add(transmissions(new.version, active))
    # One message tells of all that was not told yet.
    call_back(writing, before.screening)
    told = [before.screening] if new.reachable else []
    writing.add(notices(writing, [new.version], told, made=()))


def why(version: Version, reason: Reason) -> Document:
    """The sealed reason of a version."""
    return Document(version.id, "reason", 1, {"reason": reason.value})
