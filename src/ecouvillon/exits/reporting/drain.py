"""Draining the queue of a destination: claim, compose once, seal, send, judge the answer.

Always holds: the bytes are sealed and committed before the first of them leaves, and every retry
sends those bytes; nothing is open in the database while the network is waited for; a destination
that can't be reached has nothing claimed or opened for it; one transmission that can't be composed
holds up no other; a worker that dies leaves everything either due or in doubt, and nothing lost.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import time
from collections.abc import Sequence
from uuid import UUID, uuid4

from ecouvillon.errors import StillRunning, Unavailable
from ecouvillon.exits.outbox import Drained, patiently
from ecouvillon.exits.reporting.acknowledgement import Doubt, Unconfirmed, Verdict
from ecouvillon.exits.reporting.address import parse_address
from ecouvillon.exits.reporting.exchange import exchange
from ecouvillon.exits.reporting.mllp import ConnectionLost, MllpConnection
from ecouvillon.exits.reporting.models import Destination
from ecouvillon.exits.reporting.prepare import prepare
from ecouvillon.exits.reporting.queue import Claimed, claim, due
from ecouvillon.exits.reporting.settle import put_back, settle
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor

_log = logging.getLogger(__name__)

BATCH = 128
# How long an answer is waited for; then the message is in doubt.
ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 10.0
# Verdicts are written together, but none waits longer than this for company.
FLUSH_SECONDS = 0.05

# The verdicts that say that nobody was there.
_UNHEARD = (Doubt.NO_ANSWER, Doubt.CONNECTION_LOST, Doubt.NOT_SENT)


def drain(destination: Destination, most: int = BATCH) -> Drained:
    """Sends what is due at `destination`, at most `most` messages.

    Raises `Unavailable` when database or key service does not answer: what was claimed is due
    again at once, or (when that can't be written) when its lease ends.
    """
    found = due(destination.id, most)
    if not found:
        return Drained.NOTHING_DUE
    address = parse_address(destination.url)
    tls = ssl.create_default_context() if address.tls else None
    try:
        # Before anything is claimed: a long outage must not fill the ledger with openings.
        connection = MllpConnection(address.host, address.port, tls, CONNECT_SECONDS)
    except ConnectionLost as lost:
        _log.warning(
            "destination unreachable", extra={"destination": destination.name, "code": lost.code}
        )
        return Drained.SILENT
    with connection:
        claimed = claim(found)
        if not claimed:
            return Drained.NOTHING_DUE
        actor = Actor("job", destination.id, INSTALLATION, uuid4(), "worker")
        messages = _prepared(actor, destination, claimed)
        return _send(actor, destination, connection, claimed, messages)


def _prepared(
    actor: Actor, destination: Destination, claimed: Sequence[Claimed]
) -> dict[UUID, bytes]:
    try:
        return prepare(actor, destination, claimed)
    except (Unavailable, StillRunning):
        put_back(claimed)
        raise
    except Exception as error:  # noqa: BLE001 - it may be the fault of one message
        if len(claimed) > 1:
            # One of them can't be composed. Each alone, so that it holds up no other.
            messages: dict[UUID, bytes] = {}
            for one in claimed:
                messages |= _prepared(actor, destination, [one])
            return messages
        (one,) = claimed
        _log.error(
            "transmission can't be composed",
            extra={
                "destination": destination.name,
                "record": one.id,
                "reason": type(error).__name__,
            },
            exc_info=True,
        )
        settle(actor, destination, [(one, Unconfirmed(Doubt.NOT_SENT))])
        return {}


def _send(
    actor: Actor,
    destination: Destination,
    connection: MllpConnection,
    claimed: Sequence[Claimed],
    messages: dict[UUID, bytes],
) -> Drained:
    by_control_id = {one.control_id: one for one in claimed}
    to_send = {one.control_id: messages[one.id] for one in claimed if one.id in messages}
    verdicts = _Verdicts(actor, destination)
    answered = not to_send
    for control_id, verdict in exchange(
        connection, to_send, ANSWER_SECONDS, on_quiet=verdicts.write_if_possible
    ):
        answered |= not (isinstance(verdict, Unconfirmed) and verdict.reason in _UNHEARD)
        verdicts.add(by_control_id[control_id], verdict)
    verdicts.write()
    return Drained.ANSWERED if answered else Drained.SILENT


class _Verdicts:
    """Verdicts that are not in the database yet."""

    def __init__(self, actor: Actor, destination: Destination) -> None:
        self._actor = actor
        self._destination = destination
        self._known: list[tuple[Claimed, Verdict]] = []
        self._written_at = time.monotonic()

    def add(self, one: Claimed, verdict: Verdict) -> None:
        self._known.append((one, verdict))
        if time.monotonic() > self._written_at + FLUSH_SECONDS:
            self.write_if_possible()

    def write_if_possible(self) -> None:
        """Writes what is known. A database that is away meanwhile gets it later."""
        with contextlib.suppress(Unavailable):
            self._write()

    def write(self) -> None:
        """Writes what is known, and waits for the database; raises `Unavailable` in the end."""
        patiently(self._write)

    def _write(self) -> None:
        # Safe to repeat: of a commit that we didn't hear of, nothing is still held.
        settle(self._actor, self._destination, self._known)
        self._known.clear()
        self._written_at = time.monotonic()
