"""Links in stock: their tokens and codes are derived in bundles, so that a result waits for none.

A bundle begins at one link and doubles with use to 64, so that a quiet pharmacy has none idle. A
link that was never handed out opens nothing: the database does not know it.
"""

from __future__ import annotations

import threading
from collections import deque
from uuid import UUID, uuid4

from ecouvillon.trust.keys.client import LinkSecrets, client

LARGEST_BUNDLE = 64

Fresh = tuple[UUID, LinkSecrets]


class LinkStock:
    """The unused links of this process, by tenant."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._links: dict[UUID, deque[Fresh]] = {}
        self._bundle: dict[UUID, int] = {}

    def take(self, tenant: UUID, count: int) -> list[Fresh]:
        """`count` new link ids with what opens them, each handed out once.

        Raises `Unavailable` when the stock is empty and the key service does not answer.
        """
        with self._lock:
            stock = self._links.setdefault(tenant, deque())
            taken = [stock.popleft() for _ in range(min(count, len(stock)))]
            short = count - len(taken)
            bundle = self._bundle.get(tenant, 1)
            if short:
                self._bundle[tenant] = min(bundle * 2, LARGEST_BUNDLE)
        if short:
            # Outside the lock: while the service is silent, nobody else waits behind us.
            ids = [uuid4() for _ in range(max(short, bundle))]
            made = list(zip(ids, client().links([(tenant, id_) for id_ in ids]), strict=True))
            taken += made[:short]
            with self._lock:
                stock.extend(made[short:])
        return taken


STOCK = LinkStock()
