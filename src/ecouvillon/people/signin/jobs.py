"""Forgetting what can't be used any more: sessions that are over, challenges that are too old."""

from __future__ import annotations

from procrastinate.contrib.django import app

from ecouvillon.people.signin import limits
from ecouvillon.trust.isolation.change import ask

_SESSIONS = f"""
DELETE FROM session WHERE created_at < now() - interval '{limits.ABSOLUTE}'
  OR seen_at < now() - interval '{limits.AWAY}' RETURNING id
"""  # noqa: S608 - our own constants
# Far longer than a ticket is good for: an answer is refused by its age long before.
_CHALLENGES = "DELETE FROM spent_challenge WHERE at < now() - interval '1 day' RETURNING at"


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="forget_sign_ins")
def forget_sign_ins(timestamp: int) -> None:  # noqa: ARG001 - procrastinate says when
    """Deletes sessions that are over and challenges of yesterday."""
    ask((_SESSIONS, ()))
    ask((_CHALLENGES, ()))
