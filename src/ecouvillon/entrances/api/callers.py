"""Who calls, in a request's one read: the token's holder and the active destinations."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.http import HttpRequest

from ecouvillon.errors import EcouvillonError, Forbidden
from ecouvillon.exits.reporting.routing import ROUTES, Route, routes
from ecouvillon.people.pharmacy.callers import Caller, by_token, caller
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import Actor

# How many columns `by_token` asks for.
_HOLDER = 3


class Unauthenticated(EcouvillonError):
    """No token, or one that is unknown, expired or revoked."""


@dataclass(frozen=True, slots=True)
class Call:
    """An authenticated request."""

    actor: Actor
    active: list[Route]


def authenticate(request: HttpRequest, scope: str) -> Call:
    """The caller of `request`.

    Raises `Unauthenticated`, `Forbidden` without `scope`, and `Unavailable`.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    found, active = _read(token.strip())
    if found is None:
        raise Unauthenticated
    if scope not in found.scopes:
        raise Forbidden
    actor = Actor(
        kind="client",
        id=found.client,
        tenant=found.tenant,
        request=uuid4(),
        origin=request.META.get("REMOTE_ADDR", ""),
    )
    return Call(actor, active)


def _read(token: str) -> tuple[Caller | None, list[Route]]:
    """Both in one statement: as two they cost twice as much, here and in the database."""
    holder, params = by_token(token)
    destinations, _ = ROUTES
    (rows,) = ask(
        (
            "SELECT h.*, d.* FROM"  # noqa: S608 - two constants of their rooms
            f" ({holder}) AS h LEFT JOIN ({destinations}) AS d ON true ORDER BY d.name",
            params,
        )
    )
    found = caller([row[:_HOLDER] for row in rows])
    return found, routes([row[_HOLDER:] for row in rows if row[_HOLDER] is not None])
