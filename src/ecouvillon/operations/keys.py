"""The commands `ecouvillon keys …`: run the key service, and see what the key store holds.

Comes in: the settings. Goes out: JSON lines on standard error (`serve`), one object or a table on
standard output (`status`). Always holds: `serve` says `ready` only when all sockets answer, and
ends with 0 at SIGTERM after the answers under way.
"""

from __future__ import annotations

import dataclasses
import json
import signal
import threading

import click

from ecouvillon import config


@click.group()
def keys() -> None:
    """The key service and its store."""


@keys.command()
def serve() -> None:
    """Run the key service in the foreground until SIGTERM."""
    from ecouvillon.operations import embedded, logs
    from ecouvillon.trust.keys import memory, server

    memory.forbid_dumps()
    logs.configure()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    settings = config.load()
    with embedded.running(settings), server.listening(settings):
        logs.ready("keys", f"unix:{settings.sockets}")
        stop.wait()


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(*, as_json: bool) -> None:
    """Show how many keys there are, by kind and master key."""
    from ecouvillon.trust.keys.client import KeyClient

    found = KeyClient(config.load().sockets / "admin.sock").status()
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found)))
        return
    click.echo(f"master key: {found.master}")
    for row in found.keys:
        click.echo(f"{row.kind:10} {row.number:>12,}  {row.master}")
