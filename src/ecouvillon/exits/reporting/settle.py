"""What an answer does to its transmission.

Only an acknowledgement ends it well; AE ends it until somebody mends the record; everything else
leaves it in doubt, to be sent again with the same bytes, for ever and with an alert.
"""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

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
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.seal import Document, seal

_log = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 1
LONGEST_RETRY_SECONDS = 300
# From this attempt on each further failure is an alert.
ALERT_ATTEMPTS = 5


def settle(
    actor: Actor, destination: Destination, judged: Sequence[tuple[Claimed, Verdict]]
) -> None:
    """Writes what these answers mean, in one transaction."""
    if not judged:
        return
    groups: dict[type[object], list[Claimed]] = defaultdict(list)
    for one, verdict in judged:
        groups[type(verdict)].append(one)
    # What never left is not in doubt: a newer version may still take its place.
    unsent = [
        one.id
        for one, verdict in judged
        if isinstance(verdict, Unconfirmed)
        and verdict.reason is Doubt.NOT_SENT
        and one.state == TransmissionState.PENDING
    ]
    rejected = [(one, verdict) for one, verdict in judged if isinstance(verdict, Rejected)]
    with change(*{one.tenant for one, _ in judged}) as writing:
        for kind, state, action in (
            (Acknowledged, TransmissionState.ACKNOWLEDGED, "acknowledged"),
            (Rejected, TransmissionState.REJECTED, "rejected"),
        ):
            some = groups.pop(kind, [])
            _close(writing, [one.id for one in some], state)
            writing.add(
                entries(
                    actor,
                    action,
                    [one.screening for one in some],
                    tenants=[one.tenant for one in some],
                )
            )
        for one, refusal in rejected:
            writing.add(seal(one.tenant, [_reason(one, refusal)]))
        for doubtful in groups.values():
            _again_later(writing, destination, doubtful)
        writing.set(Transmission, unsent, state=TransmissionState.PENDING.value)
        if rejected or any(isinstance(verdict, Acknowledged) for _, verdict in judged):
            writing.add(detail(actor, (one.tenant for one, _ in judged)))
        if any(isinstance(verdict, Refused) for _, verdict in judged):
            writing.set(
                Destination,
                [destination.id],
                paused_at=timezone.now(),
                paused_because="refused",
            )
    if Refused in {type(verdict) for _, verdict in judged}:
        _log.error("destination refuses all: paused", extra={"destination": destination.name})


def settled_without_message(writing: Change, ids: Sequence[UUID]) -> None:
    """Closes transmissions that had nothing to send; why is sealed."""
    _close(writing, ids, TransmissionState.DONE)


def _close(writing: Change, ids: Sequence[UUID], state: TransmissionState) -> None:
    writing.set(Transmission, ids, state=state.value, settled_at=timezone.now(), leased_until=None)


def _again_later(writing: Change, destination: Destination, doubtful: Sequence[Claimed]) -> None:
    for attempts in {one.attempts for one in doubtful}:  # they share a moment, so one UPDATE
        ids = [one.id for one in doubtful if one.attempts == attempts]
        seconds = min(FIRST_RETRY_SECONDS * 2 ** min(attempts - 1, 16), LONGEST_RETRY_SECONDS)
        # Jitter, so that after an outage not everything comes at once.
        wait = seconds * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        writing.set(
            Transmission,
            ids,
            next_at=timezone.now() + timedelta(seconds=wait),
            leased_until=None,
        )
        if attempts >= ALERT_ATTEMPTS:
            _log.error(
                "still unacknowledged",
                extra={
                    "destination": destination.name,
                    "attempts": attempts,
                    "count": len(ids),
                },
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
