"""Who is at the screen: session, person, membership and pharmacy, in one read at every request.

Comes in: the secret of a session's cookie. Goes out: the session, and the member of staff that it
makes of its person. Always holds: nothing is cached, so that a membership that ended, a person that
was switched off or a session that is over is refused from the next request on.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from ecouvillon.people.pharmacy.models import Role
from ecouvillon.people.signin import sessions
from ecouvillon.people.signin.sessions import Found
from ecouvillon.trust.isolation.change import Rows, ask
from ecouvillon.trust.ledger.actor import Actor


@dataclass(frozen=True, slots=True)
class Workplace:
    """The pharmacy of a session."""

    tenant: UUID
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Pharmacist:
    """Somebody who may answer for results, by their RPPS number (11 digits)."""

    person_id: UUID
    given: str
    family: str
    rpps: str

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True, slots=True)
class Staff:
    """A person at work: what views of the counter get.

    `performer` is the pharmacist who answers for results of this session; None until one is chosen.
    """

    session: UUID
    person_id: UUID
    name: str
    role: Role
    pharmacy: Workplace
    performer: Pharmacist | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class AtTheScreen:
    """What a cookie leads to. No staff: the pharmacy is not chosen, or the membership ended."""

    session: Found
    staff: Staff | None


_STAFF = """
SELECT p.given_name, p.family_name, m.role, h.tenant, h.name, h.slug,
  a.id, a.given_name, a.family_name, answers.rpps
FROM session s
JOIN person p ON p.id = s.person AND p.is_active
JOIN membership m ON m.tenant = s.pharmacy AND m.person = s.person
  AND m.joined_at IS NOT NULL AND m.ended_at IS NULL
JOIN pharmacy h ON h.tenant = s.pharmacy
LEFT JOIN membership answers ON answers.tenant = s.pharmacy AND answers.person = s.performer
  AND answers.rpps IS NOT NULL AND answers.joined_at IS NOT NULL AND answers.ended_at IS NULL
LEFT JOIN person a ON a.id = answers.person AND a.is_active
WHERE s.key_hash = %b AND s.pharmacy = ANY (tenants())
"""


def at_the_screen(secret: str, origin: str, *, active: bool) -> AtTheScreen | None:
    """Whose session this is; None where there is none. `active` puts off the lock.

    Raises `Unavailable`.
    """
    hashed = sessions.key_hash(secret)
    reads = (sessions.by_secret(secret), (_STAFF, (hashed,)))
    if active:
        _, session, staff = ask(sessions.note_activity(secret), *reads)
    else:
        session, staff = ask(*reads)
    found = sessions.found(session)
    if found is None:
        return None
    return AtTheScreen(found, _staff(found, staff, origin))


def _staff(found: Found, rows: Rows, origin: str) -> Staff | None:
    if not rows:
        return None
    given, family, role, tenant, name, slug, *performer = rows[0]
    return Staff(
        session=found.id,
        person_id=found.person,
        name=f"{given} {family}".strip(),
        role=Role(role),
        pharmacy=Workplace(tenant, name, slug),
        performer=None if performer[0] is None else Pharmacist(*performer),
        actor=Actor("person", found.person, tenant, uuid4(), origin),
    )


_PHARMACISTS = """
SELECT p.id, p.given_name, p.family_name, m.rpps FROM membership m JOIN person p ON p.id = m.person
WHERE m.tenant = ANY (tenants()) AND m.rpps IS NOT NULL AND m.joined_at IS NOT NULL
  AND m.ended_at IS NULL AND p.is_active ORDER BY p.family_name, p.given_name, p.id
"""


def pharmacists(tenant: UUID) -> list[Pharmacist]:
    """Who may answer for results in this pharmacy, by name."""
    (rows,) = ask((_PHARMACISTS, ()), tenants=[tenant])
    return [Pharmacist(*row) for row in rows]


def workplaces(person: UUID) -> list[Workplace]:
    """The pharmacies where a person works, by name."""
    (found,) = ask(("SELECT tenant FROM memberships_of(%s)", (person,)))
    tenants = [row[0] for row in found]
    (rows,) = ask(
        (
            "SELECT tenant, name, slug FROM pharmacy WHERE tenant = ANY (tenants()) ORDER BY name",
            (),
        ),
        tenants=tenants,
    )
    return [Workplace(*row) for row in rows]
