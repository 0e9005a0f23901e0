"""`ecouvillon demo`: what is typed, and what is said before and after the steps."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ecouvillon.config import Config
    from ecouvillon.operations.demo.cast import Cast


@click.command()
@click.option("--once", is_flag=True, help="In a fresh installation, removed afterwards; then end.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port of the pages; 0 takes a free one. By default 8000, or a free one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, the rest on stderr.")
def demo(*, once: bool, port: int | None, as_json: bool) -> None:
    """Everything on this machine, with an invented patient; nothing to configure."""
    from ecouvillon.operations.demo.report import Report, spoken_on

    report = Report(spoken_on(sys.stderr if as_json else sys.stdout))
    report.say(click.style("Écouvillon, the demo", bold=True))
    report.say("Everything on this machine, with an invented patient. Nothing leaves it.")
    report.say()
    # The rest takes a moment to load.
    from ecouvillon.errors import Misconfigured
    from ecouvillon.operations.demo import run, welcome
    from ecouvillon.operations.demo.failure import StepFailed
    from ecouvillon.operations.demo.tour.opening import open_pharmacy

    walked = False

    def then(config: Config, port: int, cast: Cast) -> None:
        nonlocal walked
        if not once:
            with report.step("counter", "hiring a team, filling the queue of today") as step:
                step.summary = open_pharmacy(cast)
        walked = True
        if as_json:
            click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        if not once:
            welcome.tell(report, config, port, cast)
            signal.pause()

    try:
        with run.stoppable():
            (run.passing if once else run.persistent)(report, port, then)
    except run.Stopped:
        report.say()
        report.say("Stopped; no process is left.")
        sys.exit(0 if walked else 130)
    except (StepFailed, Misconfigured) as error:
        if as_json:
            click.echo(json.dumps({**report.as_json(), "ok": False}, ensure_ascii=False))
        raise click.ClickException(str(error)) from None
