"""Whether what should have left the pharmacy is still here: a destination does not answer.

Comes in: a tenant. Goes out: since when, and how many results wait. Always holds: reading it writes
nothing; what may still be taken back, and what the operator holds back, does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ecouvillon.trust.isolation.change import ask


@dataclass(frozen=True, slots=True)
class Outage:
    """The oldest moment at which something could have left, and how many wait since."""

    since: datetime
    waiting: int


# Seconds in which a destination that is well has answered: more, and it is said at the counter.
PATIENCE = 15

# A retry moves `next_at`, so that the first moment to leave is the earlier of it and the version's.
_OUTAGE = """
SELECT min(w.since), count(*) FROM (
  SELECT least(t.next_at, v.leaves_at) AS since FROM transmission t
  JOIN version v ON v.tenant = t.tenant AND v.screening = t.screening AND v.number = t.version
  JOIN destination d ON d.id = t.destination AND d.paused_at IS NULL
  WHERE t.tenant = ANY (tenants()) AND t.state IN ('pending', 'sent')) w
WHERE w.since <= now()
HAVING min(w.since) < now() - make_interval(secs => %s)
"""


def outage(tenant: UUID) -> Outage | None:
    """The outage that this pharmacy feels; None when all that could leave has been answered."""
    (rows,) = ask((_OUTAGE, (PATIENCE,)), tenants=[tenant])
    return Outage(*rows[0]) if rows else None
