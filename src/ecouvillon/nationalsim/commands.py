"""`national-simulator`: the stand-in on the command line, in the foreground.

Comes in: options. Goes out: a line on standard output for each message as it is received, before
it is answered; on standard error a JSON line when the system is ready. Always holds: SIGTERM and
SIGINT end it cleanly with exit code 0.
"""

from __future__ import annotations

import contextlib
import json
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecouvillon.nationalsim.faults import InvalidFaults, parse

if TYPE_CHECKING:
    from ecouvillon.nationalsim.reception import Received


def _check_faults(context: click.Context, parameter: click.Parameter, spec: str) -> str:
    try:
        parse(spec)
    except InvalidFaults as error:
        raise click.BadParameter(str(error), ctx=context, param=parameter) from None
    return spec


@click.command("national-simulator")
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option(
    "--mllp",
    "port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Port for HL7 over MLLP; 0, the default, takes a free one.",
)
@click.option(
    "--faults",
    default="",
    callback=_check_faults,
    metavar="SPEC",
    help="Misbehave in this order, then be healthy: ae, ar, none, lost, wrong, drop, slow, "
    'duplicate. Such as "ae=1,none=2,slow=1:5".',
)
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep what was taken in here, and read it at the start. Default: memory.",
)
@click.option(
    "--control",
    type=click.Path(path_type=Path),
    help="A Unix socket for cut, restore, faults, status and results, as JSON lines.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a message.")
def national_simulator(
    *, host: str, port: int, faults: str, store: Path | None, control: Path | None, as_json: bool
) -> None:
    """A stand-in for the national screening system: HL7 v2.5 over MLLP, on loopback."""
    # The parser takes a moment to load, which other commands should not pay for.
    from ecouvillon.nationalsim.control import Control, UnusableSocket
    from ecouvillon.nationalsim.journal import UnusableStore
    from ecouvillon.nationalsim.system import NationalSystem, NotLoopback

    stop = threading.Event()

    def tell(received: Received) -> None:
        try:
            click.echo(_json_line(received) if as_json else _human_line(received))
        except BrokenPipeError:  # nobody reads any more
            stop.set()

    with contextlib.ExitStack() as running:
        try:
            system = running.enter_context(
                NationalSystem(host=host, port=port, faults=faults, store=store, on_message=tell)
            )
            if control:
                running.enter_context(Control(control, system))
        except (NotLoopback, UnusableStore, UnusableSocket) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            raise click.ClickException(f"{host}:{port}: {error.strerror or error}") from None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        ready = {"event": "ready", "process": "national-simulator", "url": system.url}
        click.echo(json.dumps(ready), err=True)
        stop.wait()


def _json_line(received: Received) -> str:
    return json.dumps(
        {"control_id": received.control_id, "ack": received.ack, "raw": received.raw},
        ensure_ascii=False,
    )


def _human_line(received: Received) -> str:
    # Escaped: what a stranger sent must not steer the terminal.
    control_id = ascii(received.control_id or "")[1:-1] or "(no MSH-10)"
    return f"{control_id}  {received.ack or 'not answered'}"
