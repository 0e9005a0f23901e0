"""Two cassettes were confounded: each patient gets the reading that was recorded for the other.

Comes in: two visits with a result, and what was opened of each. Goes out: a new version of both, or
of none. Always holds: each keeps its patient, and how far that identity was trusted; both leave,
are told of and are called about as any correction.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from ecouvillon.errors import NotFound, WrongState
from ecouvillon.exits.reporting.routing import Route
from ecouvillon.exits.reporting.supersede import supersede
from ecouvillon.pathway.correct import Reason, Replacement, renew, why
from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.screening.models import State
from ecouvillon.screening.patient import Reading
from ecouvillon.screening.recording import corrected_version, lock, result_document
from ecouvillon.trust.isolation.change import Change, ask
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents
from ecouvillon.trust.vault.seal import seal


@dataclass(frozen=True, slots=True, repr=False)
class Recorded:
    """A reading that stands, and how many versions there were when it was looked at."""

    screening: UUID
    versions: int
    reading: Reading


_STANDING = """
SELECT s.state, (SELECT count(*) FROM version w
    WHERE w.tenant = s.tenant AND w.screening = s.id),
  d.tenant, d.record, d.kind, d.version, d.key, d.body
FROM screening s
JOIN LATERAL (SELECT * FROM version w WHERE w.tenant = s.tenant AND w.screening = s.id
  AND NOT EXISTS (SELECT FROM take_back b WHERE b.tenant = w.tenant
    AND b.screening = w.screening AND b.version = w.number)
  ORDER BY w.number DESC LIMIT 1) v ON true
JOIN vault_document d ON d.tenant = s.tenant AND d.record = s.id AND d.kind = 'result'
  AND d.version = v.result
WHERE s.tenant = ANY (tenants()) AND s.id = %b
"""


def recorded(actor: Actor, screening: UUID) -> Recorded:
    """The reading that stands, opened to be corrected.

    Raises `NotFound` without a result, `WrongState` where it was cancelled, `Unavailable`.
    """
    (rows,) = ask((_STANDING, (screening,)), tenants=[actor.tenant])
    if not rows:
        raise NotFound
    state, versions, *columns = rows[0]
    if state != State.RESULTED:
        raise WrongState(state)
    (content,) = open_documents(actor, "correct", [VaultDocument.of(columns)])
    return Recorded(screening, versions, Reading.of(content))


@dataclass(frozen=True, slots=True, repr=False)
class Opposite:
    """Another visit of the same day that has a result; nothing of it is opened."""

    screening: UUID
    versions: int
    identity: VaultDocument


_OPPOSITE = """
SELECT o.id, (SELECT count(*) FROM version w WHERE w.tenant = o.tenant AND w.screening = o.id),
  d.tenant, d.record, d.kind, d.version, d.key, d.body
FROM screening s JOIN screening o ON o.tenant = s.tenant AND o.day = s.day AND o.id <> s.id
JOIN LATERAL (SELECT * FROM vault_document i WHERE i.tenant = o.tenant AND i.record = o.id
  AND i.kind = 'identity' ORDER BY i.version DESC LIMIT 1) d ON true
WHERE s.tenant = ANY (tenants()) AND s.id = %b AND o.visit = %s AND o.state = 'resulted'
"""


def opposite(tenant: UUID, screening: UUID, visit: int) -> Opposite | None:
    """The visit with this number of the same day, if its reading can be swapped with ours."""
    (rows,) = ask((_OPPOSITE, (screening, visit)), tenants=[tenant])
    if not rows:
        return None
    id_, versions, *columns = rows[0]
    return Opposite(id_, versions, VaultDocument.of(columns))


def swap(actor: Actor, one: Recorded, other: Recorded, asked: Asked, active: list[Route]) -> None:
    """Exchanges the readings of two screenings, in one transaction.

    Raises `NotFound`, `WrongState` when one changed since it was looked at, and what `once` raises;
    then nothing happened.
    """
    tenant = actor.tenant
    both = [one.screening, other.screening]

    def act(writing: Change) -> None:
        standing = lock(writing, both)
        supersede(writing, both)
        for mine, theirs in ((one, other), (other, one)):
            before = standing[mine.screening]
            if before.versions != mine.versions:
                raise WrongState("changed")
            version = corrected_version(tenant, before, identity_amended=False, read_again=True)
            reading = replace(theirs.reading, identity_status=mine.reading.identity_status)
            document = result_document(version, reading)
            writing.add(seal(tenant, [document, why(version, Reason.WRONG_PATIENT)]))
            renew(writing, before, Replacement(version, before.reachable, misled=True), active)
        writing.add(entries(actor, "result corrected", both))
        writing.add(detail(actor))

    once(tenant, asked, one.screening, act)
