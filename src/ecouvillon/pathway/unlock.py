"""A patient opens a result with the link and the code.

Comes in: the token of a link, what was typed as its code, the address that asks. Goes out: what the
patient may read, or how many attempts are left. Always holds: an attempt is spent, and committed,
before the code is looked at, and given back where nothing was evaluated or the code was right; the
ledger has the opening before a document is opened; a dead link is answered as an unknown one.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from ecouvillon.errors import EcouvillonError, NotFound
from ecouvillon.exits.delivery.links import token_hash
from ecouvillon.exits.delivery.models import LIFETIME_ATTEMPTS
from ecouvillon.screening.models import Version
from ecouvillon.screening.patient import Identity, Reading
from ecouvillon.terminology.link_code import normalise_link_code
from ecouvillon.trust.isolation.change import ask, change
from ecouvillon.trust.keys.client import client
from ecouvillon.trust.keys.refusals import KeyRefused, Refusal
from ecouvillon.trust.ledger.actor import Actor, ActorKind
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code does not open this link; at 0 attempts left the link is closed for good."""

    left: int
    pharmacy: str


@dataclass(frozen=True, slots=True)
class NothingToRead:
    """The code is right, but no result stands: there is none yet, or it was `cancelled`."""

    pharmacy: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What one request did to this record; `opened` and `listed` stand for all its openings."""

    at: datetime
    actor_kind: ActorKind
    action: str
    purpose: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Unlocked:
    """What the patient reads: the latest version, and all that the ledger says of the record."""

    pharmacy: str
    identity: Identity
    reading: Reading
    corrected_at: datetime | None
    ledger: tuple[LedgerLine, ...]  # latest first


def unlock(token: bytes, typed: str, origin: str) -> Unlocked | NothingToRead | WrongCode:
    """What the link of `token` shows to who has its code.

    Raises `NotFound` for an unknown or dead link and for one whose result was destroyed,
    `Unavailable` when database, ledger or key service does not answer; then nothing was shown.
    """
    hashed = token_hash(token)
    (spent,) = ask(("SELECT tenant, id FROM spend_attempt(%b)", (hashed,)))
    if not spent:
        raise NotFound
    tenant, link = spent[0]
    try:
        (secrets,) = client().links([(tenant, link)])
        (address,) = client().mac([(tenant, "origin", origin.encode())])
    except EcouvillonError:
        _give_back(tenant, hashed)  # nothing was evaluated: an outage must not use up a link
        raise
    actor = Actor("link", link, tenant, uuid4(), address.hex())
    code = normalise_link_code(typed)
    if code is None or not hmac.compare_digest(code, secrets.code):
        return _wrong(actor, link)
    _give_back(tenant, hashed)
    return _open(actor, link)


def _give_back(tenant: UUID, hashed: bytes) -> None:
    # Not by `ask`, which may ask twice: an attempt too few harms less than one too many.
    with change(tenant) as writing:
        writing.fetch("SELECT id FROM give_attempt_back(%b)", (hashed,))


_LINK = """
SELECT l.screening, l.attempts, p.name FROM link l JOIN pharmacy p ON p.tenant = l.tenant
WHERE l.tenant = ANY (tenants()) AND l.id = %b
"""


def _wrong(actor: Actor, link: UUID) -> WrongCode:
    with change(actor.tenant) as writing:
        ((screening, attempts, pharmacy),) = writing.fetch(_LINK, (link,))
        writing.add(entries(actor, "wrong code", [screening]))
        writing.add(detail(actor))
    return WrongCode(max(LIFETIME_ATTEMPTS - attempts, 0), pharmacy)


_LATEST = """
SELECT v.screening, v.number, v.kind, v.recorded_at
FROM link l JOIN version v ON v.tenant = l.tenant AND v.screening = l.screening
WHERE l.tenant = ANY (tenants()) AND l.id = %b
AND (v.leaves_at <= now() OR EXISTS (SELECT FROM hand_over h
  WHERE h.tenant = v.tenant AND h.screening = v.screening AND h.version = v.number))
AND NOT EXISTS (SELECT FROM take_back b
  WHERE b.tenant = v.tenant AND b.screening = v.screening AND b.version = v.number)
ORDER BY v.number DESC LIMIT 1
"""

_DOCUMENTS = """
SELECT d.kind, d.version, d.key, d.body FROM vault_document d
JOIN version v ON v.tenant = d.tenant AND v.screening = d.record
WHERE d.tenant = ANY (tenants()) AND d.record = %b AND v.number = %b
AND (d.kind, d.version) IN (('identity', v.identity), ('result', v.result))
ORDER BY d.kind
"""


def _open(actor: Actor, link: UUID) -> Unlocked | NothingToRead:
    tenant = actor.tenant
    about, latest = ask((_LINK, (link,)), (_LATEST, (link,)), tenants=[tenant])
    pharmacy = about[0][2]
    if not latest:
        return NothingToRead(pharmacy, cancelled=False)
    screening, number, kind, recorded_at = latest[0]
    if kind == Version.Kind.CANCELLATION:
        return NothingToRead(pharmacy, cancelled=True)
    (found,) = ask((_DOCUMENTS, (screening, number)), tenants=[tenant])
    sealed = [
        VaultDocument(tenant=tenant, record=screening, kind=k, version=v, key=key, body=body)
        for k, v, key, body in found
    ]
    if [document.kind for document in sealed] != ["identity", "result"]:
        raise NotFound
    try:
        identity, reading = open_documents(actor, "deliver", sealed)
    except KeyRefused as refused:
        if refused.code is Refusal.UNKNOWN_KEY:
            raise NotFound from None  # destroyed
        raise
    return Unlocked(
        pharmacy=pharmacy,
        identity=Identity.of(identity),
        reading=Reading.of(reading),
        corrected_at=recorded_at if kind == Version.Kind.CORRECTION else None,
        ledger=_ledger(tenant, screening),
    )


_ENTRIES = """
SELECT max(at), actor_kind,
  CASE WHEN opening IS NULL THEN action ELSE split_part(action, ' ', 1) END AS what, purpose
FROM ledger_entry WHERE tenant = ANY (tenants()) AND record = %b
GROUP BY request, actor_kind, what, purpose ORDER BY 1 DESC
"""


def _ledger(tenant: UUID, screening: UUID) -> tuple[LedgerLine, ...]:
    (found,) = ask((_ENTRIES, (screening,)), tenants=[tenant])
    return tuple(LedgerLine(*row) for row in found)
