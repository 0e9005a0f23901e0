"""A result is handed over on paper: the sheet that the traceability rule asks for, and the slip.

Comes in: a visit that has a result. Goes out: what the sheet says, or what opens the result on a
telephone. Always holds: paper leaves the counter, so handing over ends the minute in which a
reading can be taken back; the ledger has the entry before anything is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon.errors import NotFound, WrongState
from ecouvillon.exits.delivery.links import Opened, shown_again
from ecouvillon.exits.delivery.models import Notice
from ecouvillon.exits.reporting.models import Transmission
from ecouvillon.pathway.models import HandOver
from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.screening.models import IdentityCheck, State, Version
from ecouvillon.screening.patient import Identity, Reading
from ecouvillon.screening.recording import lock
from ecouvillon.trust.isolation.change import Change, ask
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries, record
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """All that the printed sheet says; `kit_name` only where the kit was started at the counter."""

    visit: int
    day: date
    version: int
    kind: Version.Kind
    recorded_at: datetime
    identity_check: IdentityCheck | None
    finess: str
    kit_name: str | None
    identity: Identity
    reading: Reading


_IN_ITS_MINUTE = """
SELECT v.number FROM version v
WHERE v.tenant = ANY (tenants()) AND v.screening = %b AND v.leaves_at > clock_timestamp()
AND NOT EXISTS (SELECT FROM take_back b
  WHERE b.tenant = v.tenant AND b.screening = v.screening AND b.version = v.number)
AND NOT EXISTS (SELECT FROM hand_over h
  WHERE h.tenant = v.tenant AND h.screening = v.screening AND h.version = v.number)
ORDER BY v.number DESC LIMIT 1
"""
# Held, so that no worker claims them meanwhile.
_WAITING = """
SELECT id FROM {} WHERE tenant = ANY (tenants()) AND screening = %b
AND state = 'pending' AND attempts = 0 AND leased_until IS NULL ORDER BY id FOR UPDATE
"""


def hand_over(actor: Actor, screening: UUID, asked: Asked) -> None:
    """Ends the minute of the standing result, if it still runs: it leaves now.

    Raises `NotFound`, `WrongState` without a result, and what `once` raises; then nothing happened.
    """

    def leave(writing: Change) -> None:
        if lock(writing, [screening])[screening].state is not State.RESULTED:
            raise WrongState("no result")
        running = writing.fetch(_IN_ITS_MINUTE, (screening,))
        if not running:
            return
        now = timezone.now()
        for model in (Transmission, Notice):
            waiting = writing.fetch(_WAITING.format(model._meta.db_table), (screening,))
            writing.set(model, [id_ for (id_,) in waiting], next_at=now)
        row = HandOver(tenant=actor.tenant, id=uuid4(), screening=screening, version=running[0][0])
        writing.add([row])
        writing.add(entries(actor, "result handed over", [screening]))
        writing.add(detail(actor))

    once(actor.tenant, asked, screening, leave)


_SHEET = """
SELECT s.visit, s.day, s.state, s.identity_check, p.finess, v.number, v.kind, v.recorded_at,
  v.leaves_at > clock_timestamp() AND NOT EXISTS (SELECT FROM hand_over h
    WHERE h.tenant = v.tenant AND h.screening = v.screening AND h.version = v.number),
  (SELECT u.name FROM kit_use u WHERE u.tenant = s.tenant AND u.screening = s.id
   ORDER BY u.number DESC LIMIT 1)
FROM screening s JOIN pharmacy p ON p.tenant = s.tenant
JOIN LATERAL (SELECT * FROM version w WHERE w.tenant = s.tenant AND w.screening = s.id
  AND NOT EXISTS (SELECT FROM take_back b WHERE b.tenant = w.tenant
    AND b.screening = w.screening AND b.version = w.number)
  ORDER BY w.number DESC LIMIT 1) v ON true
WHERE s.tenant = ANY (tenants()) AND s.id = %b
"""
_DOCUMENTS = """
SELECT d.kind, d.version, d.key, d.body FROM vault_document d
JOIN version v ON v.tenant = d.tenant AND v.screening = d.record
WHERE d.tenant = ANY (tenants()) AND d.record = %b AND v.number = %b
AND (d.kind, d.version) IN (('identity', v.identity), ('result', v.result))
ORDER BY d.kind
"""


def sheet(actor: Actor, screening: UUID) -> Sheet:
    """What the sheet of the standing result says; opened for delivery.

    Raises `NotFound` without a result, `WrongState` where it is cancelled or its minute still runs
    (`hand_over` first), `Unavailable`.
    """
    tenant = actor.tenant
    (rows,) = ask((_SHEET, (screening,)), tenants=[tenant])
    if not rows:
        raise NotFound
    visit, day, state, check, finess, number, kind, recorded_at, waits, kit_name = rows[0]
    if state != State.RESULTED or waits:
        raise WrongState("waits" if waits else state)
    (found,) = ask((_DOCUMENTS, (screening, number)), tenants=[tenant])
    sealed = [
        VaultDocument(tenant=tenant, record=screening, kind=k, version=v, key=key, body=body)
        for k, v, key, body in found
    ]
    if [document.kind for document in sealed] != ["identity", "result"]:
        raise NotFound
    identity, reading = open_documents(actor, "deliver", sealed)
    return Sheet(
        visit=visit,
        day=day,
        version=number,
        kind=Version.Kind(kind),
        recorded_at=recorded_at,
        identity_check=None if check is None else IdentityCheck(check),
        finess=finess,
        kit_name=kit_name,
        identity=Identity.of(identity),
        reading=Reading.of(reading),
    )


_LINK = """
SELECT s.visit, l.id FROM screening s JOIN link l ON l.tenant = s.tenant AND l.screening = s.id
WHERE s.tenant = ANY (tenants()) AND s.id = %b ORDER BY l.created_at DESC LIMIT 1
"""


def slip(actor: Actor, screening: UUID) -> tuple[int, Opened]:
    """The visit's number of the day, and what opens its result; the ledger says who printed it.

    Raises `NotFound` where there is no link yet: a walk-in gets one with the first result.
    """
    (rows,) = ask((_LINK, (screening,)), tenants=[actor.tenant])
    if not rows:
        raise NotFound
    visit, link = rows[0]
    record([*entries(actor, "code printed", [screening]), *detail(actor)])
    return visit, shown_again(actor.tenant, [link])[0]
