"""Judges a request and answers it: what each operation of the key service does.

Comes in: a caller and an unpacked frame. Goes out: `{"ok": value}` or `{"error": code}`.
Always holds: everything that was asked for is granted, or nothing is; what speaks for an attack is
logged as an alarm with ids only; keys leave only after the row that accounts for them is durable.
"""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Callable
from typing import Any
from uuid import UUID

from ecouvillon.errors import Unavailable
from ecouvillon.trust.keys import requests, rights
from ecouvillon.trust.keys.provider import KEY_BYTES, FileProvider, NotTheWrappedKey
from ecouvillon.trust.keys.refusals import KeyRefused, Refusal
from ecouvillon.trust.keys.rights import Caller
from ecouvillon.trust.keys.store.rows import KeyStore, Opening, WrappedKey

MOST_LEASED_KEYS = 2048
LEASE_SECONDS = 600

# Not names that `mac` accepts: nobody gets a code by asking for the MAC of a link's id.
_TOKEN_FIELD, _CODE_FIELD = "link.token", "link.code"
_TOKEN_BYTES = 16
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LETTERS = 8

log = logging.getLogger(__name__)


class KeyService:
    """The operations over one provider and one store; safe to use from several threads."""

    def __init__(self, provider: FileProvider, store: KeyStore) -> None:
        self._provider = provider
        self._store = store
        self._operations: dict[type[requests.Request], Callable[[Caller, Any], object]] = {
            requests.Lease: self._lease,
            requests.Unwrap: self._unwrap,
            requests.Mac: self._mac,
            requests.Links: self._links,
            requests.Confirm: self._confirm,
            requests.Sweep: self._sweep,
            requests.Shred: self._shred,
            requests.Status: self._status,
        }

    def answer(self, caller: Caller, frame: object) -> dict[str, object]:
        """The answer to `frame` on the socket of `caller`; refusals are answers too."""
        try:
            request = requests.parse(frame)
            operation = type(request).__name__.lower()
            if operation not in rights.OPERATIONS[caller]:
                raise _alarm(Refusal.WRONG_SOCKET, caller, operation=operation)
            return {"ok": self._operations[type(request)](caller, request)}
        except KeyRefused as refused:
            return {"error": refused.code.value}
        except Unavailable:
            log.error("key store unavailable", extra={"caller": caller})
            return {"error": Refusal.UNAVAILABLE.value}

    def _lease(self, caller: Caller, request: requests.Lease) -> object:
        if not request.counts.keys() <= rights.KINDS:
            raise KeyRefused(Refusal.WRONG_KIND)
        if not 0 < sum(request.counts.values()) <= MOST_LEASED_KEYS:
            raise KeyRefused(Refusal.TOO_MANY)
        lease, tenant = _random_id(), UUID(bytes=request.tenant)
        fresh: dict[str, list[tuple[bytes, bytes]]] = {}
        stored = []
        for kind, count in request.counts.items():
            fresh[kind] = []
            for _ in range(count):
                key_id, key = _random_id(), os.urandom(KEY_BYTES)
                wrapped = self._provider.wrap(key, key_id, tenant, kind)
                stored.append(WrappedKey(key_id, tenant, kind, wrapped, self._provider.current))
                fresh[kind].append((key_id.bytes, key))
        self._store.add(lease, tenant, caller, LEASE_SECONDS, stored)
        return {"lease": lease.bytes, "seconds": LEASE_SECONDS, "keys": fresh}

    def _unwrap(self, caller: Caller, request: requests.Unwrap) -> object:
        purpose = request.purpose
        if purpose not in rights.PURPOSES[caller]:
            raise _alarm(Refusal.WRONG_PURPOSE, caller, purpose=purpose)
        openings = [
            Opening(UUID(bytes=opening), UUID(bytes=key), UUID(bytes=tenant), kind)
            for tenant, key, kind, opening in request.items
        ]
        for opening in openings:
            if opening.kind not in rights.KINDS_OF_PURPOSE[purpose]:
                raise _alarm(Refusal.WRONG_KIND, caller, opening, purpose=purpose)
        found = self._store.find([opening.key_id for opening in openings])
        keys = [self._key(caller, opening, found.get(opening.key_id)) for opening in openings]
        try:
            self._store.record(openings, purpose, caller)
        except KeyRefused as refused:
            raise _alarm(refused.code, caller, openings[0], number=len(openings)) from None
        return keys

    def _key(self, caller: Caller, opening: Opening, row: WrappedKey | None) -> bytes:
        if row is None:
            raise _alarm(Refusal.UNKNOWN_KEY, caller, opening, reason="no such key")
        if (row.tenant, row.kind) != (opening.tenant, opening.kind):
            raise _alarm(Refusal.UNKNOWN_KEY, caller, opening, reason="other tenant or kind")
        try:
            return self._provider.unwrap(row.wrapped, row.master, row.id, row.tenant, row.kind)
        except NotTheWrappedKey:
            raise _alarm(Refusal.UNKNOWN_KEY, caller, opening, reason="altered row") from None

    def _mac(self, _caller: Caller, request: requests.Mac) -> object:
        return [self._hmac(tenant, field, value) for tenant, field, value in request.items]

    def _links(self, _caller: Caller, request: requests.Links) -> object:
        return [
            (
                self._hmac(tenant, _TOKEN_FIELD, link)[:_TOKEN_BYTES],
                _crockford(self._hmac(tenant, _CODE_FIELD, link)),
            )
            for tenant, link in request.items
        ]

    def _hmac(self, tenant: bytes, field: str, value: bytes) -> bytes:
        return hmac.digest(self._provider.mac_key(tenant, field), value, "sha256")

    def _confirm(self, _caller: Caller, request: requests.Confirm) -> object:
        return self._store.confirm([UUID(bytes=key) for key in request.keys])

    def _sweep(self, caller: Caller, request: requests.Sweep) -> object:
        swept = self._store.sweep(request.confirmed_until)
        log.info("unused keys swept", extra={"caller": caller, "number": swept})
        return swept

    def _shred(self, caller: Caller, request: requests.Shred) -> object:
        owners = {UUID(bytes=key): UUID(bytes=tenant) for tenant, key in request.items}
        for row in self._store.find(list(owners)).values():
            if row.tenant != owners[row.id]:
                raise _alarm(Refusal.UNKNOWN_KEY, caller, key=str(row.id), reason="other tenant")
            if row.kind not in rights.KINDS_TO_SHRED[caller]:
                raise _alarm(Refusal.WRONG_KIND, caller, key=str(row.id), kind=row.kind)
        try:
            gone = self._store.shred(list(owners), caller, rights.SHREDS_A_MINUTE.get(caller))
        except KeyRefused as refused:
            raise _alarm(refused.code, caller, operation="shred", number=len(owners)) from None
        log.info("keys destroyed", extra={"caller": caller, "number": gone})
        return gone

    def _status(self, _caller: Caller, _request: requests.Status) -> object:
        return {"master": self._provider.current, "keys": self._store.count()}


def _random_id() -> UUID:
    return UUID(bytes=os.urandom(16), version=4)


def _crockford(mac: bytes) -> str:
    """The first 40 bits of `mac` as 8 characters of Crockford's base 32."""
    bits = int.from_bytes(mac[:5], "big")
    shifts = range(5 * (_CODE_LETTERS - 1), -1, -5)
    return "".join(_CROCKFORD[bits >> shift & 31] for shift in shifts)


def _alarm(
    code: Refusal, caller: Caller, opening: Opening | None = None, **ids: str | int
) -> KeyRefused:
    """Log a refusal that speaks for an attack or a bug (security.md, row 31), and return it."""
    if opening is not None:
        ids |= {"opening": str(opening.id), "key": str(opening.key_id)}
        ids |= {"tenant": str(opening.tenant), "kind": opening.kind}
    log.error("key refused", extra={"alarm": True, "code": code.value, "caller": caller, **ids})
    return KeyRefused(code)
