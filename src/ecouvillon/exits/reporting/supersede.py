"""A new version takes the place of what has not left, or was rejected; it waits for the rest.

One rule for mend, correction, cancellation and withdrawn consent (design, 7). A transmission in
doubt may have arrived: it is sent until it is answered, and the new version goes after it.
"""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from ecouvillon.exits.reporting.models import Transmission, TransmissionState
from ecouvillon.trust.isolation.change import Change

# Held until the change ends, so that no worker claims what is being cancelled.
_REPLACED = """
SELECT id FROM transmission
WHERE tenant = ANY (tenants()) AND screening = ANY (%b::uuid[]) AND (
  state = 'rejected'
  OR (state = 'pending' AND (leased_until IS NULL OR leased_until < now()))
)
FOR UPDATE
"""


def supersede(writing: Change, screenings: list[UUID]) -> None:
    """Cancels the transmissions of these screenings whose place a new version takes."""
    rows = writing.fetch(_REPLACED, (screenings,))
    writing.set(
        Transmission,
        [id_ for (id_,) in rows],
        state=TransmissionState.CANCELLED.value,
        settled_at=timezone.now(),
        leased_until=None,
    )
