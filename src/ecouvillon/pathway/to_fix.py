"""What destinations refused, and the patients on file whose data somebody must put right.

Comes in: a tenant; an actor who opens what is sealed, to correct. Goes out: refusals, why, and the
registration to amend. Always holds: the reason is sealed, since it may quote the patient; what a
new version took the place of is no longer to fix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ecouvillon.errors import NotFound
from ecouvillon.exits.reporting.to_mend import ToMend
from ecouvillon.screening.patient import Contact, Identity
from ecouvillon.screening.registration import Registration
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents

# On one page; the others come once these are mended.
MOST = 50


@dataclass(frozen=True, slots=True, repr=False)
class Refusal:
    """A transmission that its destination refused, with its sealed reason."""

    transmission: UUID
    screening: UUID
    visit: int
    day: date
    refused_at: datetime
    destination: str
    identity: VaultDocument
    reason: VaultDocument


@dataclass(frozen=True, slots=True)
class Why:
    """What to mend, and the destination's own words."""

    mend: ToMend
    location: str
    code: str
    text: str = field(repr=False)


_REFUSALS = f"""
SELECT t.id, t.screening, s.visit, s.day, t.settled_at, d.name,
  i.tenant, i.record, i.kind, i.version, i.key, i.body,
  r.tenant, r.record, r.kind, r.version, r.key, r.body
FROM transmission t
JOIN screening s ON s.tenant = t.tenant AND s.id = t.screening
JOIN destination d ON d.id = t.destination
JOIN LATERAL (SELECT * FROM vault_document j WHERE j.tenant = t.tenant AND j.record = t.screening
  AND j.kind = 'identity' ORDER BY j.version DESC LIMIT 1) i ON true
JOIN vault_document r ON r.tenant = t.tenant AND r.record = t.id AND r.kind = 'reason'
WHERE t.tenant = ANY (tenants()) AND t.state = 'rejected'
ORDER BY t.settled_at DESC, t.id LIMIT {MOST}
"""  # noqa: S608 - our own number
_COUNT = """
SELECT count(*) FROM transmission WHERE tenant = ANY (tenants()) AND state = 'rejected'
"""


def refusals(tenant: UUID) -> list[Refusal]:
    """What is to fix, of any day, the latest first; nothing is opened."""
    (rows,) = ask((_REFUSALS, ()), tenants=[tenant])
    return [
        Refusal(
            transmission=row[0],
            screening=row[1],
            visit=row[2],
            day=row[3],
            refused_at=row[4],
            destination=row[5],
            identity=VaultDocument.of(row[6:12]),
            reason=VaultDocument.of(row[12:18]),
        )
        for row in rows
    ]


def count(tenant: UUID) -> int:
    """How many transmissions are to fix."""
    (((found,),),) = ask((_COUNT, ()), tenants=[tenant])
    return int(found)


def why(actor: Actor, refused: Sequence[Refusal]) -> list[Why]:
    """Why each was refused; the ledger has an entry for each."""
    contents = open_documents(actor, "correct", [one.reason for one in refused], action="listed")
    return [
        Why(ToMend(one["to_mend"]), one["location"], one["code"], one["text"]) for one in contents
    ]


@dataclass(frozen=True, slots=True, repr=False)
class OnFile:
    """A patient as registered, and how many versions their screening had when it was looked at."""

    versions: int
    registration: Registration


_ON_FILE = """
SELECT d.tenant, d.record, d.kind, d.version, d.key, d.body, (SELECT count(*) FROM version v
  WHERE v.tenant = d.tenant AND v.screening = d.record)
FROM vault_document d WHERE d.tenant = ANY (tenants()) AND d.record = %b
AND d.kind IN ('identity', 'contact', 'nir') AND d.version = (SELECT max(e.version)
  FROM vault_document e WHERE e.tenant = d.tenant AND e.record = d.record AND e.kind = 'identity')
"""


def on_file(actor: Actor, screening: UUID) -> OnFile:
    """The patient as registered, opened to be corrected; raises `NotFound`, `Unavailable`."""
    (rows,) = ask((_ON_FILE, (screening,)), tenants=[actor.tenant])
    documents = [VaultDocument.of(row[:6]) for row in rows]
    kinds = [document.kind for document in documents]
    if "identity" not in kinds:
        raise NotFound
    opened = dict(zip(kinds, open_documents(actor, "correct", documents), strict=True))
    contact = opened.get("contact")
    return OnFile(
        rows[0][6],
        Registration(
            Identity.of(opened["identity"]),
            None if contact is None else Contact.of(contact),
            opened["nir"]["nir"] if "nir" in opened else None,
        ),
    )
