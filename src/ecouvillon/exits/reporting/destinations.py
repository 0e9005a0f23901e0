"""Setting up where results go: by the operator, for the whole installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import psycopg
from django.utils import timezone

from ecouvillon.errors import Invalid, NotFound, Problem
from ecouvillon.exits.reporting.address import InvalidAddress, parse_address
from ecouvillon.exits.reporting.models import Destination, WithoutConsent
from ecouvillon.terminology.text import UnsafeText, clean_text
from ecouvillon.trust.isolation.change import ask, change
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor
from ecouvillon.trust.ledger.entries import detail, entries

# The name is MSH-5 and MSH-6: HD.1 holds 20 characters (HL7 v2.5, 2.A.33).
LONGEST_NAME = 20

_ALL = """
SELECT id, name, protocol, url, needs_nir, without_consent, activated_at, paused_at, paused_because
FROM destination ORDER BY name
"""


def destinations() -> list[Destination]:
    """All destinations, by name."""
    (rows,) = ask((_ALL, ()))
    names = (
        "id",
        "name",
        "protocol",
        "url",
        "needs_nir",
        "without_consent",
        "activated_at",
        "paused_at",
        "paused_because",
    )
    return [Destination(**dict(zip(names, row, strict=True))) for row in rows]


def find(reference: str) -> Destination:
    """The destination with this id or name; raises `NotFound`."""
    for destination in destinations():
        if reference in (str(destination.id), destination.name):
            return destination
    raise NotFound("there is no such destination: `ecouvillon destination list` shows them")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A destination as the operator describes it."""

    name: str
    protocol: str
    url: str
    needs_nir: bool
    without_consent: WithoutConsent


def add(actor: Actor, wanted: Wanted) -> Destination:
    """Makes a destination; it receives what is recorded from now on. Raises `Invalid`."""
    try:
        clean_text(wanted.name, max_length=LONGEST_NAME)
    except UnsafeText as error:
        raise Invalid([Problem("/name", error.code, str(error))]) from None
    try:
        parse_address(wanted.url)
    except InvalidAddress as error:
        raise Invalid([Problem("/url", error.code, str(error))]) from None
    destination = Destination(
        id=uuid4(),
        name=wanted.name,
        protocol=wanted.protocol,
        url=wanted.url,
        needs_nir=wanted.needs_nir,
        without_consent=wanted.without_consent.value,
        paused_at=None,
        paused_because=None,
    )
    try:
        with change(INSTALLATION) as writing:
            writing.add([destination])
            writing.add(entries(actor, "destination added", [destination.id]))
            writing.add(detail(actor))
    except psycopg.errors.UniqueViolation:
        raise Invalid(
            [Problem("/name", "taken", "A destination has this name: choose another one.")]
        ) from None
    return destination


def pause(actor: Actor, destination: Destination) -> None:
    """Stops forwarding to a destination; what is recorded meanwhile waits."""
    _set_pause(actor, destination.id, "destination paused", timezone.now(), "operator")


def resume(actor: Actor, destination: Destination) -> None:
    """Goes on forwarding: what was in doubt goes again with the same bytes."""
    _set_pause(actor, destination.id, "destination resumed", None, None)


def _set_pause(
    actor: Actor, id_: UUID, action: str, at: datetime | None, because: str | None
) -> None:
    with change(INSTALLATION) as writing:
        writing.set(Destination, [id_], paused_at=at, paused_because=because)
        writing.add(entries(actor, action, [id_]))
        writing.add(detail(actor))
