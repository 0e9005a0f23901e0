"""The commands `ecouvillon staff …`: who works in a pharmacy.

Comes in: a pharmacy, an address, a role. Goes out: an invitation's address and code, shown once, or
the team. Always holds: it is the operator who lets the first people in, and every act is in the
pharmacy's ledger.
"""

from __future__ import annotations

import json
from datetime import datetime

import click

from ecouvillon.errors import Invalid, Problem

_pharmacy = click.option(
    "--pharmacy", "reference", required=True, help="The pharmacy's id or slug."
)
_email = click.option("--email", required=True, help="The person's e-mail address.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def staff() -> None:
    """People who work at a pharmacy's counter."""


@staff.command()
@_pharmacy
@_email
@click.option(
    "--role", required=True, type=click.Choice(["owner", "pharmacist", "preparer"]), help="As what."
)
@click.option("--rpps", help="RPPS number, 11 digits: of a pharmacist, or an owner who is one.")
@click.option("--name", default="", help="As in `Anne VERLAIGNE`. By default from the address.")
@_json
def invite(
    reference: str, email: str, role: str, rpps: str | None, name: str, *, as_json: bool
) -> None:
    """Invite somebody: give them the address by one way, and the code by another."""
    from ecouvillon.operations.process import installed, operator

    with installed("operator"):
        from ecouvillon.people.pharmacy.create import find_pharmacy
        from ecouvillon.people.pharmacy.invite import Wanted, invite
        from ecouvillon.people.pharmacy.models import Role
        from ecouvillon.terminology.link_code import display_link_code

        wanted = Wanted(_address(email), Role(role), rpps, _name(name))
        made = invite(operator(), find_pharmacy(reference), wanted)
    if as_json:
        shown = {"url": made.url, "code": made.code, "expires_at": made.expires_at.isoformat()}
        click.echo(json.dumps(shown))
        return
    click.echo(f"address  {made.url}")
    click.echo(f"code     {display_link_code(made.code)}   (give it apart from the address)")
    click.echo(f"until    {_moment(made.expires_at)}, once")


@staff.command("list")
@_pharmacy
@_json
def list_(reference: str, *, as_json: bool) -> None:
    """List who works there or is invited to."""
    from ecouvillon.operations.process import installed

    with installed("operator"):
        from ecouvillon.people.pharmacy.create import find_pharmacy
        from ecouvillon.people.pharmacy.invite import team

        members = team(find_pharmacy(reference))
    if as_json:
        rows = [
            {
                "email": m.email,
                "name": m.name,
                "role": m.role.value,
                "rpps": m.rpps,
                "joined_at": m.joined_at and m.joined_at.isoformat(),
            }
            for m in members
        ]
        click.echo(json.dumps({"staff": rows}))
        return
    for m in members:
        since = f"since {_moment(m.joined_at)}" if m.joined_at else "invited"
        click.echo(f"{m.email:32} {m.role.value:10} {m.rpps or '':11}  {since}  {m.name}")


@staff.command()
@_pharmacy
@_email
def end(reference: str, email: str) -> None:
    """End somebody's work there, or withdraw their invitation; their next request is refused."""
    from ecouvillon.operations.process import installed, operator

    with installed("operator"):
        from ecouvillon.people.pharmacy.create import find_pharmacy
        from ecouvillon.people.pharmacy.invite import end_membership

        end_membership(operator(), find_pharmacy(reference), _address(email))


def _address(text: str) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email

    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid([Problem("/email", "format", "This is not an e-mail address.")]) from None
    return address


def _name(text: str) -> str:
    from ecouvillon.terminology.text import UnsafeText, person_name

    if not text:
        return ""
    try:
        return person_name(text)
    except UnsafeText as error:
        raise Invalid([Problem("/name", error.code, str(error))]) from None


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")
