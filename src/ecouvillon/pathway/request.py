"""The request key: one mechanism for an idempotency header, an MSH-10, a row of a file, a nonce.

Comes in: the key that the sender chose and the bytes of what it asks. Goes out: a row whose unique
key lets a request happen once, and the means to answer a repeated one as the first was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ecouvillon.errors import KeyReused
from ecouvillon.pathway.models import Request
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.keys.client import client


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: its key, its canonical body and the sender's own id of it."""

    key: str = field(repr=False)
    body: bytes = field(repr=False)
    external_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """The MACs of a request: all that we keep of its key, body and external id."""

    key: bytes
    fingerprint: bytes
    external_id: bytes | None


def claims(tenant: UUID, asked: Sequence[Asked]) -> list[Claim]:
    """The claims of requests, in one call to the key service; raises `Unavailable`."""
    values: list[tuple[UUID, str, bytes]] = []
    for one in asked:
        values.append((tenant, "request_key", one.key.encode()))
        values.append((tenant, "request_fingerprint", one.body))
        if one.external_id is not None:
            values.append((tenant, "external_id", one.external_id.encode()))
    macs = iter(client().mac(values))
    return [
        Claim(next(macs), next(macs), None if one.external_id is None else next(macs))
        for one in asked
    ]


def row(tenant: UUID, claim: Claim, screening: UUID, not_kept: Sequence[str] = ()) -> Request:
    """The row that claims a request."""
    return Request(
        tenant=tenant,
        key=claim.key,
        fingerprint=claim.fingerprint,
        external_id=claim.external_id,
        screening=screening,
        not_kept=" ".join(not_kept),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A request that was carried out before."""

    screening: UUID
    not_kept: tuple[str, ...]


_KNOWN = """
SELECT key, fingerprint, screening, not_kept FROM request
WHERE tenant = ANY (tenants()) AND key = ANY (%b::bytea[])
"""


def known(tenant: UUID, asked: Sequence[Claim]) -> dict[bytes, Known | KeyReused]:
    """Of these claims those that were carried out before, by key; other bodies are `KeyReused`."""
    fingerprints = {claim.key: claim.fingerprint for claim in asked}
    ((*rows,),) = ask((_KNOWN, [list(fingerprints)]), tenants=[tenant])
    return {
        bytes(key): Known(screening, tuple(not_kept.split()))
        if bytes(fingerprint) == fingerprints[bytes(key)]
        else KeyReused()
        for key, fingerprint, screening, not_kept in rows
    }
