"""A small stream of results from programs that do as they should: they repeat until a 201.

Always holds: a program uses one Idempotency-Key a result, and remembers what it was answered.
"""

from __future__ import annotations

import threading
import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from tests.cast import patient, screening
from tests.faults.house import House

# Never in a log, an address or an error: see `test_nothing_of_a_patient…`.
CANARY = "ZYXWVUTSRQ"
NIR = "284027505600164"


def body() -> dict[str, Any]:
    """Somebody who agreed and gave what can be given."""
    return screening(sharing_consent=True, patient=patient(birth_name=CANARY, nir=NIR))


class Stream:
    """Programs that post one result after the other; a context manager."""

    def __init__(self, house: House, programs: int = 2) -> None:
        self.answered: dict[str, str] = {}  # request key → screening
        self.troubles: list[tuple[int, str, Any]] = []
        self.wrong: list[object] = []
        self._house = house
        self._enough = threading.Event()
        self._threads = [threading.Thread(target=self._program) for _ in range(programs)]

    def __enter__(self) -> Stream:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Every program brings its last result home."""
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _program(self) -> None:
        while not self._enough.is_set():
            key, sent = uuid4().hex, body()
            first = self._until_created(key, sent)
            self.answered[key] = first
            # A program that lost the answer asks again: the same screening, not another one.
            if len(self.answered) % 5 == 0 and self._until_created(key, sent) != first:
                self.wrong.append((key, first))
            time.sleep(0.1)

    def _until_created(self, key: str, sent: object) -> str:
        while True:
            try:
                status, kind, answer = self._house.post(sent, key)
            except (OSError, ConnectionError, EOFError, ValueError) as error:
                # Nobody there, or it broke off in the middle.
                if isinstance(error, ValueError):
                    self.wrong.append(repr(error))
                time.sleep(0.1)
                continue
            if status == HTTPStatus.CREATED:
                return str(answer["id"])
            self.troubles.append((status, kind, answer))
            time.sleep(0.1)
