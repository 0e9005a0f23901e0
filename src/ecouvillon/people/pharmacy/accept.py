"""Accepting an invitation: the address, then the code, then a passkey; each proves something else.

Comes in: the token of the address, the code as typed, what a passkey answers. Goes out: a question
for the browser, then an open session. Always holds: an attempt is spent before the code is looked
at; an invitation is accepted once; who has a passkey already proves that they are that person by
touching it, so that an invitation from one pharmacy never gives a key to what somebody does in
another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
from django.contrib.auth.hashers import check_password

from ecouvillon.errors import NotFound
from ecouvillon.people.pharmacy.invite import secret, token_hash
from ecouvillon.people.signin import ceremony, passkeys, sessions
from ecouvillon.people.signin.ceremony import Question, SignInRefused, Ticket
from ecouvillon.people.signin.models import Passkey
from ecouvillon.people.signin.sessions import Opened
from ecouvillon.terminology.link_code import normalise_link_code
from ecouvillon.trust.isolation.change import Change, ask, change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries

LIFETIME_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class WrongCode:
    """The code is not this invitation's; at 0 attempts left the invitation is void."""

    left: int


@dataclass(frozen=True, slots=True)
class Welcome:
    """The code was right: what to ask the browser, and whom it is for.

    `has_passkey`: the person touches the key that they have, instead of making one.
    """

    question: Question
    name: str
    pharmacy: str
    has_passkey: bool

    @property
    def options(self) -> str:
        """The question's options as JSON, for the page."""
        return json.dumps(self.question.options)


_INVITED = """
SELECT i.verifier, i.attempts, p.id, p.email, trim(p.given_name || ' ' || p.family_name), h.name
FROM invitation i
JOIN membership m ON m.tenant = i.tenant AND m.id = i.membership AND m.ended_at IS NULL
JOIN person p ON p.id = m.person AND p.is_active JOIN pharmacy h ON h.tenant = i.tenant
WHERE i.tenant = ANY (tenants()) AND i.id = %s
"""


def show_code(token: bytes, typed: str, origin: str) -> Welcome | WrongCode:
    """What a code typed at an invitation's address is worth.

    Raises `NotFound` for an address that is unknown, used, void or too old, all alike.
    """
    hashed = token_hash(token)
    (spent,) = ask(("SELECT tenant, id FROM spend_invitation_attempt(%b)", (hashed,)))
    if not spent:
        raise NotFound
    tenant, invitation = spent[0]
    (found,) = ask((_INVITED, (invitation,)), tenants=[tenant])
    if not found:
        raise NotFound
    verifier, attempts, person, email, name, pharmacy = found[0]
    code = normalise_link_code(typed)
    if code is None or not check_password(secret(token, code), verifier):
        # Nobody is known yet but by what they hold: the link.
        actor = Actor("link", invitation, tenant, uuid4(), origin)
        with change(tenant) as writing:
            writing.add(entries(actor, "wrong invitation code", [invitation]))
            writing.add(detail(actor))
        return WrongCode(LIFETIME_ATTEMPTS - attempts)
    with change(tenant) as writing:
        writing.fetch("SELECT id FROM give_invitation_attempt_back(%b)", (hashed,))
    subject = {"tenant": str(tenant), "invitation": str(invitation), "person": str(person)}
    known = passkeys.credentials_of(person)
    question = (
        ceremony.ask_to_sign("join", subject, known)
        if known
        else ceremony.ask_to_create("enrol", subject, person, email, name)
    )
    return Welcome(question, name, pharmacy, bool(known))


_ACCEPT = """
UPDATE invitation SET accepted_at = now()
WHERE tenant = ANY (tenants()) AND id = %s AND accepted_at IS NULL AND withdrawn_at IS NULL
  AND created_at > now() - interval '24 hours' RETURNING membership
"""
_JOIN = """
UPDATE membership SET joined_at = now()
WHERE tenant = ANY (tenants()) AND id = %s AND joined_at IS NULL AND ended_at IS NULL
RETURNING rpps
"""


def accept(ticket_text: str, answer: object, origin: str) -> Opened:
    """Accepts an invitation whose code was shown, and signs its person in.

    Raises `SignInRefused` for an answer that proves nothing, `NotFound` for an invitation that was
    used or became void meanwhile.
    """
    ticket = ceremony.read_ticket(ticket_text, "enrol", "join")
    tenant, person = UUID(ticket.subject["tenant"]), UUID(ticket.subject["person"])
    if ticket.purpose == "enrol":
        made: Passkey | None = passkeys.first_passkey(ticket, answer, person)
        touch = None
    else:
        made, touch = None, passkeys.touched(ticket, answer)
        if touch.person != person:
            raise SignInRefused
    try:
        with change(tenant) as writing:
            if touch is None:
                passkeys.spend_challenge(writing, ticket)
            else:
                passkeys.spend(writing, touch)
            return _enter(writing, ticket, made, Actor("person", person, tenant, uuid4(), origin))
    except psycopg.errors.UniqueViolation:
        # Another invitation made the first passkey meanwhile: this one asks for that key now.
        raise SignInRefused from None


def _enter(writing: Change, ticket: Ticket, made: Passkey | None, actor: Actor) -> Opened:
    invitation = UUID(ticket.subject["invitation"])
    accepted = writing.fetch(_ACCEPT, (invitation,))
    joined = writing.fetch(_JOIN, (accepted[0][0],)) if accepted else []
    if not joined or actor.id is None:
        raise NotFound
    own_number = joined[0][0] is not None
    opened = sessions.open_session(actor.id, actor.tenant, actor.id if own_number else None)
    writing.add([opened.row])
    writing.add(entries(actor, "invitation accepted", [invitation]))
    if made is not None:
        writing.add([made])
        writing.add(entries(actor, "passkey added", [made.id]))
    writing.add(entries(actor, "signed in", [opened.row.id]))
    writing.add(detail(actor))
    return opened
