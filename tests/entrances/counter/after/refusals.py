"""A transmission that its destination refused, written as the worker writes it."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from tests.installation import Installed
from tests.pathway.counter import rows

from ecouvillon.exits.reporting.models import Transmission
from ecouvillon.exits.reporting.to_mend import to_mend
from ecouvillon.trust.isolation.change import change
from ecouvillon.trust.vault.seal import Document, seal

WORDS = "Table value not found: 92050 at 1949-03-14"


def refuse(installed: Installed, tenant: UUID, visit: UUID, location: str = "PID^1^11^2^9") -> UUID:
    """Refuses what is on its way for a visit; returns the transmission."""
    query = "SELECT id FROM transmission WHERE screening = %s AND state = 'pending'"
    ((transmission,),) = rows(installed, query, visit)
    reason = {
        "location": location,
        "code": "103",
        "text": WORDS,
        "to_mend": to_mend(location, "103").value,
    }
    with change(tenant) as writing:
        writing.set(Transmission, [transmission], state="rejected", settled_at=timezone.now())
        writing.add(seal(tenant, [Document(transmission, "reason", 1, reason)]))
    return UUID(str(transmission))
