"""What the queues of what leaves have in common: transmissions and notices.

The rows are the queue: a claim is a lease, told from every other by the row's count of attempts.
Always holds: what a worker writes about a row counts only while its claim is the last one, so that
one that was away for longer than its lease overwrites nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Protocol
from uuid import UUID

from django.db import models

from ecouvillon.errors import Unavailable
from ecouvillon.trust.isolation.change import Change

Due = list[tuple[UUID, UUID]]  # tenant, id

# What an answer means must be written, or what left leaves once more: worth waiting for.
_WRITE_ATTEMPTS = 20


class Drained(Enum):
    """What one round at a queue met with."""

    NOTHING_DUE = auto()
    ANSWERED = auto()
    # Unreachable, or it answered nothing at all.
    SILENT = auto()


class Claim(Protocol):
    """A row that a worker holds; `attempts` counts the claims, this one included."""

    @property
    def id(self) -> UUID: ...

    @property
    def attempts(self) -> int: ...


# Locked in one order, so that two workers that meet here wait and don't lock each other out.
_HELD = """
SELECT t.id FROM {table} t
JOIN unnest(%b::uuid[], %b::int[]) AS ours (id, attempts)
  ON t.id = ours.id AND t.attempts = ours.attempts
WHERE t.tenant = ANY (tenants()) AND t.id = ANY (%b::uuid[]) AND t.settled_at IS NULL
ORDER BY t.id FOR UPDATE OF t
"""


def still_held(writing: Change, queue: type[models.Model], claimed: Sequence[Claim]) -> set[UUID]:
    """Those whose last claim is this one and that are not settled; locked until `writing` ends."""
    ids = [one.id for one in claimed]
    query = _HELD.format(table=queue._meta.db_table)
    rows = writing.fetch(query, (ids, [one.attempts for one in claimed], ids))
    return {id_ for (id_,) in rows}


def patiently(write: Callable[[], None]) -> None:
    """Does `write`, which must be safe to repeat, and waits for a database that is away.

    Raises `Unavailable` in the end.
    """
    for _ in range(_WRITE_ATTEMPTS - 1):
        try:
            return write()
        except Unavailable:
            time.sleep(1)
    return write()


def backoff(failures: int, longest: float) -> float:
    """Seconds to wait after so many failures in a row (from 1): about 1, 2, 4… up to `longest`.

    Never the same twice: what failed together must not come back together after an outage.
    """
    seconds = min(2.0 ** min(failures - 1, 16), longest)
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
