"""Asks the key service, from `web`, `worker` or the command line.

Comes in: ids, kinds, purposes, values to MAC. Goes out: keys, MACs, tokens, codes; or `KeyRefused`
(the answer was no) or `errors.Unavailable` (no answer; it may be asked again later).
Always holds: an answer belongs to the request before it (after any failure the connection is
dropped); an opening is never repeated on its own account; keys don't show in a repr.
"""

from __future__ import annotations

import contextlib
import functools
import select
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from ecouvillon import config
from ecouvillon.errors import Unavailable
from ecouvillon.trust.keys import frames
from ecouvillon.trust.keys.refusals import KeyRefused, Refusal
from ecouvillon.trust.keys.rights import Caller

ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LeasedKey:
    """A fresh key to seal one document with, until `expires_at` (`time.monotonic`, seconds)."""

    id: UUID
    key: bytes = field(repr=False)
    expires_at_monotonic: float


@dataclass(frozen=True, slots=True)
class Unwrapping:
    """One document to open; `opening` is the id of its ledger entry, new for each opening."""

    tenant: UUID
    key_id: UUID
    kind: str
    opening: UUID


@dataclass(frozen=True, slots=True)
class LinkSecrets:
    """What opens a result: the token in its link and the code that is told apart."""

    token: bytes = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyCount:
    """How many keys of a kind are wrapped under a master."""

    kind: str
    master: str
    number: int


@dataclass(frozen=True, slots=True)
class Status:
    """What the key store holds; `master` wraps new keys."""

    master: str
    keys: list[KeyCount]


# Which socket a role calls: the service's own allow-list is by socket.
_CALLERS: dict[config.Role, Caller] = {"web": "web", "worker": "worker"}


def client() -> KeyClient:
    """This process's client, on the socket that its role may call."""
    settings = config.load()
    return _client(settings.sockets, _CALLERS.get(settings.role, "admin"))


@functools.cache
def _client(sockets: Path, caller: Caller) -> KeyClient:
    return KeyClient(sockets / f"{caller}.sock")


class KeyClient:
    """One caller's access to the key service, with a connection per thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = threading.local()

    def lease(self, tenant: UUID, counts: Mapping[str, int]) -> dict[str, list[LeasedKey]]:
        """Fresh keys of `tenant`, `counts[kind]` of each kind, stored already; at most 2,048."""
        asked_at = time.monotonic()
        answer = self._ask("lease", tenant=tenant.bytes, counts=dict(counts))
        expires = asked_at + answer["seconds"]
        return {
            kind: [LeasedKey(UUID(bytes=key_id), key, expires) for key_id, key in keys]
            for kind, keys in answer["keys"].items()
        }

    def unwrap(self, purpose: str, documents: Sequence[Unwrapping]) -> list[bytes]:
        """The keys of `documents`, in their order; the openings are recorded for good.

        After `Unavailable` ask again with new opening ids: the old ones may have been recorded.
        """
        items = [(d.tenant.bytes, d.key_id.bytes, d.kind, d.opening.bytes) for d in documents]
        return list(self._ask("unwrap", repeatable=False, purpose=purpose, items=items))

    def mac(self, items: Sequence[tuple[UUID, str, bytes]]) -> list[bytes]:
        """HMAC-SHA256 (32 bytes) of each value under the key of its tenant and field."""
        return list(self._ask("mac", items=[(t.bytes, f, value) for t, f, value in items]))

    def links(self, items: Sequence[tuple[UUID, UUID]]) -> list[LinkSecrets]:
        """Token (16 bytes) and code (8 Crockford characters) of each (tenant, link id)."""
        found = self._ask("links", items=[(tenant.bytes, link.bytes) for tenant, link in items])
        return [LinkSecrets(token, code) for token, code in found]

    def confirm(self, key_ids: Sequence[UUID]) -> int:
        """Say that committed documents use these keys; returns how many are newly confirmed."""
        return int(self._ask("confirm", keys=[key_id.bytes for key_id in key_ids]))

    def sweep(self, confirmed_until: datetime) -> int:
        """Delete keys that were leased and never used; returns how many.

        The caller vouches that it has confirmed every key of documents committed before
        `confirmed_until` (aware); only leases that expired before it, and a day ago, are swept.
        """
        return int(self._ask("sweep", confirmed_until=confirmed_until.timestamp()))

    def shred(self, items: Sequence[tuple[UUID, UUID]]) -> int:
        """Destroy the keys (tenant, key id) for good; returns how many there were. Idempotent."""
        return int(self._ask("shred", items=[(tenant.bytes, key.bytes) for tenant, key in items]))

    def status(self) -> Status:
        """What the key store holds."""
        answer = self._ask("status")
        return Status(answer["master"], [KeyCount(*row) for row in answer["keys"]])

    def _ask(self, operation: str, *, repeatable: bool = True, **fields: object) -> Any:
        frame = frames.pack({"op": operation, **fields})
        try:
            answer = self._exchange(frame)
        except (ConnectionError, EOFError):
            if not repeatable:
                raise Unavailable("The key service broke off before it answered.") from None
            answer = self._exchange_or_unavailable(frame)
        except OSError:
            raise Unavailable("The key service does not answer.") from None
        if "error" not in answer:
            return answer["ok"]
        code = Refusal(answer["error"])
        if code is Refusal.UNAVAILABLE:
            raise Unavailable("The key service can't reach its store.")
        raise KeyRefused(code)

    def _exchange_or_unavailable(self, frame: bytes) -> Any:
        try:
            return self._exchange(frame)
        except (OSError, EOFError):
            raise Unavailable("The key service does not answer.") from None

    def _exchange(self, frame: bytes) -> Any:
        connection = getattr(self._thread, "connection", None)
        if connection is None or connection.is_over():
            connection = _Connection(self._path)
        # Put away before use: whatever goes wrong, no later request reads a late answer.
        self._thread.connection = None
        answer = connection.exchange(frame)
        self._thread.connection = connection
        return answer


class _Connection:
    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.settimeout(ANSWER_SECONDS)
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._answers = self._socket.makefile("rb")
        self._events = select.poll()
        self._events.register(self._socket, select.POLLIN)

    def is_over(self) -> bool:
        """Whether the service has closed it: nothing is due, so anything to read is its end."""
        return bool(self._events.poll(0))

    def exchange(self, frame: bytes) -> Any:
        with contextlib.suppress(BrokenPipeError):  # a refusal may be there to be read
            self._socket.sendall(frame)
        return frames.read(self._answers)

    def __del__(self) -> None:
        # A connection lives as long as its thread, and nobody is told when that ends.
        if hasattr(self, "_answers"):
            self._answers.close()
        self._socket.close()
