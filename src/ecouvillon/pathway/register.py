"""A patient registers on their own phone, from the poster's address.

Comes in: what was typed, the form's nonce. Goes out: the visit number to show at the counter and
the code that will open the result. Always holds: nobody is looked up, so that the form can't tell
who is known; the same form again is the same visit; the link is there from now on and shows nothing
until there is a result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon.exits.delivery.links import Opened, links, shown_again
from ecouvillon.exits.reporting.routing import Route
from ecouvillon.pathway.minimise import minimised
from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.screening.models import State
from ecouvillon.screening.registration import Registration, documents, screenings
from ecouvillon.screening.visits import take
from ecouvillon.terminology.visit_number import format_visit_number
from ecouvillon.trust.isolation.change import Change, ask
from ecouvillon.trust.keys.client import client
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.seal import seal


@dataclass(frozen=True, slots=True)
class Registered:
    """What the patient gets: the day's number, and what will open the result."""

    day: date
    visit_number: str
    opened: Opened


def register(
    tenant: UUID, registration: Registration, asked: Asked, active: Sequence[Route], origin: str
) -> Registered:
    """Registers a patient under today's next visit number, with a link of their own.

    A NIR without consent, or that no active destination needs, is not kept (GDPR, 5.1.c). Raises
    `KeyReused` for the same nonce with other content, `Unavailable` or `StillRunning`; then nothing
    happened.
    """
    kept, _ = minimised(registration, active)
    screening, day = uuid4(), timezone.localdate()
    (address,) = client().mac([(tenant, "origin", origin.encode())])
    (link,), _ = links(tenant, [screening])
    (visit,) = take(tenant, day, 1)
    # The patient is known by nothing but the link that this form makes.
    actor = Actor("link", link.id, tenant, uuid4(), address.hex())

    def write(writing: Change) -> None:
        writing.add(screenings(tenant, [screening], day, [visit], State.REGISTERED))
        writing.add(seal(tenant, documents(screening, kept)))
        writing.add([link])
        writing.add(entries(actor, "screening registered", [screening]))
        writing.add(detail(actor))

    return _registered(tenant, once(tenant, asked, screening, write))


_REGISTERED = """
SELECT s.day, s.visit, l.id FROM screening s
JOIN link l ON l.tenant = s.tenant AND l.screening = s.id
WHERE s.tenant = ANY (tenants()) AND s.id = %b ORDER BY l.created_at LIMIT 1
"""


def _registered(tenant: UUID, screening: UUID) -> Registered:
    (found,) = ask((_REGISTERED, (screening,)), tenants=[tenant])
    ((day, visit, link),) = found
    (opened,) = shown_again(tenant, [link])
    return Registered(day, format_visit_number(visit), opened)
