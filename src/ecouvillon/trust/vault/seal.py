"""Sealing: a document under a fresh key of its own, bound to its place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecouvillon.trust.vault.encoding import encode
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.stock import STOCK

NONCE = 12  # bytes (NIST SP 800-38D, 5.2.1.1)


@dataclass(frozen=True, slots=True)
class Document:
    """Something to seal.

    `longest`: another content, the longest that this could have been, where a size class crossed by
    one result and not by another would tell them apart.
    """

    record: UUID
    kind: str
    version: int
    content: dict[str, Any]
    longest: dict[str, Any] | None = None

    def __repr__(self) -> str:
        return f"Document(record={self.record}, kind={self.kind!r}, version={self.version})"


def associated_data(tenant: UUID, record: UUID, kind: str, version: int) -> bytes:
    """What a ciphertext is bound to; moved elsewhere it does not open."""
    return b"%s%s%s/%d" % (tenant.bytes, record.bytes, kind.encode(), version)


def seal(tenant: UUID, documents: Sequence[Document]) -> list[VaultDocument]:
    """Rows of the sealed `documents`, in order; they must be committed within the keys' lease.

    Raises `Unavailable` when the key service does not answer and no key is in stock.
    """
    keys = STOCK.take(tenant, (document.kind for document in documents))
    rows = []
    for document, leased in zip(documents, keys, strict=True):
        nonce = os.urandom(NONCE)
        bound_to = associated_data(tenant, document.record, document.kind, document.version)
        padded = encode(document.content, longest=document.longest)
        row = VaultDocument(
            tenant=tenant,
            record=document.record,
            kind=document.kind,
            version=document.version,
            key=leased.id,
            body=nonce + AESGCM(leased.key).encrypt(nonce, padded, bound_to),
        )
        row.valid_until = leased.expires_at_monotonic
        rows.append(row)
    return rows
