"""Who uses the server: two lock files, which the kernel lets go when their holder dies.

Comes in: the folder of the place. Goes out: the mutex around each start and stop, and the lock that
each user holds for life. Always holds: asking whether we are the last happens with the mutex held,
so nobody can come in between. Two files, since with one each starter would wait for the whole life
of the others.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def mutex(root: Path) -> Iterator[None]:
    """Alone in starting or stopping the server at `root`."""
    with _lock_file(root / "mutex") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Users:
    """Our place among the users of the server at `root`."""

    def __init__(self, lock: int) -> None:
        self._lock = lock

    def join(self) -> None:
        """Count ourselves in; with the mutex held, nobody keeps us waiting."""
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def last(self) -> bool:
        """Whether nobody else is left; with the mutex held, it stays so."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def users(root: Path) -> Iterator[Users]:
    """The users of the server at `root`; on leaving, we are counted out."""
    with _lock_file(root / "users") as lock:
        yield Users(lock)


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield lock
    finally:
        os.close(lock)
