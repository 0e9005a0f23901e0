"""Who calls the API: found by the hash of the access token, at every request, in one indexed read.

A revoked client or an expired token is refused from the next request on; nothing is cached.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from ecouvillon.trust.isolation.change import Query, Rows


@dataclass(frozen=True, slots=True)
class Caller:
    """An API client, its pharmacy and what its token allows."""

    tenant: UUID
    client: UUID
    scopes: frozenset[str]


def token_hash(token: str) -> str:
    """What the database knows an access token by (it has 160 random bits: no key is needed)."""
    return hashlib.sha256(token.encode()).hexdigest()


def by_token(token: str) -> Query:
    """The question who holds this token."""
    return "SELECT tenant, client, scopes FROM api_caller(%s)", (token_hash(token),)


def caller(rows: Rows) -> Caller | None:
    """The answer to `by_token`: None for a token that is unknown, expired or revoked."""
    if not rows:
        return None
    tenant, client, scopes = rows[0]
    return Caller(tenant, client, frozenset(scopes.split()))
