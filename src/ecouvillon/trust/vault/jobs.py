"""Telling the key service which leased keys are in use, and letting it sweep the others."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app

from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.keys.client import client

# A key may be committed for as long as it is leased (10 minutes), and the row says when its
# transaction began: what was sealed a quarter of an hour ago is committed or never will be.
# A moment that has not come yet was noted while the clock was ahead: what was sealed meanwhile may
# lie before it, so that all of the last days is confirmed once more, which harms nothing.
_NEXT = """
SELECT CASE WHEN noted.until > due.until THEN due.until - interval '30 days'
            ELSE coalesce(noted.until, '2000-01-01') END, due.until
FROM (SELECT now() - interval '15 minutes' AS until) AS due
LEFT JOIN key_confirmation AS noted ON true
"""
_USED = "SELECT key FROM keys_used_between(%s, %s)"
_MOVE = """
INSERT INTO key_confirmation (id, until) VALUES (1, %s)
ON CONFLICT (id) DO UPDATE SET until = excluded.until
RETURNING until
"""
BATCH = 4096  # the key service's limit a call


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="confirm_keys")
def confirm_keys(timestamp: int) -> None:  # noqa: ARG001 - procrastinate says when
    """Confirms the keys of all documents committed since the last time."""
    ((span,),) = ask((_NEXT, ()))
    after, until = span
    (rows,) = ask((_USED, (after, until)))
    keys = [row[0] for row in rows]
    for start in range(0, len(keys), BATCH):
        client().confirm(keys[start : start + BATCH])
    ask((_MOVE, (until,)))


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="sweep_keys")
def sweep_keys(timestamp: int) -> None:  # noqa: ARG001 - procrastinate says when
    """Has leased keys destroyed that no document uses, a day after their lease at the earliest."""
    # A clock that once was ahead leaves a moment to come: nothing is swept until it is past.
    (rows,) = ask(("SELECT until FROM key_confirmation WHERE until <= now()", ()))
    if rows:
        until: datetime = rows[0][0]
        client().sweep(until)
