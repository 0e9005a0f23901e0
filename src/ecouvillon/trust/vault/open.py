"""Opening: for a named actor and purpose, after the ledger has durably said so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecouvillon.errors import EcouvillonError
from ecouvillon.trust.isolation.change import in_transaction
from ecouvillon.trust.keys.client import Unwrapping, client
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries, record
from ecouvillon.trust.ledger.models import LedgerEntry
from ecouvillon.trust.vault.encoding import decode
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.seal import NONCE, associated_data


class Damaged(EcouvillonError):
    """A ciphertext is not what was sealed for this tenant, record, kind and version."""


def open_documents(
    actor: Actor, purpose: str, documents: Sequence[VaultDocument], *, action: str = "opened"
) -> list[dict[str, Any]]:
    """What was sealed in `documents`, in order; `action` is the entries' word: opened, or listed.

    One durable transaction for all ledger entries, then one call to the key service, then the
    decryption. Raises `RuntimeError` inside another transaction (its rollback would take the
    entries back), `Unavailable` when ledger or key service does not answer, `KeyRefused` when the
    key service does not allow it, `Damaged` when a ciphertext does not fit.
    """
    if in_transaction():
        raise RuntimeError("documents are never opened inside another transaction")
    if not documents:
        return []
    openings = [uuid4() for _ in documents]
    rows: list[LedgerEntry] = []
    for document, opening in zip(documents, openings, strict=True):
        rows += entries(
            actor,
            f"{action} {document.kind}",
            [document.record],
            purpose=purpose,
            openings=[opening],
            tenants=[document.tenant],
        )
    record([*rows, *detail(actor, (document.tenant for document in documents))])
    keys = client().unwrap(
        purpose,
        [
            Unwrapping(document.tenant, document.key, document.kind, opening)
            for document, opening in zip(documents, openings, strict=True)
        ],
    )
    return [_decrypt(document, key) for document, key in zip(documents, keys, strict=True)]


def _decrypt(document: VaultDocument, key: bytes) -> dict[str, Any]:
    body = bytes(document.body)
    bound_to = associated_data(document.tenant, document.record, document.kind, document.version)
    try:
        return decode(AESGCM(key).decrypt(body[:NONCE], body[NONCE:], bound_to))
    except InvalidTag:
        raise Damaged(f"{document.kind} of {document.record} does not open") from None
