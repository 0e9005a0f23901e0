"""The queue of notices: what is due is claimed for a while by one worker, and settled one by one.

Always holds: only an answer of the mail server settles a notice; whatever is in doubt is sent again
under the same Message-ID, so that a second copy is known as one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from django.utils import timezone

from ecouvillon.exits.delivery.models import Notice, NoticeState
from ecouvillon.exits.outbox import Due, backoff, still_held
from ecouvillon.trust.isolation.change import ask, change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries

_log = logging.getLogger(__name__)

# Longer than a round takes when every answer of the mail server comes at the last moment.
LEASE_SECONDS = 180
LONGEST_RETRY_SECONDS = 900
# Mail servers put strangers off for minutes (greylisting), so an alert comes after half an hour.
ALERT_ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that this worker holds; `attempts` counts the claims, this one included."""

    tenant: UUID
    id: UUID
    screening: UUID
    link: UUID
    created_at: datetime
    attempts: int


class Outcome(Enum):
    """What became of a notice."""

    ACCEPTED = auto()
    NO_SUCH_RECIPIENT = auto()
    NOTHING_TO_SEND = auto()
    LATER = auto()


_DUE = "SELECT tenant, id FROM due_notices(%s)"
_CLAIM = """
UPDATE notice
SET leased_until = now() + make_interval(secs => %s), attempts = attempts + 1
WHERE tenant = ANY (tenants()) AND id = ANY (%b::uuid[])
  AND state = 'pending' AND (leased_until IS NULL OR leased_until < now())
RETURNING tenant, id, screening, link, created_at, attempts
"""

# How an outcome closes a notice, and what the ledger says of it.
_CLOSED = {
    Outcome.ACCEPTED: (NoticeState.SENT, "notice sent"),
    Outcome.NO_SUCH_RECIPIENT: (NoticeState.FAILED, "notice undeliverable"),
    Outcome.NOTHING_TO_SEND: (NoticeState.DONE, "nothing to send"),
}


def due(most: int) -> Due:
    """Up to `most` notices that may leave now, oldest first."""
    (rows,) = ask((_DUE, (most,)))
    return [(tenant, id_) for tenant, id_ in rows]


def claim(found: Due) -> list[Claimed]:
    """Those of `found` that nobody else took meanwhile, in order, held for `LEASE_SECONDS`."""
    order = {id_: number for number, (_, id_) in enumerate(found)}
    (rows,) = ask(
        (_CLAIM, (LEASE_SECONDS, list(order))), tenants=list({tenant for tenant, _ in found})
    )
    return sorted((Claimed(*row) for row in rows), key=lambda one: order[one.id])


def settle(actor: Actor, one: Claimed, outcome: Outcome) -> None:
    """Writes what became of a notice, unless it is somebody else's by now. Safe to repeat."""
    with change(one.tenant) as writing:
        if not still_held(writing, Notice, [one]):
            return
        if outcome is Outcome.LATER:
            wait = timedelta(seconds=backoff(one.attempts, LONGEST_RETRY_SECONDS))
            writing.set(Notice, [one.id], next_at=timezone.now() + wait, leased_until=None)
        else:
            state, action = _CLOSED[outcome]
            writing.set(
                Notice,
                [one.id],
                state=state.value,
                settled_at=timezone.now(),
                leased_until=None,
            )
            writing.add(entries(actor, action, [one.screening], tenants=[one.tenant]))
            writing.add(detail(actor, [one.tenant]))
    if outcome is Outcome.LATER and one.attempts >= ALERT_ATTEMPTS:
        _log.error("notice still not sent", extra={"record": one.id, "attempts": one.attempts})


def put_back(claimed: Sequence[Claimed]) -> None:
    """Gives up claims of notices that were not tried: they are due again at once."""
    if not claimed:
        return
    with change(*{one.tenant for one in claimed}) as writing:
        writing.set(Notice, list(still_held(writing, Notice, claimed)), leased_until=None)
