"""Keeps processes running: starts them, starts again what dies, stops them in order.

Comes in: programs in the order of their start. Goes out: running processes, and a line for each
that died. Always holds: one thread starts, watches and stops them all; leaving leaves none.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from ecouvillon.operations.demo.child import Child, Program
from ecouvillon.operations.demo.failure import PATIENCE, StepFailed

_LOOK_SECONDS = 0.05
_FIRST_DELAY = 0.1  # seconds before what died is started again, doubled each time
_LONGEST_DELAY = 10.0
_STEADY_SECONDS = 10.0  # what ran so long has forgotten its failures
_HOPELESS = 5


@dataclass(slots=True)
class _Post:
    """A child and how it has fared."""

    child: Child
    failures: int = 0
    start_at: float = 0.0
    started_at: float = 0.0


class Supervisor:
    """A context manager: the programs run inside it."""

    def __init__(self, programs: Sequence[Program], say: Callable[[str], None]) -> None:
        """`say` gets a sentence for each process that died, from the supervisor's thread."""
        self._posts = [_Post(Child(program)) for program in programs]
        self._say = say
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ending.set()
        self._thread.join()

    def wait_until_ready(self) -> None:
        """Wait until all are ready; raises `StepFailed` naming the one that can't be started."""
        deadline = time.monotonic() + PATIENCE
        while waiting := [post for post in self._posts if not post.child.ready]:
            late = time.monotonic() > deadline
            for post in waiting:
                if late or post.failures >= _HOPELESS:
                    raise StepFailed(
                        f"{post.child.program.name} does not start: {post.child.last_words()}"
                    )
            time.sleep(_LOOK_SECONDS)

    def _run(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            for post in self._posts:
                self._look_after(post)
        for post in reversed(self._posts):
            post.child.stop()

    def _look_after(self, post: _Post) -> None:
        now = time.monotonic()
        if not post.child.started:
            if now >= post.start_at:
                post.started_at = now
                post.child.start()
        elif post.child.dead():
            self._mourn(post, now)
        else:
            post.child.look()
            if now - post.started_at > _STEADY_SECONDS:
                post.failures = 0

    def _mourn(self, post: _Post, now: float) -> None:
        post.child.bury()
        delay = min(_FIRST_DELAY * 2**post.failures, _LONGEST_DELAY)
        post.failures += 1
        post.start_at = now + delay
        self._say(f"{post.child.program.name} died and is started again")
