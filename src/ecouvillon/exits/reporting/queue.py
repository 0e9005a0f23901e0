"""The queue of a destination: what is due is claimed for a while by one worker.

A claim is a lease: a worker that dies loses what it held, and the next one sends the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ecouvillon.exits.reporting.models import TransmissionState
from ecouvillon.trust.isolation.change import ask

# Longer than a batch can take when a destination is slow.
LEASE_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Claimed:
    """A transmission that this worker holds; `identity` is the version of that document."""

    tenant: UUID
    id: UUID
    screening: UUID
    version: int
    identity: int
    control_id: str
    state: TransmissionState
    attempts: int


_DUE = "SELECT tenant, id FROM due_transmissions(%s, %s)"
_CLAIM = """
UPDATE transmission t
SET leased_until = now() + make_interval(secs => %s), attempts = attempts + 1
FROM version v
WHERE t.tenant = ANY (tenants()) AND t.id = ANY (%b::uuid[])
  AND v.tenant = t.tenant AND v.screening = t.screening AND v.number = t.version
  AND t.state IN ('pending', 'sent') AND (t.leased_until IS NULL OR t.leased_until < now())
RETURNING t.tenant, t.id, t.screening, t.version, v.identity, t.control_id, t.state, t.attempts
"""


def claim(destination: UUID, most: int) -> list[Claimed]:
    """Up to `most` due transmissions, oldest first, held for `LEASE_SECONDS`."""
    (due,) = ask((_DUE, (destination, most)))
    if not due:
        return []
    order = {id_: number for number, (_, id_) in enumerate(due)}
    (rows,) = ask(
        (_CLAIM, (LEASE_SECONDS, list(order))), tenants=list({tenant for tenant, _ in due})
    )
    claimed = [
        Claimed(t, id_, screening, version, identity, control_id, TransmissionState(state), n)
        for t, id_, screening, version, identity, control_id, state, n in rows
    ]
    return sorted(claimed, key=lambda one: order[one.id])
