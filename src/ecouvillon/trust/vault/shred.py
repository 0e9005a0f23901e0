"""Destroying documents: first the key, at the key service, then the row that is worthless now."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.keys.client import client

_DELETE = """
DELETE FROM vault_document WHERE tenant = ANY (tenants()) AND key = ANY (%b::uuid[]) RETURNING key
"""


def shred(documents: Sequence[tuple[UUID, UUID]]) -> None:
    """Destroys the documents with these (tenant, key); once more does no harm.

    Raises `Unavailable` when the key service or the database does not answer, and `KeyRefused` for
    a kind that this process may not destroy.
    """
    if documents:
        client().shred(documents)
        ask(
            (_DELETE, ([key for _, key in documents],)),
            tenants=list({tenant for tenant, _ in documents}),
        )
