"""Visit numbers: short numbers of a pharmacy's day.

Pages take the next one; programs take blocks, since a counter's row held until the commit of a
result costs three quarters of the rate (measured). A block begins at one number and doubles with
use; what a process did not use of it is a gap, which harms nothing.
"""

from __future__ import annotations

import threading
from datetime import date
from uuid import UUID

from ecouvillon.trust.isolation.change import ask

LARGEST_BLOCK = 256

_NEXT = """
INSERT INTO visit_number (tenant, day, last) VALUES (%s, %s, %s)
ON CONFLICT (tenant, day) DO UPDATE SET last = visit_number.last + excluded.last
RETURNING last
"""


def take(tenant: UUID, day: date, count: int) -> range:
    """`count` numbers (from 1) that nobody else has of this pharmacy's day."""
    ((row,),) = ask((_NEXT, (tenant, day, count)), tenants=[tenant])
    return range(row[0] - count + 1, row[0] + 1)


class Blocks:
    """The numbers that this process took in advance."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: dict[tuple[UUID, date], range] = {}
        self._size: dict[tuple[UUID, date], int] = {}

    def take(self, tenant: UUID, day: date, count: int) -> list[int]:
        """`count` numbers out of the block, which is filled up as needed."""
        numbers: list[int] = []
        with self._lock:
            for other in [key for key in self._left if key[0] == tenant and key[1] != day]:
                del self._left[other], self._size[other]
            left = self._left.get((tenant, day), range(0))
            while len(numbers) < count:
                if not left:
                    size = self._size.get((tenant, day), 1)
                    self._size[tenant, day] = min(2 * size, LARGEST_BLOCK)
                    left = take(tenant, day, max(size, count - len(numbers)))
                used = min(len(left), count - len(numbers))
                numbers += left[:used]
                left = left[used:]
            self._left[tenant, day] = left
        return numbers


BLOCKS = Blocks()
