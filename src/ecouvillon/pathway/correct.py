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

    def write(before: Standing, writing: Change) -> Version:
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
        sealed.append(_why(version, correction.reason))
        writing.add(seal(tenant, sealed))
        writing.add(entries(actor, "result corrected", [correction.screening]))
        return version

    return _replace(
        actor, correction.screening, asked, active, write, amended=correction.registration
    )


def cancel(
    actor: Actor, screening: UUID, reason: Reason, asked: Asked, active: list[Route]
) -> Answer:
    """Voids the result of a screening; raises as `correct`."""
    tenant = actor.tenant

    def write(before: Standing, writing: Change) -> Version:
        version = cancelling_version(tenant, before)
        writing.add(seal(tenant, [_why(version, reason)]))
        writing.set(Screening, [screening], state=State.CANCELLED.value)
        writing.add(entries(actor, "result cancelled", [screening]))
        return version

    return _replace(actor, screening, asked, active, write)


def _replace(
    actor: Actor,
    screening: UUID,
    asked: Asked,
    active: list[Route],
    write: Callable[[Standing, Change], Version],
    *,
    amended: Registration | None = None,
) -> Answer:
    def act(writing: Change) -> None:
        before = lock(writing, [screening])[screening]
        supersede(writing, [screening])
        version = write(before, writing)
        writing.add([version])
        writing.add(transmissions(version, active))
        # One message tells of all that was not told yet.
        call_back(writing, screening)
        contact = before.reachable if amended is None else amended.contact is not None
        writing.add(notices(writing, [version], [screening] if contact else [], made=()))
        writing.add(detail(actor))

    about = once(actor.tenant, asked, screening, act)
    return standing(actor.tenant, [about], with_link=True)[about]


def _why(version: Version, reason: Reason) -> Document:
    return Document(version.id, "reason", 1, {"reason": reason.value})
