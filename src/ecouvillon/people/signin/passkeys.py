"""Passkeys in the database: found by what signed, used once, never twice.

Comes in: a ticket and a browser's answer. Goes out: whose passkey it is; then, inside the change of
whatever it allows, its use. Always holds: the challenge is spent and the key's counter moved in the
transaction that the touch allows, so that neither happens without the other; a counter that does
not grow means that the key was copied (WebAuthn level 3, 6.1.1), and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from ecouvillon.people.signin import limits
from ecouvillon.people.signin.ceremony import (
    Signature,
    SignInRefused,
    Ticket,
    created,
    credential_named,
    signed,
)
from ecouvillon.people.signin.models import Passkey
from ecouvillon.trust.isolation.change import Change, ask


@dataclass(frozen=True, slots=True)
class Touch:
    """A passkey that answered a ticket rightly; worth something once `spend` has accepted it."""

    passkey: UUID
    person: UUID
    count: int
    ticket: Ticket


class Cloned(SignInRefused):
    """The key's counter did not grow: somebody else has a copy."""

    def __init__(self, touch: Touch) -> None:
        super().__init__()
        self.touch = touch


_BY_CREDENTIAL = """
SELECT k.id, k.person, k.credential FROM passkey k JOIN person p ON p.id = k.person
WHERE k.credential_id = %b AND p.is_active
"""


def touched(ticket: Ticket, answer: object) -> Touch:
    """Whose passkey signed `answer`; raises `SignInRefused`. Nothing is spent yet."""
    (found,) = ask((_BY_CREDENTIAL, (credential_named(answer),)))
    if not found:
        raise SignInRefused
    passkey, person, credential = found[0]
    signature = signed(ticket, answer, credential)
    # The handle is the authenticator's own memory of whose key it is: it may be absent, not wrong.
    if signature.user not in (None, person):
        raise SignInRefused
    return Touch(passkey, person, signature.count, ticket)


_SPEND = f"""
INSERT INTO spent_challenge (challenge)
SELECT %b WHERE now() - %s::timestamptz BETWEEN '-1 second' AND '{limits.CEREMONY}'
ON CONFLICT DO NOTHING RETURNING at
"""

_COUNT = """
UPDATE passkey SET sign_count = %s, last_used_at = now()
WHERE id = %s AND (sign_count < %s OR (sign_count = 0 AND %s = 0)) RETURNING id
"""


def spend(writing: Change, touch: Touch) -> None:
    """Uses `touch` within `writing`; raises `SignInRefused`, or `Cloned` for the ledger."""
    spend_challenge(writing, touch.ticket)
    count = touch.count
    if not writing.fetch(_COUNT, (count, touch.passkey, count, count)):
        raise Cloned(touch)


def spend_challenge(writing: Change, ticket: Ticket) -> None:
    """Uses the ticket within `writing`; raises `SignInRefused` when it is too old or was used."""
    if not writing.fetch(_SPEND, (ticket.challenge, ticket.asked_at)):
        raise SignInRefused


def first_passkey(ticket: Ticket, answer: object, person: UUID) -> Passkey:
    """The row of a person's first passkey; raises `SignInRefused`.

    Its insertion fails (`psycopg.errors.UniqueViolation`) where the person has one already.
    """
    made: Signature = created(ticket, answer)
    return Passkey(
        id=uuid4(),
        person=person,
        number=1,
        credential_id=made.credential.credential_id,
        credential=bytes(made.credential),
        sign_count=made.count,
    )


def credentials_of(person: UUID) -> list[bytes]:
    """The credential ids of a person's passkeys: what the browser may answer with."""
    (found,) = ask(
        ("SELECT credential_id FROM passkey WHERE person = %s ORDER BY number", (person,))
    )
    return [row[0] for row in found]
