"""Setting up: pharmacies and the programs that act for them, by the operator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg
from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.text import slugify

from ecouvillon.errors import Invalid, NotFound, Problem
from ecouvillon.people.pharmacy.models import ApiClient, Pharmacy
from ecouvillon.terminology.finess import Finess
from ecouvillon.trust.isolation.change import ask, change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries

# What a client may do; it can never read a patient back.
SCOPES = ("screenings:write", "screenings:status")


def create_pharmacy(actor: Actor, name: str, finess: Finess) -> Pharmacy:
    """Makes a pharmacy; its slug is made from the name, numbered when the name is taken."""
    base = slugify(name)[:40] or "pharmacie"
    for attempt in range(1, 1000):
        slug = base if attempt == 1 else f"{base}-{attempt}"
        pharmacy = Pharmacy(tenant=uuid4(), name=name, finess=str(finess), slug=slug)
        try:
            with change(pharmacy.tenant) as writing:
                writing.add([pharmacy])
                writing.add(
                    entries(actor, "pharmacy created", [pharmacy.tenant], tenants=[pharmacy.tenant])
                )
                writing.add(detail(actor, [pharmacy.tenant]))
        except psycopg.errors.UniqueViolation:
            continue
        return pharmacy
    raise Invalid([Problem("/name", "taken", "A thousand pharmacies have this name.")])


def pharmacies() -> list[Pharmacy]:
    """All pharmacies by name, for the operator."""
    (rows,) = ask(("SELECT tenant, name, finess, slug FROM pharmacy ORDER BY name", ()))
    return [Pharmacy(tenant=t, name=n, finess=f, slug=s) for t, n, f, s in rows]


def find_pharmacy(reference: str) -> Pharmacy:
    """The pharmacy with this id or slug; raises `NotFound`."""
    for pharmacy in pharmacies():
        if reference in (str(pharmacy.tenant), pharmacy.slug):
            return pharmacy
    raise NotFound("there is no such pharmacy: `ecouvillon pharmacy list` shows them")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a new client signs in with; the secret is shown once."""

    client_id: UUID
    client_secret: str = field(repr=False)


def create_client(
    actor: Actor, pharmacy: Pharmacy, name: str, scopes: tuple[str, ...]
) -> Credentials:
    """Makes an API client of a pharmacy with some of `SCOPES`."""
    credentials = Credentials(uuid4(), secrets.token_urlsafe(32))
    client = Client(
        id=credentials.client_id.hex,
        name=name,
        type=Client.Type.CONFIDENTIAL,
        secret=make_password(credentials.client_secret),
    )
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_scopes(list(scopes))
    client.set_default_scopes(list(scopes))
    client.response_types = ""
    with change(pharmacy.tenant) as writing:
        writing.add([client])
        writing.add(
            [
                ApiClient(
                    tenant=pharmacy.tenant,
                    id=credentials.client_id,
                    name=name,
                    revoked_at=None,
                )
            ]
        )
        writing.add(
            entries(actor, "client created", [credentials.client_id], tenants=[pharmacy.tenant])
        )
        writing.add(detail(actor, [pharmacy.tenant]))
    return credentials


def revoke_client(actor: Actor, client_id: UUID) -> None:
    """Ends an API client for good: it is refused from its next request on. Raises `NotFound`."""
    (rows,) = ask(
        ("SELECT tenant FROM api_client WHERE id = %b AND revoked_at IS NULL", (client_id,))
    )
    if not rows:
        raise NotFound("there is no such client, or it is revoked already")
    tenant: UUID = rows[0][0]
    with change(tenant) as writing:
        writing.set(ApiClient, [client_id], revoked_at=timezone.now())
        writing.add(entries(actor, "client revoked", [client_id], tenants=[tenant]))
        writing.add(detail(actor, [tenant]))
