"""The bytes of claimed transmissions: those sealed by an earlier attempt, or composed and sealed.

Comes in: claimed transmissions. Goes out: the message of each that has one. Always holds: what goes
out is sealed and committed, and marked as in doubt: from then on it may have left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from ecouvillon.exits.outbox import still_held
from ecouvillon.exits.reporting.compose import Message, NothingToSend, compose, documents
from ecouvillon.exits.reporting.models import Destination, Transmission, TransmissionState
from ecouvillon.exits.reporting.queue import Claimed
from ecouvillon.exits.reporting.settle import settled_without_message
from ecouvillon.trust.isolation.change import Change, change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents
from ecouvillon.trust.vault.seal import Document, seal


def prepare(
    actor: Actor, destination: Destination, claimed: Sequence[Claimed]
) -> dict[UUID, bytes]:
    """The messages to send, by transmission; those with nothing to send are done then.

    What somebody else has claimed meanwhile is left out. Raises `Unavailable`, and whatever keeps
    a message from being composed; then nothing was written.
    """
    messages = _sealed_before(actor, claimed)
    fresh = [one for one in claimed if one.id not in messages]
    composed = compose(actor, destination, fresh) if fresh else {}
    sealed = _sealed(fresh, composed)
    messages |= {
        id_: message.text.encode()
        for id_, message in composed.items()
        if isinstance(message, Message)
    }
    with change(*{one.tenant for one in claimed}) as writing:
        held = still_held(writing, Transmission, claimed)
        leaving = held & messages.keys()
        _write(writing, actor, [one for one in fresh if one.id in held], composed, sealed)
        writing.set(
            Transmission,
            [
                one.id
                for one in claimed
                if one.state == TransmissionState.PENDING and one.id in leaving
            ],
            state=TransmissionState.SENT.value,
        )
    return {id_: messages[id_] for id_ in leaving}


def _sealed_before(actor: Actor, claimed: Sequence[Claimed]) -> dict[UUID, bytes]:
    again = {one.id: one.tenant for one in claimed if one.attempts > 1}
    if not again:
        return {}
    sealed = documents(list(set(again.values())), list(again))
    kept = [id_ for id_ in again if (id_, "message", 1) in sealed]
    contents = open_documents(actor, "forward", [sealed[id_, "message", 1] for id_ in kept])
    return {id_: content["hl7"].encode() for id_, content in zip(kept, contents, strict=True)}


def _sealed(
    fresh: Sequence[Claimed], composed: Mapping[UUID, Message | NothingToSend]
) -> dict[UUID, VaultDocument]:
    sealed: dict[UUID, VaultDocument] = {}
    for tenant in {one.tenant for one in fresh}:
        ids = [one.id for one in fresh if one.tenant == tenant]
        rows = seal(tenant, [_document(id_, composed[id_]) for id_ in ids])
        sealed |= zip(ids, rows, strict=True)
    return sealed


def _write(
    writing: Change,
    actor: Actor,
    fresh: Sequence[Claimed],
    composed: Mapping[UUID, Message | NothingToSend],
    sealed: Mapping[UUID, VaultDocument],
) -> None:
    if not fresh:
        return
    writing.add(sealed[one.id] for one in fresh)
    leaving = [one for one in fresh if isinstance(composed[one.id], Message)]
    nothing = [one for one in fresh if not isinstance(composed[one.id], Message)]
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
    writing.add(detail(actor, (one.tenant for one in fresh)))


def _document(id_: UUID, composed: Message | NothingToSend) -> Document:
    if isinstance(composed, NothingToSend):
        return Document(id_, "reason", 1, {"nothing_to_send": composed.value})
    return Document(id_, "message", 1, {"hl7": composed.text}, longest={"hl7": composed.longest})
