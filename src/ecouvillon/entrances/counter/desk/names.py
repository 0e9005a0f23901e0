"""First names and initials of today's visits, as the queue shows them.

Comes in: a member of staff and visits. Goes out: "Camille M." for each. Always holds: a name is
opened once a session and visit, with an entry `listed` of its own; all that a page needs is one
insert into the ledger and one call of the key service; a page that needs nothing new writes
nothing.

The names stay in this process's memory for as long as a session may last, and nowhere else: with
several web processes each opens them once.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.screening.patient import Identity
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents

# A session ends after 12 hours at the latest.
SECONDS = 12 * 3600
MOST = 20_000

_Key = tuple[UUID, UUID, int]


class Names:
    """The names that this process has opened, by session, visit and version of the identity."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: OrderedDict[_Key, tuple[float, str]] = OrderedDict()

    def of(self, staff: Staff, documents: Sequence[VaultDocument]) -> dict[UUID, str]:
        """The name of each visit, by screening.

        Raises `Unavailable` when ledger or key service does not answer; then none is shown.
        """
        found = self._remembered(staff.session, documents)
        missing = [document for document in documents if document.record not in found]
        contents = open_documents(staff.actor, "care", missing, action="listed")
        for document, content in zip(missing, contents, strict=True):
            found[document.record] = short_name(Identity.of(content))
        self._remember(staff.session, missing, found)
        return found

    def _remembered(self, session: UUID, documents: Sequence[VaultDocument]) -> dict[UUID, str]:
        with self._lock:
            known = {
                document.record: self._names.get((session, document.record, document.version))
                for document in documents
            }
        now = time.monotonic()
        return {record: one[1] for record, one in known.items() if one and one[0] > now}

    def _remember(
        self, session: UUID, documents: Sequence[VaultDocument], names: dict[UUID, str]
    ) -> None:
        until = time.monotonic() + SECONDS
        with self._lock:
            for document in documents:
                key = (session, document.record, document.version)
                self._names[key] = until, names[document.record]
            while self._names and (
                len(self._names) > MOST or next(iter(self._names.values()))[0] < until - SECONDS
            ):
                self._names.popitem(last=False)


def short_name(identity: Identity) -> str:
    """First name and initial: enough to call somebody, too little to know them."""
    return f"{identity.first_names[0]} {(identity.used_name or identity.birth_name)[0]}."


NAMES = Names()
