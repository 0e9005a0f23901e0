"""What an answer does to its transmission.

Only an acknowledgement ends it well; AE ends it until somebody mends the record; everything else
leaves it in doubt, to be sent again with the same bytes, for ever and with an alert.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from ecouvillon.exits.outbox import backoff, still_held
from ecouvillon.exits.reporting.acknowledgement import (
    Acknowledged,
    Doubt,
    Refused,
    Rejected,
    Unconfirmed,
    Verdict,
)
from ecouvillon.exits.reporting.models import Destination, Transmission, TransmissionState
from ecouvillon.exits.reporting.queue import Claimed
from ecouvillon.exits.reporting.to_mend import to_mend
from ecouvillon.trust.isolation.change import Change, change
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.seal import Document, seal

_log = logging.getLogger(__name__)

LONGEST_RETRY_SECONDS = 300
# From this attempt on each further failure is an alert.
ALERT_ATTEMPTS = 5


def settle(
    actor: Actor, destination: Destination, judged: Sequence[tuple[Claimed, Verdict]]
) -> None:
    """Writes what these answers mean, in one transaction; what others claimed since is theirs."""
    if not judged:
        return
    # Before the transaction: a fresh key may have to come from the key service.
    reasons = {
        one.id: seal(one.tenant, [_reason(one, verdict)])
        for one, verdict in judged
        if isinstance(verdict, Rejected)
    }
    refused = any(isinstance(verdict, Refused) for _, verdict in judged)
    # A pause is the installation's own act, with an entry of its own.
    tenants = {one.tenant for one, _ in judged} | ({INSTALLATION} if refused else set())
    with change(*tenants) as writing:
        held = still_held(writing, Transmission, [one for one, _ in judged])
        ours = [(one, verdict) for one, verdict in judged if one.id in held]
        accepted = [one for one, verdict in ours if isinstance(verdict, Acknowledged)]
        rejected = [one for one, verdict in ours if isinstance(verdict, Rejected)]
        _settled(writing, actor, accepted, TransmissionState.ACKNOWLEDGED)
        _settled(writing, actor, rejected, TransmissionState.REJECTED)
        for one in rejected:
            writing.add(reasons[one.id])
        if accepted or rejected:
            writing.add(detail(actor, (one.tenant for one in (*accepted, *rejected))))
        # What never left is not in doubt: a newer version may still take its place.
        unsent = [
            one
            for one, verdict in ours
            if verdict == Unconfirmed(Doubt.NOT_SENT) and one.state == TransmissionState.PENDING
        ]
        doubtful = [
            one
            for one, verdict in ours
            if isinstance(verdict, Unconfirmed | Refused) and one not in unsent
        ]
        _again_later(writing, destination, unsent, TransmissionState.PENDING)
        _again_later(writing, destination, doubtful, TransmissionState.SENT)
        if refused:
            _pause(writing, actor, destination)
    if refused:
        _log.error("destination refuses all: paused", extra={"destination": destination.name})


def put_back(claimed: Sequence[Claimed]) -> None:
    """Gives up claims without a trace: nothing was written, nothing left."""
    with change(*{one.tenant for one in claimed}) as writing:
        held = still_held(writing, Transmission, claimed)
        writing.set(Transmission, list(held), leased_until=None)


def settled_without_message(writing: Change, ids: Sequence[UUID]) -> None:
    """Closes transmissions that had nothing to send; why is sealed."""
    _close(writing, ids, TransmissionState.DONE)


def _settled(
    writing: Change, actor: Actor, some: Sequence[Claimed], state: TransmissionState
) -> None:
    _close(writing, [one.id for one in some], state)
    writing.add(
        entries(
            actor,
            state.value,
            [one.screening for one in some],
            tenants=[one.tenant for one in some],
        )
    )


def _close(writing: Change, ids: Sequence[UUID], state: TransmissionState) -> None:
    writing.set(Transmission, ids, state=state.value, settled_at=timezone.now(), leased_until=None)


def _pause(writing: Change, actor: Actor, destination: Destination) -> None:
    writing.set(Destination, [destination.id], paused_at=timezone.now(), paused_because="refused")
    writing.add(entries(actor, "destination paused", [destination.id]))
    writing.add(detail(actor))


def _again_later(
    writing: Change, destination: Destination, some: Sequence[Claimed], state: TransmissionState
) -> None:
    for attempts in {one.attempts for one in some}:  # they share a moment, so one UPDATE
        ids = [one.id for one in some if one.attempts == attempts]
        wait = backoff(attempts, LONGEST_RETRY_SECONDS)
        # All columns at once: of two UPDATEs of one row in one statement PostgreSQL does only one
        # (its manual, 7.8.4).
        writing.set(
            Transmission,
            ids,
            state=state.value,
            next_at=timezone.now() + timedelta(seconds=wait),
            leased_until=None,
        )
        if attempts >= ALERT_ATTEMPTS:
            _log.error(
                "still unacknowledged",
                extra={"destination": destination.name, "attempts": attempts, "count": len(ids)},
            )


def _reason(one: Claimed, refusal: Rejected) -> Document:
    return Document(
        one.id,
        "reason",
        1,
        {
            "location": refusal.location,
            "code": refusal.code,
            "text": refusal.text,
            "to_mend": to_mend(refusal.location, refusal.code).value,
        },
    )
