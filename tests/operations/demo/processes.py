"""Demos as real processes, and a look at what they leave behind."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

PATIENCE = 120  # seconds; nothing here waits so long unless it is broken
COMMAND = "from ecouvillon.operations.cli import main; main(prog_name='ecouvillon')"


class Process(NamedTuple):
    """A process, told from a later one with the same number by when it started."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        found = _stat(self.pid)
        return found is not None and found[2] == self.started and found[0] != "Z"

    @property
    def command(self) -> str:
        try:
            return Path(f"/proc/{self.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""


def environment(**ours: str) -> dict[str, str]:
    """The environment of a newcomer, without what the tests set for themselves."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ECOUVILLON_", "DJANGO_"))}
    return kept | ours


def arguments(*words: str) -> list[str]:
    return [sys.executable, "-P", "-c", COMMAND, *words]


@contextmanager
def demo(*words: str, **environ: str) -> Iterator[subprocess.Popen[str]]:
    """A demo; whatever a failed test leaves of it is killed."""
    process = subprocess.Popen(
        arguments("demo", *words),
        env=environment(**environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        for one in (*descendants(process.pid), process):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one.pid, 9)
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What the process says, until a line has `words`."""
    assert process.stdout is not None
    said = b""
    deadline = time.monotonic() + PATIENCE
    while words.encode() not in said:
        # Past Python's buffer, in which a line would wait unseen.
        if select.select([process.stdout], [], [], 1)[0]:
            piece = os.read(process.stdout.fileno(), 65536)
            assert piece, said.decode()
            said += piece
        assert time.monotonic() < deadline, said.decode()
    return said.decode()


def descendants(pid: int) -> list[Process]:
    """The processes that it started, and those that they started."""
    parents: dict[int, list[Process]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        if (found := _stat(int(folder.name))) is not None:
            parents.setdefault(int(found[1]), []).append(Process(int(folder.name), found[2]))
    family = list(parents.get(pid, []))
    for one in family:
        family += parents.get(one.pid, [])
    return family


def left_of(family: list[Process]) -> list[str]:
    """The commands of those that don't end within the patience that we have."""
    holds(lambda: not [one for one in family if one.alive])
    return [f"{one.pid} {one.command}" for one in family if one.alive]


def holds(condition: object) -> bool:
    """Whether `condition()` becomes true within the patience that we have."""
    assert callable(condition)
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _stat(pid: int) -> tuple[str, str, str] | None:
    """State, parent and start of a process (proc(5)); its name may hold spaces and brackets."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], fields[1], fields[19]
