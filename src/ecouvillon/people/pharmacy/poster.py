"""The poster in a pharmacy: its address names the pharmacy, before anybody has signed in."""

from __future__ import annotations

from ecouvillon.errors import NotFound
from ecouvillon.people.pharmacy.models import Pharmacy
from ecouvillon.trust.isolation.change import ask


def pharmacy_of_poster(slug: str) -> Pharmacy:
    """The pharmacy whose poster has this slug.

    Raises `NotFound` where there is none, `Unavailable` when the database does not answer.
    """
    (found,) = ask(("SELECT tenant FROM pharmacy_of_poster(%s)", (slug,)))
    if not found:
        raise NotFound
    ((tenant,),) = found
    (named,) = ask(
        ("SELECT name, finess, slug FROM pharmacy WHERE tenant = ANY (tenants())", ()),
        tenants=[tenant],
    )
    ((name, finess, own_slug),) = named
    return Pharmacy(tenant=tenant, name=name, finess=finess, slug=own_slug)
