"""Commits together what threads write at the same time: one statement, one flush to disk for all.

Comes in: what each thread wants written. Goes out: to each its own outcome. Always holds: nobody
waits for others to come (who finds nobody at work goes at once, and whoever comes meanwhile goes
next, together); what fails together is tried again one by one, so that a bad row fails alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Generic, TypeVar

from ecouvillon.trust.isolation.prepared import ConnectionLost

T = TypeVar("T")


class _Outcome(Enum):
    LEAD = auto()
    WRITTEN = auto()
    ALONE = auto()
    LOST = auto()


class _Turn(Generic[T]):
    """One thread's part, and what became of it once `come` is set."""

    def __init__(self, part: T) -> None:
        self.part = part
        self.come = threading.Event()
        self.outcome = _Outcome.LEAD


class Together(Generic[T]):
    """A queue in front of `write`, which commits parts all or nothing."""

    def __init__(self, write: Callable[[Sequence[T]], None]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._waiting: list[_Turn[T]] = []
        self._working = False

    def commit(self, part: T) -> None:
        """Writes `part`; returns once it is committed, raises what `write` raised for it.

        `ConnectionLost` is raised to all that went together: whether they were committed is
        unknown, as it is for one.
        """
        turn = _Turn(part)
        with self._lock:
            waits = self._working
            self._working = True
            if waits:
                self._waiting.append(turn)
        if waits:
            turn.come.wait()
        match turn.outcome:
            case _Outcome.LEAD:
                self._lead(part)
            case _Outcome.ALONE:
                self._write([part])
            case _Outcome.LOST:
                raise ConnectionLost

    def _lead(self, part: T) -> None:
        with self._lock:
            others = [turn for turn in self._waiting if turn.part is not part]
            self._waiting = []
        # Whatever ends this thread here, the others must not wait for ever.
        outcome = _Outcome.LOST
        try:
            self._write([part, *(turn.part for turn in others)])
            outcome = _Outcome.WRITTEN
        except ConnectionLost:
            raise
        except Exception:
            outcome = _Outcome.ALONE
            if not others:
                raise
        finally:
            self._next()
            for turn in others:
                turn.outcome = outcome
                turn.come.set()
        if outcome is _Outcome.ALONE:
            self._write([part])

    def _next(self) -> None:
        """Lets one of those who came meanwhile lead the rest of them."""
        with self._lock:
            self._working = bool(self._waiting)
            if self._waiting:
                self._waiting[0].come.set()
