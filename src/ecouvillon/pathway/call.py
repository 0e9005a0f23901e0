"""Patients to call: who may have seen a result that was corrected or cancelled since.

Comes in: a version that takes the place of one that had left. Goes out: who is still to be told,
until somebody says that it was done. Always holds: whether somebody is called depends on what had
left and what was corrected, never on a value; who was told, and by whom, is in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon.errors import NotFound
from ecouvillon.pathway.models import Call
from ecouvillon.screening.models import Version
from ecouvillon.screening.patient import Contact
from ecouvillon.trust.isolation.change import Change, ask, change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents

# The screening is held: nobody adds a call in between.
_MISLED = """
SELECT FROM version v WHERE v.tenant = ANY (tenants()) AND v.screening = %b
AND NOT EXISTS (SELECT FROM take_back b
  WHERE b.tenant = v.tenant AND b.screening = v.screening AND b.version = v.number)
AND (v.leaves_at <= clock_timestamp() OR EXISTS (SELECT FROM hand_over h
  WHERE h.tenant = v.tenant AND h.screening = v.screening AND h.version = v.number))
AND NOT EXISTS (SELECT FROM call c
  WHERE c.tenant = v.tenant AND c.screening = v.screening AND c.made_at IS NULL)
LIMIT 1
"""


def to_call(writing: Change, version: Version) -> list[Call]:
    """The row that puts the patient on the list, if an earlier version had left."""
    if not writing.fetch(_MISLED, (version.screening,)):
        return []
    return [
        Call(
            tenant=version.tenant,
            id=uuid4(),
            screening=version.screening,
            version=version.number,
            made_at=None,
        )
    ]


@dataclass(frozen=True, slots=True)
class ToCall:
    """Somebody to call; `reachable`: they left a telephone number or an address."""

    id: UUID
    screening: UUID
    visit: int
    corrected_at: datetime
    reachable: bool


_CALLS = """
SELECT c.id, c.screening, s.visit, c.created_at, EXISTS (SELECT FROM vault_document d
  WHERE d.tenant = c.tenant AND d.record = c.screening AND d.kind = 'contact')
FROM call c JOIN screening s ON s.tenant = c.tenant AND s.id = c.screening
WHERE c.tenant = ANY (tenants()) AND c.made_at IS NULL ORDER BY c.created_at, c.id
"""


def calls(tenant: UUID) -> list[ToCall]:
    """Who is still to be called, of any day, the oldest first."""
    (rows,) = ask((_CALLS, ()), tenants=[tenant])
    return [ToCall(*row) for row in rows]


_HELD = """
SELECT screening FROM call
WHERE tenant = ANY (tenants()) AND id = %b AND made_at IS NULL FOR UPDATE
"""


def call_made(actor: Actor, call: UUID) -> None:
    """Takes somebody off the list, and notes who told them; once more does nothing."""
    with change(actor.tenant) as writing:
        held = writing.fetch(_HELD, (call,))
        if held:
            writing.set(Call, [call], made_at=timezone.now())
            writing.add(entries(actor, "patient told", [held[0][0]]))
            writing.add(detail(actor))


_CONTACT = """
SELECT d.tenant, d.record, d.kind, d.version, d.key, d.body FROM vault_document d
WHERE d.tenant = ANY (tenants()) AND d.record = %b AND d.kind = 'contact'
ORDER BY d.version DESC LIMIT 1
"""


def contact(actor: Actor, screening: UUID) -> Contact:
    """How somebody on the list is reached, opened for care; raises `NotFound` where it isn't."""
    (rows,) = ask((_CONTACT, (screening,)), tenants=[actor.tenant])
    if not rows or screening not in {one.screening for one in calls(actor.tenant)}:
        raise NotFound
    (content,) = open_documents(actor, "care", [VaultDocument.of(rows[0])])
    return Contact.of(content)
