"""Making links, and deriving again what a link shows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ecouvillon import config
from ecouvillon.exits.delivery.models import Link
from ecouvillon.exits.delivery.stock import STOCK
from ecouvillon.trust.isolation.change import Change
from ecouvillon.trust.keys.client import client


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """What a patient gets: the address and the code that opens it."""

    url: str
    code: str


def links(tenant: UUID, screenings: Sequence[UUID]) -> tuple[list[Link], list[Opened]]:
    """New links, one a screening: their rows, and what to hand over.

    Raises `Unavailable` when the key service does not answer.
    """
    fresh = STOCK.take(tenant, len(screenings))
    rows = [
        Link(tenant=tenant, id=id_, screening=screening, token=token_hash(made.token))
        for screening, (id_, made) in zip(screenings, fresh, strict=True)
    ]
    return rows, [Opened(url(made.token), made.code) for _, made in fresh]


_LINKED = """
SELECT screening FROM link WHERE tenant = ANY (tenants()) AND screening = ANY (%b::uuid[])
"""


def first_links(writing: Change, tenant: UUID, screenings: Sequence[UUID]) -> list[Link]:
    """Rows of links for those of these screenings, all locked, that have none yet.

    One link a screening: a form made it at registration, or a reading that was taken back did.
    """
    rows = writing.fetch(_LINKED, (list(screenings),))
    linked = {screening for (screening,) in rows}
    without = [screening for screening in screenings if screening not in linked]
    return links(tenant, without)[0] if without else []


def shown_again(tenant: UUID, ids: Sequence[UUID]) -> list[Opened]:
    """What existing links show: derived anew, since neither token nor code is kept."""
    derived = client().links([(tenant, id_) for id_ in ids])
    return [Opened(url(made.token), made.code) for made in derived]


def addresses(links: Sequence[tuple[UUID, UUID]]) -> list[str]:
    """The addresses of existing links (tenant, link), whoever's they are, without their codes."""
    return [url(made.token) for made in client().links(links)]


def token_hash(token: bytes) -> bytes:
    """What the database knows a token by. 128 random bits need no key against guessing."""
    return hashlib.sha256(token).digest()


def url(token: bytes) -> str:
    """The link's address."""
    return f"{config.load().public_url}/r/{token.hex()}"
