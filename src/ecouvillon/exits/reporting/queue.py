"""The queue of a destination: what is due is claimed for a while by one worker.

A claim is a lease: a worker that dies loses what it held, and the next one sends the same bytes.
Always holds: of two workers that claim at once each transmission has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ecouvillon.exits.outbox import Due
from ecouvillon.exits.reporting.models import TransmissionState
from ecouvillon.screening.models import Version
from ecouvillon.trust.isolation.change import ask

# Longer than a batch takes when every answer comes at the last moment (about 60 s).
LEASE_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Claimed:
    """A transmission that this worker holds; `identity` and `result` are documents' versions.

    `known`: an earlier version was acknowledged there, so that this one is no news.
    `attempts` counts the claims, this one included; it tells this claim from every other.
    """

    tenant: UUID
    id: UUID
    screening: UUID
    version: int
    kind: Version.Kind
    identity: int
    result: int
    known: bool
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
RETURNING t.tenant, t.id, t.screening, t.version, v.kind, v.identity, v.result,
  EXISTS (SELECT FROM transmission earlier
          WHERE earlier.tenant = t.tenant AND earlier.screening = t.screening
            AND earlier.destination = t.destination AND earlier.version < t.version
            AND earlier.state = 'acknowledged'),
  t.control_id, t.state, t.attempts
"""


def due(destination: UUID, most: int) -> Due:
    """Up to `most` transmissions that may leave now, oldest first; none while it is paused."""
    (rows,) = ask((_DUE, (destination, most)))
    return [(tenant, id_) for tenant, id_ in rows]


def claim(found: Due) -> list[Claimed]:
    """Those of `found` that nobody else took meanwhile, in order, held for `LEASE_SECONDS`."""
    order = {id_: number for number, (_, id_) in enumerate(found)}
    (rows,) = ask(
        (_CLAIM, (LEASE_SECONDS, list(order))), tenants=list({tenant for tenant, _ in found})
    )
    claimed = [
        Claimed(
            tenant=row[0],
            id=row[1],
            screening=row[2],
            version=row[3],
            kind=Version.Kind(row[4]),
            identity=row[5],
            result=row[6],
            known=row[7],
            control_id=row[8],
            state=TransmissionState(row[9]),
            attempts=row[10],
        )
        for row in rows
    ]
    return sorted(claimed, key=lambda one: order[one.id])
