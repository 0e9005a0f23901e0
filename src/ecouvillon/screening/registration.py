"""Registering: the rows of new screenings and the documents of their patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ecouvillon.screening.models import Screening, State
from ecouvillon.screening.patient import Contact, Identity
from ecouvillon.trust.vault.seal import Document


@dataclass(frozen=True, slots=True, repr=False)
class Registration:
    """A patient as registered; `nir` (15 characters) only where an active destination needs it."""

    identity: Identity
    contact: Contact | None
    nir: str | None


def screenings(
    tenant: UUID, ids: Sequence[UUID], day: date, visits: Sequence[int], state: State
) -> list[Screening]:
    """Rows of new screenings, in order."""
    return [
        Screening(tenant=tenant, id=id_, day=day, visit=visit, state=state.value)
        for id_, visit in zip(ids, visits, strict=True)
    ]


def documents(screening: UUID, registration: Registration, version: int = 1) -> list[Document]:
    """What is to be sealed of a patient as registered, or amended: all of one version.

    A contact or NIR that is not said again with an amended identity is no longer used.
    """
    found = [Document(screening, "identity", version, registration.identity.document())]
    if registration.contact is not None:
        found.append(Document(screening, "contact", version, registration.contact.document()))
    if registration.nir is not None:
        found.append(Document(screening, "nir", version, {"nir": registration.nir}))
    return found
