"""Forgetting what forwarding no longer needs: answered messages, and NIRs that were acknowledged.

Keys are destroyed before rows are deleted: a job that dies in between finds the rows again.
"""

from __future__ import annotations

from procrastinate.contrib.django import app

from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.vault.shred import shred

BATCH = 1000


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="forget_forwarded")
def forget_forwarded(timestamp: int) -> None:  # noqa: ARG001 - procrastinate says when
    """Destroys the messages that were answered, and the NIRs that every destination has."""
    for query in ("SELECT * FROM answered_messages(%s)", "SELECT * FROM spent_nirs(%s)"):
        while True:
            (rows,) = ask((query, (BATCH,)))
            shred([(tenant, key) for tenant, key in rows])
            if len(rows) < BATCH:
                break
