"""The operator's part of the team: inviting, listing, ending.

Comes in: a pharmacy, an address, a role. Goes out: an address with a token, and a code to be given
apart from it. Always holds: neither of the two is kept. The database has a hash of the token (128
random bits) and Argon2id over token and code together: a dump alone leaves 168 bits to guess, and a
dump with a stolen address still 40 bits at Argon2id's price, within the 24 hours that they serve.
The key service is not asked, since the command line may not use it for MACs.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import psycopg
from django.contrib.auth.hashers import make_password

from ecouvillon import config
from ecouvillon.errors import Invalid, NotFound, Problem
from ecouvillon.people.pharmacy.models import Invitation, Membership, Pharmacy, Role
from ecouvillon.people.signin.models import Person
from ecouvillon.people.signin.names import name_of_address, split_name
from ecouvillon.terminology.link_code import encode_link_code
from ecouvillon.terminology.rpps import InvalidRpps, Rpps
from ecouvillon.trust.isolation.change import Change, ask, change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom to invite. `name` is as in `names.split_name`; empty takes it from the address."""

    email: str
    role: Role
    rpps: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Invited:
    """What the operator hands over, address and code by two different ways; shown once."""

    url: str
    code: str
    expires_at: datetime


def token_hash(token: bytes) -> bytes:
    """What the database knows an invitation by."""
    return hashlib.sha256(token).digest()


def secret(token: bytes, code: str) -> str:
    """What the verifier is made of."""
    return f"{token.hex()}-{code}"


def invite(actor: Actor, pharmacy: Pharmacy, wanted: Wanted) -> Invited:
    """Invites a person; one who was invited and has not come yet is invited anew.

    Raises `Invalid` for a wrong or missing RPPS number, for one who works there already, and for
    another role than the invitation that is open.
    """
    rpps = _number(wanted)
    token, code = secrets.token_bytes(16), encode_link_code(os.urandom(5))
    invitation = Invitation(
        tenant=pharmacy.tenant,
        id=uuid4(),
        token=token_hash(token),
        verifier=make_password(secret(token, code)),
    )
    try:
        with change(pharmacy.tenant) as writing:
            person = _person(writing, wanted)
            invitation.membership = _membership(writing, pharmacy.tenant, person, wanted.role, rpps)
            writing.add([invitation])
            writing.add(
                entries(actor, "invitation made", [invitation.id], tenants=[pharmacy.tenant])
            )
            writing.add(detail(actor, [pharmacy.tenant]))
    except psycopg.errors.UniqueViolation:
        raise Invalid([_AT_ONCE]) from None
    (((expires_at,),),) = ask(
        (
            "SELECT created_at + interval '24 hours' FROM invitation"
            " WHERE tenant = ANY (tenants()) AND id = %s",
            (invitation.id,),
        ),
        tenants=[pharmacy.tenant],
    )
    return Invited(f"{config.load().public_url}/counter/invitation/{token.hex()}", code, expires_at)


_AT_ONCE = Problem("/email", "taken", "The same person was invited at the same time: try again.")
_WORKS_HERE = Problem("/email", "works_here", "This person works in this pharmacy already.")
_OTHER_ROLE = Problem(
    "/role",
    "other_role",
    "This person is invited in another role: `ecouvillon staff end` withdraws that first.",
)


def _number(wanted: Wanted) -> str | None:
    if wanted.rpps is None:
        if wanted.role is Role.PHARMACIST:
            raise Invalid([Problem("/rpps", "missing", "A pharmacist has an RPPS number.")])
        return None
    if wanted.role is Role.PREPARER:
        raise Invalid([Problem("/rpps", "unexpected", "A preparer has no RPPS number.")])
    try:
        return Rpps.parse(wanted.rpps).number
    except InvalidRpps as error:
        raise Invalid([Problem("/rpps", error.code, str(error))]) from None


def _person(writing: Change, wanted: Wanted) -> UUID:
    known = writing.fetch("SELECT id FROM person WHERE email = %s", (wanted.email,))
    if known:
        person: UUID = known[0][0]
        return person
    given, family = split_name(wanted.name or name_of_address(wanted.email))
    made = Person(email=wanted.email, given_name=given, family_name=family)
    writing.add([made])
    return made.id


_CURRENT = """
SELECT id, role, rpps, joined_at FROM membership
WHERE tenant = ANY (tenants()) AND person = %s AND ended_at IS NULL FOR NO KEY UPDATE
"""
_WITHDRAW = """
UPDATE invitation SET withdrawn_at = now() WHERE tenant = ANY (tenants()) AND membership = %s
AND accepted_at IS NULL AND withdrawn_at IS NULL RETURNING id
"""


def _membership(writing: Change, tenant: UUID, person: UUID, role: Role, rpps: str | None) -> UUID:
    for id_, known_role, known_rpps, joined_at in writing.fetch(_CURRENT, (person,)):
        if joined_at is not None:
            raise Invalid([_WORKS_HERE])
        if (known_role, known_rpps) != (role, rpps):
            raise Invalid([_OTHER_ROLE])
        writing.fetch(_WITHDRAW, (id_,))
        known: UUID = id_
        return known
    made = Membership(
        tenant=tenant, id=uuid4(), person=person, role=role, rpps=rpps, joined_at=None
    )
    writing.add([made])
    return made.id


@dataclass(frozen=True, slots=True)
class Member:
    """One line of a pharmacy's team."""

    id: UUID
    email: str
    name: str
    role: Role
    rpps: str | None
    joined_at: datetime | None


_TEAM = """
SELECT m.id, p.email, trim(p.given_name || ' ' || p.family_name), m.role, m.rpps, m.joined_at
FROM membership m JOIN person p ON p.id = m.person
WHERE m.tenant = ANY (tenants()) AND m.ended_at IS NULL ORDER BY p.family_name, p.email
"""


def team(pharmacy: Pharmacy) -> list[Member]:
    """Who works in the pharmacy, or is invited to."""
    (rows,) = ask((_TEAM, ()), tenants=[pharmacy.tenant])
    return [Member(id_, email, name, Role(role), *more) for id_, email, name, role, *more in rows]


_END = """
UPDATE membership m SET ended_at = now() FROM person p
WHERE m.tenant = ANY (tenants()) AND m.ended_at IS NULL AND p.id = m.person AND p.email = %s
RETURNING m.id
"""


def end_membership(actor: Actor, pharmacy: Pharmacy, email: str) -> None:
    """Ends a membership, at work or invited: the person's next request is refused.

    Raises `NotFound` where nobody with this address works or is invited there.
    """
    with change(pharmacy.tenant) as writing:
        ended = writing.fetch(_END, (email,))
        if not ended:
            raise NotFound(
                "nobody with this address works there: `ecouvillon staff list` shows who"
            )
        ((membership,),) = ended
        writing.fetch(_WITHDRAW, (membership,))
        writing.add(entries(actor, "membership ended", [membership], tenants=[pharmacy.tenant]))
        writing.add(detail(actor, [pharmacy.tenant]))
