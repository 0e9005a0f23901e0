"""The pharmacy's day as its counter sees it: who waits, which clocks run, what is done.

Comes in: a tenant, a day and, for a refresh, the token of the last look. Goes out: lines, or which
of them changed since. Always holds: reading the queue writes nothing; no value of a result is in
it; names are sealed, and opened by whoever shows them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ecouvillon.screening.cassettes import COLUMNS, Cassette, cassette
from ecouvillon.screening.models import State
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.vault.models import VaultDocument

# Handed-over results that the queue shows; the others are counted.
LATEST_DONE = 4

_TOKEN = re.compile(r"([0-9]{1,10})\.([0-9]{1,12})", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A visit: `leaves_in` seconds until its standing result leaves; `came_by` an actor's kind."""

    screening: UUID
    visit: int
    state: State
    registered_at: datetime
    waits: float
    came_by: str
    identity: VaultDocument
    cassette: Cassette | None
    recorded_at: datetime | None
    leaves_in: float | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """The day in numbers: results, those forwarded, on their way, refused, and visits waiting."""

    results: int
    forwarded: int
    leaving: int
    refused: int
    waiting: int


@dataclass(frozen=True, slots=True, repr=False)
class Queue:
    """Lines by visit number, the day's numbers, and the token of this look."""

    lines: list[Line]
    counts: Counts
    token: str
    now: datetime


_LOOK = f"""
SELECT s.id, s.visit, s.state, s.created_at,
  extract(epoch FROM clock_timestamp() - s.created_at)::float8,
  (SELECT e.actor_kind FROM ledger_entry e WHERE e.tenant = s.tenant AND e.record = s.id
   AND e.action = 'screening registered' LIMIT 1),
  d.tenant, d.record, d.kind, d.version, d.key, d.body,
  v.recorded_at, extract(epoch FROM v.leaves_at - clock_timestamp())::float8,
  coalesce(t.refused, false), {COLUMNS}
FROM screening s
JOIN LATERAL (SELECT * FROM vault_document i WHERE i.tenant = s.tenant AND i.record = s.id
  AND i.kind = 'identity' ORDER BY i.version DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (SELECT * FROM kit_use k WHERE k.tenant = s.tenant
  AND k.screening = s.id ORDER BY k.number DESC LIMIT 1) u ON true
LEFT JOIN LATERAL (SELECT w.number, w.recorded_at,
    CASE WHEN h.id IS NULL THEN w.leaves_at ELSE h.at END AS leaves_at
  FROM version w LEFT JOIN hand_over h ON h.tenant = w.tenant AND h.screening = w.screening
    AND h.version = w.number
  WHERE w.tenant = s.tenant AND w.screening = s.id
  AND NOT EXISTS (SELECT FROM take_back b WHERE b.tenant = w.tenant
    AND b.screening = w.screening AND b.version = w.number)
  ORDER BY w.number DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (SELECT bool_or(m.state = 'rejected') AS refused
    FROM transmission m WHERE m.tenant = s.tenant
    AND m.screening = s.id AND m.version = v.number) t ON true
WHERE s.tenant = ANY (tenants()) AND s.day = %s AND (
  s.state IN ('registered', 'sampled') OR t.refused OR v.leaves_at > now() OR s.id IN (
  SELECT n.screening FROM version n JOIN screening o ON o.tenant = n.tenant AND o.id = n.screening
  WHERE n.tenant = ANY (tenants()) AND o.day = %s AND o.state = 'resulted'
  ORDER BY n.recorded_at DESC LIMIT {LATEST_DONE}))
ORDER BY s.visit
"""  # noqa: S608 - our own columns and number

# A row's xmin is the transaction that wrote it. What the last look could not see was written by one
# no older than the oldest that was still running then: exact, without a clock or a counter that
# those who write would wait for.
_SINCE = """
WITH last AS (SELECT age(%s::text::xid) AS age, to_timestamp(%s) AS at)
SELECT s.id FROM screening s, last WHERE s.tenant = ANY (tenants()) AND s.day = %s AND (
  age(s.xmin) <= last.age
  OR EXISTS (SELECT FROM vault_document d WHERE d.tenant = s.tenant AND d.record = s.id
    AND d.kind = 'identity' AND age(d.xmin) <= last.age)
  OR EXISTS (SELECT FROM kit_use u WHERE u.tenant = s.tenant AND u.screening = s.id
    AND age(u.xmin) <= last.age)
  OR EXISTS (SELECT FROM version v WHERE v.tenant = s.tenant AND v.screening = s.id
    AND (age(v.xmin) <= last.age OR (v.leaves_at > last.at AND v.leaves_at <= now())))
  OR EXISTS (SELECT FROM hand_over h WHERE h.tenant = s.tenant AND h.screening = s.id
    AND age(h.xmin) <= last.age)
  OR EXISTS (SELECT FROM transmission t WHERE t.tenant = s.tenant AND t.screening = s.id
    AND age(t.xmin) <= last.age))
"""

_COUNTS = """
SELECT count(*) FILTER (WHERE s.state = 'resulted'),
  count(*) FILTER (WHERE s.state = 'resulted' AND t.through),
  count(*) FILTER (WHERE s.state = 'resulted' AND t.leaving),
  count(*) FILTER (WHERE t.refused), count(*) FILTER (WHERE s.state = 'registered')
FROM screening s LEFT JOIN LATERAL (
  SELECT bool_and(m.state IN ('acknowledged', 'done')) AS through,
    bool_or(m.state IN ('pending', 'sent')) AS leaving, bool_or(m.state = 'rejected') AS refused
  FROM transmission m WHERE m.tenant = s.tenant AND m.screening = s.id
    AND m.state <> 'cancelled') t ON true
WHERE s.tenant = ANY (tenants()) AND s.day = %s
"""

_NOW = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text, extract(epoch FROM now())::bigint,
  now()
"""


def look(tenant: UUID, day: date) -> Queue:
    """What a counter has to do on `day`, and the latest results that it handed over."""
    # The token first: a later snapshot may see more than it says, never less.
    ((stamp,), found, (counts,)) = ask(
        (_NOW, ()), (_LOOK, (day, day)), (_COUNTS, (day,)), tenants=[tenant]
    )
    xmin, seconds, now = stamp
    return Queue([_line(row) for row in found], Counts(*counts), f"{xmin}.{seconds}", now)


def changed_since(tenant: UUID, day: date, token: str) -> set[UUID] | None:
    """Which visits changed since the look of `token`; None for a token that is none."""
    read = _TOKEN.fullmatch(token)
    if read is None:
        return None
    (rows,) = ask((_SINCE, (read[1], float(read[2]), day)), tenants=[tenant])
    return {row[0] for row in rows}


def _line(row: tuple[Any, ...]) -> Line:
    screening, visit, state, registered_at, waits, came_by, *rest = row
    document, (recorded_at, leaves_in, refused), kit = rest[:6], rest[6:9], rest[9:]
    return Line(
        screening=screening,
        visit=visit,
        state=State(state),
        registered_at=registered_at,
        waits=waits,
        came_by=came_by or "link",
        identity=VaultDocument.of(document),
        cassette=None if kit[0] is None else cassette(tuple(kit)),
        recorded_at=recorded_at,
        leaves_in=leaves_in,
        refused=refused,
    )
