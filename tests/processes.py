"""Real processes of an installation, as an operator starts them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PROGRAM = "from ecouvillon.operations.cli import main; main()"
PATIENCE = 60.0  # seconds until `ready`, on a busy machine


@contextmanager
def running(*arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """`ecouvillon …` from when it says `ready` until SIGTERM; its address. It logs to `log`."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            env={**os.environ, **environment},
            stdout=errors,
            stderr=errors,
        )
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            try:
                process.wait(20)
            finally:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        for line in log.read_text().splitlines(keepends=True):
            if '"ready"' in line and line.endswith("\n"):
                return str(json.loads(line)["url"])
        time.sleep(0.05)
    raise AssertionError(f"not ready: {log.read_text()}")
