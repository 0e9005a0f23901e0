"""One visit at the counter: found by what was scanned or typed, and opened for care.

Comes in: a number of the day, or a screening. Goes out: the visit with its latest cassette, and the
patient's identity once the ledger has said who looks. Always holds: another pharmacy's visit is not
found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ecouvillon.errors import NotFound
from ecouvillon.people.pharmacy.kits import PairedKit, by_gtin, paired
from ecouvillon.screening.cassettes import COLUMNS, Cassette, cassette
from ecouvillon.screening.models import State
from ecouvillon.screening.patient import Identity
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents


@dataclass(frozen=True, slots=True)
class Found:
    """A visit that a scan or a number means."""

    screening: UUID
    state: State


@dataclass(frozen=True, slots=True, repr=False)
class Visit:
    """A visit; `came_by` is the kind of actor that registered it."""

    screening: UUID
    visit: int
    state: State
    registered_at: datetime
    came_by: str
    sealed: VaultDocument
    cassette: Cassette | None

    def open(self, actor: Actor) -> Identity:
        """Who the patient is, for care; the ledger says first that `actor` looked."""
        (content,) = open_documents(actor, "care", [self.sealed])
        return Identity.of(content)


@dataclass(frozen=True, slots=True)
class OpenBox:
    """The box that the pharmacy used last today, with what its GTIN means now."""

    kit: PairedKit
    lot: str
    expiry: date
    since_visit: int


_BY_NUMBER = """
SELECT id, state FROM screening WHERE tenant = ANY (tenants()) AND day = %s AND visit = %s
"""
# Three digits are written on a cassette: of several visits that end so, the latest.
_BY_DIGITS = """
SELECT id, state FROM screening
WHERE tenant = ANY (tenants()) AND day = %s AND visit %% 1000 = %s AND state <> 'cancelled'
ORDER BY visit DESC LIMIT 1
"""


def by_number(tenant: UUID, day: date, visit: int) -> Found | None:
    """The visit with this number of the day."""
    return _found(tenant, _BY_NUMBER, day, visit)


def by_digits(tenant: UUID, day: date, digits: int) -> Found | None:
    """The latest visit of the day whose number ends in these three digits."""
    return _found(tenant, _BY_DIGITS, day, digits)


def _found(tenant: UUID, query: str, *params: object) -> Found | None:
    (rows,) = ask((query, params), tenants=[tenant])
    return Found(rows[0][0], State(rows[0][1])) if rows else None


_VISIT = f"""
SELECT s.visit, s.state, s.created_at,
  (SELECT e.actor_kind FROM ledger_entry e WHERE e.tenant = s.tenant AND e.record = s.id
   AND e.action = 'screening registered' LIMIT 1),
  d.tenant, d.record, d.kind, d.version, d.key, d.body, {COLUMNS}
FROM screening s
JOIN LATERAL (SELECT * FROM vault_document i WHERE i.tenant = s.tenant AND i.record = s.id
  AND i.kind = 'identity' ORDER BY i.version DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (SELECT * FROM kit_use k WHERE k.tenant = s.tenant AND k.screening = s.id
  ORDER BY k.number DESC LIMIT 1) u ON true
WHERE s.tenant = ANY (tenants()) AND s.id = %b
"""  # noqa: S608 - our own columns


def visit(tenant: UUID, screening: UUID) -> Visit:
    """The visit as it stands, nothing opened; raises `NotFound`."""
    (rows,) = ask((_VISIT, (screening,)), tenants=[tenant])
    if not rows:
        raise NotFound
    number, state, registered_at, came_by, *rest = rows[0]
    return Visit(
        screening=screening,
        visit=number,
        state=State(state),
        registered_at=registered_at,
        came_by=came_by or "link",
        sealed=VaultDocument.of(rest[:6]),
        cassette=None if rest[6] is None else cassette(tuple(rest[6:])),
    )


_LAST_BOX = """
SELECT u.gtin, u.lot, u.expiry, s.visit FROM kit_use u
JOIN screening s ON s.tenant = u.tenant AND s.id = u.screening
WHERE u.tenant = ANY (tenants()) AND s.day = %s ORDER BY u.started_at DESC LIMIT 1
"""
_FIRST_OF_BOX = """
SELECT s.visit FROM kit_use u JOIN screening s ON s.tenant = u.tenant AND s.id = u.screening
WHERE u.tenant = ANY (tenants()) AND s.day = %s AND u.gtin = %s AND u.lot = %s
ORDER BY u.started_at LIMIT 1
"""


def open_box(tenant: UUID, day: date) -> OpenBox | None:
    """The box that is open: the one used last today. A changed box is scanned."""
    (last,) = ask((_LAST_BOX, (day,)), tenants=[tenant])
    if not last:
        return None
    gtin, lot, expiry, _ = last[0]
    known, first = ask(by_gtin(gtin), (_FIRST_OF_BOX, (day, gtin, lot)), tenants=[tenant])
    kit = paired(known)
    return None if kit is None else OpenBox(kit, lot, expiry, first[0][0])


def known_kit(tenant: UUID, gtin: str) -> PairedKit | None:
    """What this GTIN means to the pharmacy, if it was paired."""
    (rows,) = ask(by_gtin(gtin), tenants=[tenant])
    return paired(rows)
