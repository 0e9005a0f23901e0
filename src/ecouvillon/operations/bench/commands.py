"""The command `ecouvillon bench`: figures on standard output, progress on standard error."""

from __future__ import annotations

import json

import click

from ecouvillon.operations.bench.lines import LINES


@click.command()
@click.option(
    "--seconds", type=click.IntRange(1, 20), default=3, show_default=True, help="Of a measurement."
)
@click.option(
    "--rounds", type=click.IntRange(1, 30), default=5, show_default=True, help="How often each."
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([line.name for line in LINES]),
    help="Measure this only; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def bench(seconds: int, rounds: int, only: tuple[str, ...], *, as_json: bool) -> None:
    """Measure beside a yardstick on this machine, in a temporary installation."""
    from ecouvillon.operations.bench.report import figures, table
    from ecouvillon.operations.bench.rounds import compare
    from ecouvillon.operations.bench.stage import stage

    def say(what: str) -> None:
        click.echo(what, err=True)

    say("setting up a temporary installation")
    with stage() as running:
        lines = [line for line in LINES if not only or line.name in only]
        measured = compare(running, lines, rounds, seconds, say)
    click.echo(json.dumps(figures(measured)) if as_json else table(measured))
