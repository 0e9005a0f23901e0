"""A process of the house under test: started, killed without warning, started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from ecouvillon.operations.process import end_with_parent

PATIENCE = 60.0  # seconds until something that hangs is a failure
_COMMAND = (sys.executable, "-c", "from ecouvillon.operations.cli import main; main()")


class Process:
    """One command of `ecouvillon`, with a log of all that it ever said on standard error."""

    def __init__(self, name: str, arguments: tuple[str, ...], log: Path) -> None:
        self.name = name
        self.log = log
        self._arguments = arguments
        self._running: subprocess.Popen[bytes] | None = None
        self._begin = 0

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it, and don't wait for it."""
        with self.log.open("ab") as log:
            self._begin = log.tell()
            self._running = subprocess.Popen(
                [*_COMMAND, *self._arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 - one system call
            )

    def wait_ready(self) -> None:
        """Wait until it says that it can be used."""
        deadline = time.monotonic() + PATIENCE
        while not any(line.get("event") == "ready" for line in self.lines(self._begin)):
            if time.monotonic() > deadline or self.pid_or_none() is None:
                raise AssertionError(f"{self.name} does not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """`kill -9`."""
        running = self._process()
        running.kill()
        running.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        running = self._process()
        running.terminate()
        return running.wait(PATIENCE)

    def pause(self) -> None:
        """It does nothing any more, and is still there."""
        self._process().send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process().send_signal(signal.SIGCONT)

    def pid_or_none(self) -> int | None:
        """Its number while it runs."""
        running = self._running
        return running.pid if running is not None and running.poll() is None else None

    def children(self) -> list[int]:
        """The processes that it started."""
        pid = self._process().pid
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(number) for number in found]

    def lines(self, begin: int = 0) -> list[dict[str, object]]:
        """What it logged, as far as that is JSON."""
        with self.log.open("rb") as log:
            log.seek(begin)
            return [json.loads(line) for line in log if line.startswith(b"{") and b"\n" in line]

    def _process(self) -> subprocess.Popen[bytes]:
        assert self._running is not None, f"{self.name} was never started"
        return self._running


def without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which nothing names another installation."""
    return {name: value for name, value in os.environ.items() if "ECOUVILLON" not in name} | dict(
        environment
    )
