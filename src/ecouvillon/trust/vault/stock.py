"""Fresh keys in stock: leased from the key service in bundles, so that sealing costs no commit.

A bundle begins at one key and doubles with use to 256, so that a quiet pharmacy wastes none and a
busy one rarely asks. Keys near the end of their lease are dropped; the key service sweeps them.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from uuid import UUID

from ecouvillon.trust.keys.client import LeasedKey, client

LARGEST_BUNDLE = 256
# Seconds before the end of its lease when a key is no longer begun to be used.
MARGIN = 30.0


class Stock:
    """The leased keys of this process, by tenant and kind."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[tuple[UUID, str], deque[LeasedKey]] = {}
        self._bundle: dict[tuple[UUID, str], int] = {}

    def take(self, tenant: UUID, kinds: Iterable[str]) -> list[LeasedKey]:
        """One fresh key for each of `kinds` (a kind may repeat), each handed out once.

        Raises `Unavailable` when the stock is empty and the key service does not answer.
        """
        order = list(kinds)
        with self._lock:
            taken = {kind: self._in_stock(tenant, kind, n) for kind, n in Counter(order).items()}
            short = {
                kind: max(self._next_bundle(tenant, kind), n - len(taken[kind]))
                for kind, n in Counter(order).items()
                if n > len(taken[kind])
            }
        if short:
            # Outside the lock: while the service is silent, nobody else waits behind us.
            leased = client().lease(tenant, short)
            with self._lock:
                for kind, keys in leased.items():
                    missing = order.count(kind) - len(taken[kind])
                    taken[kind] += keys[:missing]
                    self._keys[tenant, kind].extend(keys[missing:])
        given = {kind: iter(keys) for kind, keys in taken.items()}
        return [next(given[kind]) for kind in order]

    def _in_stock(self, tenant: UUID, kind: str, most: int) -> list[LeasedKey]:
        usable_until = time.monotonic() + MARGIN
        keys = self._keys.setdefault((tenant, kind), deque())
        while keys and keys[0].expires_at_monotonic < usable_until:
            keys.popleft()
        return [keys.popleft() for _ in range(min(most, len(keys)))]

    def _next_bundle(self, tenant: UUID, kind: str) -> int:
        bundle = self._bundle.get((tenant, kind), 1)
        self._bundle[tenant, kind] = min(bundle * 2, LARGEST_BUNDLE)
        return bundle


STOCK = Stock()
