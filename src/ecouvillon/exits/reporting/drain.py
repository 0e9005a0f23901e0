"""Draining the queue of a destination: claim, compose once, seal, send, judge the answer.

Always holds: the bytes are sealed and committed before the first of them leaves, and every retry
sends those bytes; nothing is open in the database while the network is waited for; a worker that
dies leaves everything either due or in doubt, and nothing lost.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from ecouvillon.exits.reporting.acknowledgement import Doubt, Unconfirmed, Verdict
from ecouvillon.exits.reporting.address import parse_address
from ecouvillon.exits.reporting.compose import Message, NothingToSend, compose, documents
from ecouvillon.exits.reporting.exchange import exchange
from ecouvillon.exits.reporting.mllp import ConnectionLost, MllpConnection
from ecouvillon.exits.reporting.models import Destination, Transmission, TransmissionState
from ecouvillon.exits.reporting.queue import Claimed, claim
from ecouvillon.exits.reporting.settle import settle, settled_without_message
from ecouvillon.trust.isolation.change import change
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.open import open_documents
from ecouvillon.trust.vault.seal import Document, seal

_log = logging.getLogger(__name__)

BATCH = 128
# How long an answer is waited for; then the message is in doubt.
ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 10.0
# Verdicts are written together, but none waits longer than this for company.
FLUSH_SECONDS = 0.05


def drain(destination: Destination) -> int:
    """Sends what is due at `destination`, at most one batch; returns how many were claimed.

    Raises `Unavailable` when database or key service does not answer: what was claimed comes again
    when its lease ends.
    """
    claimed = claim(destination.id, BATCH)
    if not claimed:
        return 0
    actor = Actor("job", destination.id, INSTALLATION, uuid4(), "worker")
    # What an earlier attempt sealed is sent again as it is; all else is composed now.
    messages = _sealed_before(actor, claimed)
    messages |= _seal(actor, destination, claimed, messages)
    to_send = {one.control_id: messages[one.id] for one in claimed if one.id in messages}
    _send(actor, destination, {one.control_id: one for one in claimed}, to_send)
    return len(claimed)


def _sealed_before(actor: Actor, claimed: Sequence[Claimed]) -> dict[UUID, bytes]:
    again = {one.id: one.tenant for one in claimed if one.attempts > 1}
    if not again:
        return {}
    sealed = documents(list(set(again.values())), list(again))
    kept = [id_ for id_ in again if (id_, "message", 1) in sealed]
    contents = open_documents(actor, "forward", [sealed[id_, "message", 1] for id_ in kept])
    return {id_: content["hl7"].encode() for id_, content in zip(kept, contents, strict=True)}


def _seal(
    actor: Actor,
    destination: Destination,
    claimed: Sequence[Claimed],
    sealed_before: Mapping[UUID, bytes],
) -> dict[UUID, bytes]:
    """Composes and seals what was not before; from its commit on all that leaves is in doubt."""
    fresh = [one for one in claimed if one.id not in sealed_before]
    composed = compose(actor, destination, fresh) if fresh else {}
    texts = {id_: message.text for id_, message in composed.items() if isinstance(message, Message)}
    leaving = [one for one in fresh if one.id in texts]
    nothing = [one for one in fresh if one.id not in texts]
    pending = [one for one in claimed if one.state == TransmissionState.PENDING]
    with change(*{one.tenant for one in claimed}) as writing:
        for tenant in {one.tenant for one in fresh}:
            writing.add(
                seal(
                    tenant,
                    [_document(one, composed[one.id]) for one in fresh if one.tenant == tenant],
                )
            )
        writing.set(
            Transmission,
            [one.id for one in pending if one not in nothing],
            state=TransmissionState.SENT.value,
        )
        settled_without_message(writing, [one.id for one in nothing])
        for action, some in (("message composed", leaving), ("nothing to send", nothing)):
            writing.add(
                entries(
                    actor,
                    action,
                    [one.screening for one in some],
                    tenants=[one.tenant for one in some],
                )
            )
        if fresh:
            writing.add(detail(actor, (one.tenant for one in fresh)))
    return {id_: text.encode() for id_, text in texts.items()}


def _document(one: Claimed, composed: Message | NothingToSend) -> Document:
    if isinstance(composed, NothingToSend):
        return Document(one.id, "reason", 1, {"nothing_to_send": composed.value})
    return Document(one.id, "message", 1, {"hl7": composed.text}, longest={"hl7": composed.longest})


def _send(
    actor: Actor,
    destination: Destination,
    claimed: dict[str, Claimed],
    messages: dict[str, bytes],
) -> None:
    if not messages:
        return
    address = parse_address(destination.url)
    tls = ssl.create_default_context() if address.tls else None
    judged: list[tuple[Claimed, Verdict]] = []
    flushed = 0.0
    try:
        with MllpConnection(address.host, address.port, tls, CONNECT_SECONDS) as connection:
            for control_id, verdict in exchange(connection, messages, ANSWER_SECONDS):
                judged.append((claimed[control_id], verdict))
                if time.monotonic() > flushed + FLUSH_SECONDS:
                    settle(actor, destination, judged)
                    judged, flushed = [], time.monotonic()
    except ConnectionLost as lost:
        _log.warning("destination lost", extra={"destination": destination.name, "code": lost.code})
        judged = [(claimed[id_], Unconfirmed(Doubt.NOT_SENT)) for id_ in messages]
    settle(actor, destination, judged)
