"""Sessions: opened by a touch, locked when left alone, over after 12 hours.

Comes in: the secret of a cookie. Goes out: rows and statements for the changes that open, lock and
end sessions, and the query that finds one. Always holds: a session's secret is made by us at
sign-in, never taken from a browser, so that a planted cookie is worth nothing; the database knows
it by a MAC only; reading a session writes nothing unless somebody was active.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils.crypto import salted_hmac

from ecouvillon.people.signin import limits
from ecouvillon.people.signin.models import Session
from ecouvillon.trust.isolation.change import Change, Query, Rows

_SALT = "ecouvillon.people.signin.session"


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session's row, and the secret for its cookie."""

    row: Session
    secret: str


@dataclass(frozen=True, slots=True)
class Found:
    """A session that is not over. `fresh`: its user was verified within 5 minutes."""

    id: UUID
    person: UUID
    pharmacy: UUID | None
    performer: UUID | None
    locked: bool
    fresh: bool


def open_session(person: UUID, pharmacy: UUID | None, performer: UUID | None) -> Opened:
    """A session of `person`, to be added to the change that signs them in."""
    secret = secrets.token_urlsafe(32)
    row = Session(
        id=uuid4(),
        key_hash=key_hash(secret),
        person=person,
        pharmacy=pharmacy,
        performer=performer,
    )
    return Opened(row, secret)


def key_hash(secret: str) -> bytes:
    """What the database knows the session of this cookie by.

    A MAC under the web process's own secret: whoever reads the database can't sign in with what it
    holds, and whoever writes to it can't plant a session that they know the cookie of.
    """
    return salted_hmac(_SALT, secret, algorithm="sha256").digest()


# The session's pharmacy becomes the tenant of the queries that follow in the same transaction.
_FIND = f"""
SELECT id, person, pharmacy, performer,
  locked_at IS NOT NULL OR seen_at < now() - interval '{limits.IDLE}',
  verified_at > now() - interval '{limits.FRESH}',
  set_config('ecouvillon.tenants', coalesce('{{' || pharmacy || '}}', '{{}}'), true)
FROM session WHERE key_hash = %b
  AND created_at > now() - interval '{limits.ABSOLUTE}'
  AND seen_at > now() - interval '{limits.AWAY}'
"""  # noqa: S608 - our own constants

_NOTE_ACTIVITY = f"""
UPDATE session SET seen_at = now() WHERE key_hash = %b AND locked_at IS NULL
  AND seen_at BETWEEN now() - interval '{limits.IDLE}' AND now() - interval '{limits.NOTED_EVERY}'
RETURNING id
"""  # noqa: S608 - our own constants


def by_secret(secret: str) -> Query:
    """The question whose session this is; what is asked after it runs under its pharmacy."""
    return _FIND, (key_hash(secret),)


def note_activity(secret: str) -> Query:
    """Puts off the lock; writes at most once a minute, and nothing for a locked session."""
    return _NOTE_ACTIVITY, (key_hash(secret),)


def found(rows: Rows) -> Found | None:
    """The answer to `by_secret`: None for a session that is unknown or over."""
    return Found(*rows[0][:6]) if rows else None


def unlock(writing: Change, session: UUID) -> None:
    """Opens a locked session again, or renews the verification of an open one."""
    writing.fetch(
        "UPDATE session SET locked_at = NULL, seen_at = now(), verified_at = now()"
        " WHERE id = %s RETURNING id",
        (session,),
    )


def lock(writing: Change, session: UUID) -> None:
    """Locks a session until its person touches a passkey."""
    writing.fetch("UPDATE session SET locked_at = now() WHERE id = %s RETURNING id", (session,))


def choose(writing: Change, session: UUID, pharmacy: UUID, performer: UUID | None) -> None:
    """Sets where the session works and who answers for results there."""
    writing.fetch(
        "UPDATE session SET pharmacy = %s, performer = %s WHERE id = %s RETURNING id",
        (pharmacy, performer, session),
    )


def end(writing: Change, session: UUID) -> None:
    """Ends a session for good."""
    writing.fetch("DELETE FROM session WHERE id = %s RETURNING id", (session,))
