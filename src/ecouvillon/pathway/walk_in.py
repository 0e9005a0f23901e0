"""Somebody stands at the counter without having registered: staff type the least that is needed."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon.pathway.once import once
from ecouvillon.pathway.request import Asked
from ecouvillon.screening.models import State
from ecouvillon.screening.registration import Registration, documents, screenings
from ecouvillon.screening.visits import take
from ecouvillon.trust.isolation.change import Change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries
from ecouvillon.trust.vault.seal import seal


def walk_in(actor: Actor, registration: Registration, asked: Asked) -> UUID:
    """Registers the patient under today's next visit number; the same form again is one visit.

    Returns the screening. Raises `KeyReused`, `Unavailable` or `StillRunning`; then nothing
    happened.
    """
    tenant, screening, day = actor.tenant, uuid4(), timezone.localdate()
    (visit,) = take(tenant, day, 1)

    def register(writing: Change) -> None:
        writing.add(screenings(tenant, [screening], day, [visit], State.REGISTERED))
        writing.add(seal(tenant, documents(screening, registration)))
        writing.add(entries(actor, "screening registered", [screening]))
        writing.add(detail(actor))

    return once(tenant, asked, screening, register)
