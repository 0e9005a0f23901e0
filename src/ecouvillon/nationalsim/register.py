"""What the national system holds: results by filler order number, and the messages behind them.

Comes in: a judged message and the results that it reports. Goes out: whether it was taken in, had
been before, or contradicts what is held. Always holds: one message has one effect however often it
comes, all of its orders or none; with a journal, the effect is on disk before it is told.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence

from ecouvillon.nationalsim.findings import Code, Finding
from ecouvillon.nationalsim.journal import Journal, Record
from ecouvillon.nationalsim.report import Result


class Register:
    """Safe to read from any thread; messages are taken in by one."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._lock = threading.Lock()
        self._journal = journal
        self._digests: dict[str, bytes] = {}
        self._results: dict[str, Result] = {}
        self.duplicates = 0
        for record in journal.records if journal else ():
            self._apply(record)

    def results(self) -> dict[str, Result]:
        """What is held now, by filler order number; what was deleted isn't."""
        with self._lock:
            return {k: r for k, r in self._results.items() if r.status in ("F", "C")}

    def knows(self, control_id: str, message: bytes) -> bool:
        """Whether this very message was taken in before; counts it then."""
        with self._lock:
            known = self._digests.get(control_id) == hashlib.sha256(message).digest()
            self.duplicates += known
            return known

    def take_in(self, control_id: str, message: bytes, results: Sequence[Result]) -> list[Finding]:
        """Give a message its effect, or say why it contradicts what is held.

        Raises OSError when the journal can't be written; the message then has no effect.
        """
        if findings := self._contradictions(control_id, results):
            return findings
        record = Record(control_id, message.decode("utf-8"), tuple(results))
        if self._journal:
            self._journal.append(record)
        with self._lock:
            self._apply(record)
        return []

    def _contradictions(self, control_id: str, results: Sequence[Result]) -> list[Finding]:
        if control_id in self._digests:
            rule = "This message control id was used for another message"
            return [Finding("MSH", 1, 10, Code.DUPLICATE_KEY, rule)]
        found = []
        seen: set[str] = set()
        for sequence, result in enumerate(results, start=1):
            held = self._results.get(result.filler_order)
            if result.filler_order in seen or (held and result.status == "F"):
                rule = "This order has a result already: it can be corrected or deleted"
                found.append(Finding("ORC", sequence, 3, Code.DUPLICATE_KEY, rule))
            elif not held and result.status != "F":
                rule = "There is no result of this order to correct or delete"
                found.append(Finding("ORC", sequence, 3, Code.UNKNOWN_KEY, rule))
            seen.add(result.filler_order)
        return found

    def _apply(self, record: Record) -> None:
        self._digests[record.control_id] = hashlib.sha256(record.raw.encode()).digest()
        self._results.update({result.filler_order: result for result in record.results})
