"""Who works in the demo's pharmacy: a pharmacist and a preparer, without passkeys.

Comes in: the demo's pharmacy. Goes out: persons with memberships. Always holds: they are invented,
made once, and can sign in by the tour's button alone, since they never had a passkey.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon.operations.process import operator
from ecouvillon.people.pharmacy.models import Membership, Role
from ecouvillon.people.signin.models import Person
from ecouvillon.trust.isolation.change import ask, change
from ecouvillon.trust.ledger.entries import detail, entries


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody who works there; the RPPS number is well-formed and nobody's."""

    role: Role
    email: str
    given: str
    family: str
    rpps: str | None


TEAM = {
    "pharmacist": Player(
        Role.PHARMACIST, "maud.verlaigne@demo.example", "Maud", "Verlaigne", "10001234565"
    ),
    "preparer": Player(Role.PREPARER, "sami.ouali@demo.example", "Sami", "Ouali", None),
}

_PERSON = """
SELECT m.person FROM membership m JOIN person p ON p.id = m.person AND p.is_active
WHERE m.tenant = ANY (tenants()) AND p.email = %s AND m.joined_at IS NOT NULL
  AND m.ended_at IS NULL
"""


def person(tenant: UUID, name: str) -> UUID | None:
    """The person of one of `TEAM` in this pharmacy; None where nobody was hired under the name."""
    if name not in TEAM:
        return None
    (rows,) = ask((_PERSON, (TEAM[name].email,)), tenants=[tenant])
    return rows[0][0] if rows else None


def hire(tenant: UUID) -> None:
    """Have all of `TEAM` at work in the demo's pharmacy; Django is set up as `operator`."""
    for name, player in TEAM.items():
        if person(tenant, name) is None:
            _hire(tenant, player)


def _hire(tenant: UUID, player: Player) -> None:
    actor = operator()
    with change(tenant) as writing:
        known = writing.fetch("SELECT id FROM person WHERE email = %s", (player.email,))
        made = Person(email=player.email, given_name=player.given, family_name=player.family)
        if not known:
            writing.add([made])
        member = Membership(
            tenant=tenant,
            id=uuid4(),
            person=known[0][0] if known else made.id,
            role=player.role,
            rpps=player.rpps,
            joined_at=timezone.now(),
        )
        writing.add([member])
        writing.add(entries(actor, "joined the demo", [member.id], tenants=[tenant]))
        writing.add(detail(actor, [tenant]))
