"""The day's closing: what was done, and what is left to do, before somebody turns off the light.

Comes in: a tenant and a day. Goes out: numbers, and the visits that are left. Always holds: nothing
is opened; nothing here depends on what was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ecouvillon.pathway.call import ToCall, calls
from ecouvillon.trust.isolation.change import ask


@dataclass(frozen=True, slots=True)
class Closing:
    """Tests, those forwarded, and visit numbers of what is left; calls are of any day."""

    tests: int
    forwarded: int
    leaving: int
    running: tuple[int, ...]
    unseen: tuple[int, ...]
    refused: tuple[int, ...]
    bounced: tuple[int, ...]
    to_call: list[ToCall]


_DAY = """
SELECT s.visit, s.state, t.through, t.leaving, coalesce(t.refused, false),
  EXISTS (SELECT FROM notice n WHERE n.tenant = s.tenant AND n.screening = s.id
    AND n.state = 'failed')
FROM screening s LEFT JOIN LATERAL (
  SELECT bool_and(m.state IN ('acknowledged', 'done')) AS through,
    bool_or(m.state IN ('pending', 'sent')) AS leaving, bool_or(m.state = 'rejected') AS refused
  FROM transmission m WHERE m.tenant = s.tenant AND m.screening = s.id
    AND m.state <> 'cancelled') t ON true
WHERE s.tenant = ANY (tenants()) AND s.day = %s ORDER BY s.visit
"""


def closing(tenant: UUID, day: date) -> Closing:
    """How `day` stands."""
    (rows,) = ask((_DAY, (day,)), tenants=[tenant])
    results = [row for row in rows if row[1] == "resulted"]
    return Closing(
        tests=len(results),
        forwarded=sum(bool(row[2]) for row in results),
        leaving=sum(bool(row[3]) for row in results),
        running=tuple(row[0] for row in rows if row[1] == "sampled"),
        unseen=tuple(row[0] for row in rows if row[1] == "registered"),
        refused=tuple(row[0] for row in rows if row[4]),
        bounced=tuple(row[0] for row in rows if row[5]),
        to_call=calls(tenant),
    )
