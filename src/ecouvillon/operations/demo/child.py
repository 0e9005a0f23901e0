"""One process of the demo, from its start to its end.

Comes in: what to run and where it logs. Goes out: whether it is ready, whether it is dead, an end.
Always holds: it is in a session of its own, so that Ctrl-C reaches it through us alone; the kernel
kills it when we die, even by `kill -9`; what it started itself ends with it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # prctl(2)
_STOP_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Program:
    """A process to be kept running; it says `ready` in its log (design, section 9)."""

    name: str
    command: tuple[str, ...]
    log: Path


class Child:
    """The process of a program; all methods belong to the thread that starts it.

    The kernel ends a child with the *thread* that forked it (prctl(2)), so that one must live.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.ready = False
        self._process: subprocess.Popen[bytes] | None = None
        self._begin = 0

    @property
    def started(self) -> bool:
        """Whether it was started and not buried since."""
        return self._process is not None

    def start(self) -> None:
        """Start it; raises OSError."""
        self.ready = False
        log = os.open(self.program.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            self._begin = os.fstat(log).st_size
            self._process = subprocess.Popen(  # noqa: S603 - commands of ours
                self.program.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                preexec_fn=dying_with_us(),  # noqa: PLW1509 - see there
            )
        finally:
            os.close(log)

    def look(self) -> None:
        """See whether it said that it is ready."""
        if not self.ready:
            self.ready = any(_is_ready(line) for line in self._lines())

    def dead(self) -> bool:
        """Whether it ended; it stays unburied, so that its number is not somebody else's yet."""
        if self._process is None:
            return True
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, how) is not None

    def bury(self) -> None:
        """End what it left behind, and forget it."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self.ready = False

    def stop(self) -> None:
        """Ask it to end, wait, and end it where it does not listen."""
        if self._process is not None:
            self._process.terminate()
            deadline = time.monotonic() + _STOP_SECONDS
            while not self.dead() and time.monotonic() < deadline:
                time.sleep(0.01)
        self.bury()

    def last_words(self) -> str:
        """The last line that it logged since its start."""
        lines = [line for line in self._lines() if line.strip()]
        return lines[-1].strip() if lines else "it said nothing"

    def _lines(self) -> list[str]:
        with self.program.log.open("rb") as log:
            log.seek(self._begin)
            return log.read().decode(errors="replace").splitlines()


def _is_ready(line: str) -> bool:
    try:
        return bool(json.loads(line)["event"] == "ready")
    except (ValueError, KeyError, TypeError):
        return False


def dying_with_us() -> Callable[[], None]:
    """What a new process does first (`preexec_fn`), so that the kernel kills it when we die."""
    # Loaded before the fork: between fork and exec nothing may be imported or locked, since another
    # thread of ours may hold the lock for ever there.
    prctl = ctypes.CDLL(None).prctl
    us = os.getpid()

    def after_fork() -> None:
        # SIGKILL, since a process that hangs may ignore anything else; all are made to survive it.
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != us:  # we were killed before the kernel knew
            os._exit(1)

    return after_fork
