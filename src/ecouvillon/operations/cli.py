"""The command line `ecouvillon`: each command becomes a process of one role.

Rooms are imported by the command that needs them, so that `--help` is quick and no command loads
what is not its own.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any
from uuid import UUID

import click

from ecouvillon import config
from ecouvillon.errors import EcouvillonError, Invalid, NotFound, Problem, Unavailable
from ecouvillon.nationalsim.commands import national_simulator
from ecouvillon.operations.bench.commands import bench
from ecouvillon.operations.demo.commands import demo
from ecouvillon.operations.keys import keys
from ecouvillon.operations.staff import staff

_log = logging.getLogger(__name__)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


class _Commands(click.Group):
    """Turns our errors into a sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Invalid as error:
            for problem in error.problems:
                click.echo(f"error: {problem.pointer.lstrip('/')}: {problem.message}", err=True)
        except NotFound as error:
            click.echo(f"error: {error}", err=True)
        except Unavailable as error:
            click.echo(
                f"error: {error}"
                if str(error)
                else "error: the database or the key service"
                " does not answer. Is `ecouvillon keys serve` running?",
                err=True,
            )
        except EcouvillonError as error:
            click.echo(f"error: {error}", err=True)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - said and logged, then exit 1
            # Its message may quote what was typed: the log says where it happened, by allow-list.
            _log.exception("command failed")
            click.echo(f"error: unexpected {type(error).__name__}; the log says where.", err=True)
        sys.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Écouvillon: rapid tests in pharmacies, collected, sealed, forwarded and handed over."""


main.add_command(keys)
main.add_command(staff)
main.add_command(demo)
main.add_command(bench)
main.add_command(national_simulator)


@main.command()
@as_json
def migrate(*, as_json: bool) -> None:
    """Make or bring up to date the roles, databases, tables, policies and the key store."""
    from ecouvillon.operations.migrate import migrate as bring_up_to_date

    installation = bring_up_to_date()
    if as_json:
        click.echo(json.dumps({"installation": installation}))
    else:
        click.echo(f"Installation {installation} in {config.load().home} is up to date.")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port; 0 takes a free one.")
def serve(host: str, port: int) -> None:
    """Run the web process until SIGTERM."""
    from ecouvillon.operations.process import installed
    from ecouvillon.operations.serve import serve as run

    with installed("web") as settings:
        run(settings, host, port)


@main.command()
@click.option("--production", is_flag=True, help="Also what only a real installation needs.")
@as_json
def check(*, production: bool, as_json: bool) -> None:
    """Verify the installation; names what is wrong and how to mend it."""
    from ecouvillon.operations.process import installed

    with installed("operator") as settings:
        from ecouvillon.operations.checks import findings

        found = findings(settings, production=production)
    if as_json:
        rows = [{"code": f.code, "what": f.what, "mend": f.mend} for f in found]
        click.echo(json.dumps({"ok": not found, "findings": rows}))
    else:
        for finding in found:
            click.echo(f"{finding.code}: {finding.what}\n    {finding.mend}")
        if not found:
            click.echo("All is well.")
    sys.exit(1 if found else 0)


@main.group()
def pharmacy() -> None:
    """Pharmacies: the tenants of this installation."""


@pharmacy.command("create")
@click.option("--name", required=True, help="Name as patients read it.")
@click.option("--finess", required=True, help="FINESS number of the establishment, 9 characters.")
@as_json
def pharmacy_create(name: str, finess: str, *, as_json: bool) -> None:
    """Make a pharmacy."""
    from ecouvillon.operations.process import installed, operator

    with installed("operator"):
        from ecouvillon.people.pharmacy.create import create_pharmacy
        from ecouvillon.terminology.finess import Finess, InvalidFiness

        try:
            number = Finess.parse(finess)
        except InvalidFiness as error:
            raise Invalid([Problem("/finess", error.code, str(error))]) from None
        called = _name(name)
        if not number.key_is_valid:
            click.echo("warning: the key of this FINESS number is wrong: check it.", err=True)
        made = create_pharmacy(operator(), called, number)
    if as_json:
        click.echo(json.dumps({"id": str(made.tenant), "slug": made.slug}))
    else:
        click.echo(f"{made.name}: id {made.tenant}, slug {made.slug}")


@pharmacy.command("list")
@as_json
def pharmacy_list(*, as_json: bool) -> None:
    """List the pharmacies."""
    from ecouvillon.operations.process import installed

    with installed("operator"):
        from ecouvillon.people.pharmacy.create import pharmacies

        rows = [
            {"id": str(p.tenant), "slug": p.slug, "name": p.name, "finess": p.finess}
            for p in pharmacies()
        ]
    if as_json:
        click.echo(json.dumps({"pharmacies": rows}))
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['slug']:40} {row['finess']}  {row['name']}")


def _name(text: str) -> str:
    """A name as the operator gives one; raises `Invalid`."""
    from ecouvillon.terminology.text import UnsafeText, clean_text

    try:
        return clean_text(text, max_length=100)
    except UnsafeText as error:
        raise Invalid([Problem("/name", error.code, str(error))]) from None


@main.group()
def client() -> None:
    """API clients: programs that act for a pharmacy."""


@client.command("create")
@click.option("--pharmacy", "reference", required=True, help="The pharmacy's id or slug.")
@click.option("--name", required=True, help="Which program this is.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(["screenings:write", "screenings:status"]),
    help="What it may do; may be given twice. Both by default.",
)
@as_json
def client_create(reference: str, name: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Make an API client; its secret is shown this once."""
    from ecouvillon.operations.process import installed, operator

    with installed("operator"):
        from ecouvillon.people.pharmacy.create import SCOPES, create_client, find_pharmacy

        called = _name(name)
        credentials = create_client(operator(), find_pharmacy(reference), called, scopes or SCOPES)
    shown = {
        "client_id": credentials.client_id.hex,
        "client_secret": credentials.client_secret,
    }
    if as_json:
        click.echo(json.dumps(shown))
    else:
        click.echo(f"client id      {shown['client_id']}")
        click.echo(f"client secret  {shown['client_secret']}   (shown this once)")


@client.command("revoke")
@click.argument("client_id", type=click.UUID)
def client_revoke(client_id: UUID) -> None:
    """End an API client: it is refused from its next request on."""
    from ecouvillon.operations.process import installed, operator

    with installed("operator"):
        from ecouvillon.people.pharmacy.create import revoke_client

        revoke_client(operator(), client_id)


@main.command()
def work() -> None:
    """Run the worker until SIGTERM: forwards results, confirms keys, forgets what is spent."""
    from ecouvillon.operations.process import installed

    with installed("worker"):
        from ecouvillon.operations.work import work as run

        run()


@main.group()
def destination() -> None:
    """Destinations: the systems that receive results."""


@destination.command("add")
@click.option("--name", required=True, help="A short name, shown to senders.")
@click.option(
    "--protocol", required=True, type=click.Choice(["hl7-mllp"]), help="How it is spoken to."
)
@click.option("--url", required=True, help="mllps://HOST:PORT, or mllp:// on this machine only.")
@click.option("--needs-nir", is_flag=True, help="It receives the NIR of patients who consented.")
@click.option(
    "--without-consent",
    type=click.Choice(["pseudonymise", "withhold"]),
    default="pseudonymise",
    show_default=True,
    help="What it gets of a patient who did not consent to identified data.",
)
@as_json
def destination_add(
    name: str, protocol: str, url: str, without_consent: str, *, needs_nir: bool, as_json: bool
) -> None:
    """Add a destination; it receives what is recorded from now on."""
    from ecouvillon.operations.process import installed, operator

    with installed("operator"):
        from ecouvillon.exits.reporting.destinations import Wanted, add
        from ecouvillon.exits.reporting.models import WithoutConsent

        made = add(
            operator(), Wanted(name, protocol, url, needs_nir, WithoutConsent(without_consent))
        )
    if as_json:
        click.echo(json.dumps({"id": str(made.id)}))
    else:
        click.echo(f"{made.name}: id {made.id}")


@destination.command("list")
@as_json
def destination_list(*, as_json: bool) -> None:
    """List the destinations."""
    from ecouvillon.operations.process import installed

    with installed("operator"):
        from ecouvillon.exits.reporting.destinations import destinations

        rows = [
            {
                "id": str(d.id),
                "name": d.name,
                "protocol": d.protocol,
                "url": d.url,
                "needs_nir": d.needs_nir,
                "without_consent": d.without_consent,
                "paused": d.paused_at is not None,
                "paused_because": d.paused_because,
            }
            for d in destinations()
        ]
    if as_json:
        click.echo(json.dumps({"destinations": rows}))
        return
    for row in rows:
        paused = f"  paused ({row['paused_because']})" if row["paused"] else ""
        click.echo(f"{row['id']}  {row['name']:20} {row['protocol']}  {row['url']}{paused}")


@destination.command("pause")
@click.argument("reference", metavar="NAME_OR_ID")
def destination_pause(reference: str) -> None:
    """Stop forwarding to a destination; what is recorded meanwhile waits."""
    from ecouvillon.operations.process import installed, operator

    with installed("operator"):
        from ecouvillon.exits.reporting.destinations import find, pause

        pause(operator(), find(reference))


@destination.command("resume")
@click.argument("reference", metavar="NAME_OR_ID")
def destination_resume(reference: str) -> None:
    """Go on forwarding: what was in doubt goes again with the same bytes."""
    from ecouvillon.operations.process import installed, operator

    with installed("operator"):
        from ecouvillon.exits.reporting.destinations import find, resume

        resume(operator(), find(reference))
