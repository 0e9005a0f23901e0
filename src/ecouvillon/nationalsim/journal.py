"""The file in which the national system keeps what it took in: one JSON line a message.

Always holds: mode 0600 and one owner at a time; a line is on the disk (fsync) before `append`
returns, so that an acknowledgement outlives kill -9; a line torn by a crash was never
acknowledged, and is cut off when the file is opened again.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path

from ecouvillon.nationalsim.report import Result

_BEGINNING = b'{"control_id": "'


class UnusableStore(Exception):
    """The file can't be opened, belongs to another simulator, or isn't one of ours."""


@dataclass(frozen=True, slots=True)
class Record:
    """One message that was taken in, and the results that it reported."""

    control_id: str
    raw: str
    results: tuple[Result, ...]


class Journal:
    """An open store; `records` is what it held when it was opened."""

    def __init__(self, path: Path) -> None:
        """Raises `UnusableStore`."""
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UnusableStore(f"{path}: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.records = self._read(path.read_bytes())
            os.fchmod(self._file, 0o600)
        except BlockingIOError:
            self.close()
            raise UnusableStore(f"{path}: another simulator keeps its results there") from None
        except (OSError, ValueError, KeyError, TypeError):
            self.close()
            raise UnusableStore(f"{path}: this is not a store of the simulator") from None

    def append(self, record: Record) -> None:
        """Write a record to the disk; raises OSError."""
        line = json.dumps(
            {
                "control_id": record.control_id,
                "raw": record.raw,
                "results": [result.as_json() for result in record.results],
            },
            ensure_ascii=False,
        )
        end = os.lseek(self._file, 0, os.SEEK_END)
        rest = memoryview(line.encode() + b"\n")
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
        except OSError:
            # A half line in the middle would make the rest unreadable.
            os.ftruncate(self._file, end)
            raise

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def _read(self, content: bytes) -> list[Record]:
        whole = content.rfind(b"\n") + 1
        torn = content[whole:]
        # Somebody's own file, named by mistake, must not lose its last line.
        if not torn.startswith(_BEGINNING[: len(torn)]):
            raise ValueError
        records = []
        for line in content[:whole].splitlines():
            kept = json.loads(line)
            results = tuple(Result(**result) for result in kept["results"])
            records.append(Record(kept["control_id"], kept["raw"], results))
        if torn:
            os.ftruncate(self._file, whole)
        return records
