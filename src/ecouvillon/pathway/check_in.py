"""Who is there is put right at the counter, before there is a result.

Comes in: a visit, what a document or the patient says. Goes out: a new sealed version of the whole
registration. Always holds: nothing is overwritten; of two people who amend one patient the second
is told; once there is a result, putting right is a correction (`correct`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ecouvillon.errors import NotFound, WrongState
from ecouvillon.exits.reporting.routing import Route
from ecouvillon.pathway.minimise import minimised
from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.screening.models import State
from ecouvillon.screening.patient import Contact, Identity
from ecouvillon.screening.recording import lock
from ecouvillon.screening.registration import Registration, documents
from ecouvillon.trust.isolation.change import Change, ask
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents
from ecouvillon.trust.vault.seal import seal


@dataclass(frozen=True, slots=True, repr=False)
class OnFile:
    """A registration as it stands, with its version."""

    version: int
    registration: Registration


_ON_FILE = """
SELECT tenant, record, kind, version, key, body FROM vault_document d
WHERE d.tenant = ANY (tenants()) AND d.record = %b AND d.kind IN ('identity', 'contact', 'nir')
AND d.version = (SELECT max(i.version) FROM vault_document i
  WHERE i.tenant = d.tenant AND i.record = d.record AND i.kind = 'identity')
"""


_VERSION = """
SELECT max(version) FROM vault_document
WHERE tenant = ANY (tenants()) AND record = %b AND kind = 'identity'
"""


def on_file(actor: Actor, screening: UUID) -> OnFile:
    """Opens what is registered, to be put right; the ledger says so first.

    Raises `NotFound` and `Unavailable`.
    """
    (rows,) = ask((_ON_FILE, (screening,)), tenants=[actor.tenant])
    names = ("tenant", "record", "kind", "version", "key", "body")
    sealed = [VaultDocument(**dict(zip(names, row, strict=True))) for row in rows]
    if not sealed:
        raise NotFound
    contents: dict[str, dict[str, Any]] = dict(
        zip(
            (document.kind for document in sealed),
            open_documents(actor, "correct", sealed),
            strict=True,
        )
    )
    contact, nir = contents.get("contact"), contents.get("nir")
    return OnFile(
        sealed[0].version,
        Registration(
            identity=Identity.of(contents["identity"]),
            contact=None if contact is None else Contact.of(contact),
            nir=None if nir is None else nir["nir"],
        ),
    )


def amend(
    actor: Actor, screening: UUID, amended: OnFile, asked: Asked, active: list[Route]
) -> None:
    """Seals what is true of the patient after all; `amended` has the version that was looked at.

    Raises `NotFound`, `WrongState` (somebody amended it meanwhile, or there is a result), and what
    `once` raises; then nothing happened.
    """
    tenant = actor.tenant
    kept, _ = minimised(amended.registration, active)

    def write(writing: Change) -> None:
        standing = lock(writing, [screening])[screening]
        if standing.state not in (State.REGISTERED, State.SAMPLED):
            raise WrongState(standing.state.value)
        # Asked again now that the visit is held: whoever amended it while we waited is seen.
        ((version,),) = writing.fetch(_VERSION, (screening,))
        if version != amended.version:
            raise WrongState("amended")
        writing.add(seal(tenant, documents(screening, kept, version + 1)))
        writing.add(entries(actor, "identity amended", [screening]))
        writing.add(detail(actor))

    once(tenant, asked, screening, write)
