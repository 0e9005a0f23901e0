"""Fresh keys in stock: leased from the key service in bundles, so that sealing costs no commit.

A bundle begins at one key and doubles with use to 256, so that a quiet pharmacy wastes none and a
busy one rarely asks. Keys near the end of their lease are dropped; the key service sweeps them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
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
        wanted: dict[str, int] = {}
        order = list(kinds)
        for kind in order:
            wanted[kind] = wanted.get(kind, 0) + 1
        with self._lock:
            self._replenish(tenant, wanted)
            return [self._keys[tenant, kind].popleft() for kind in order]

    def _replenish(self, tenant: UUID, wanted: dict[str, int]) -> None:
        usable_until = time.monotonic() + MARGIN
        short: dict[str, int] = {}
        for kind, count in wanted.items():
            keys = self._keys.setdefault((tenant, kind), deque())
            while keys and keys[0].expires_at_monotonic < usable_until:
                keys.popleft()
            if len(keys) < count:
                bundle = self._bundle.get((tenant, kind), 1)
                self._bundle[tenant, kind] = min(bundle * 2, LARGEST_BUNDLE)
                short[kind] = max(bundle, count - len(keys))
        if short:
            for kind, leased in client().lease(tenant, short).items():
                self._keys[tenant, kind].extend(leased)


STOCK = Stock()
