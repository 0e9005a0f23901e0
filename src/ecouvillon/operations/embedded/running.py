"""A server for the life of a process.

Comes in: the settings. Goes out: a server that answers, started if need be, and started again if it
dies while we use it. Always holds: leaving stops the server if we were its last user; a killed user
counts as gone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ecouvillon.config import Config
from ecouvillon.errors import Unavailable
from ecouvillon.operations.embedded.place import find, make, needed
from ecouvillon.operations.embedded.server import Server, initialise
from ecouvillon.operations.embedded.sharing import Users, mutex, users

_LOOK_SECONDS = 0.5
_log = logging.getLogger(__name__)


def create(config: Config) -> None:
    """Make the server of this installation, once; says where it lies if not below `home`.

    Only `migrate` and `demo` come here. Raises `Misconfigured` or `Unavailable`.
    """
    place = make(config)
    with mutex(place.root):
        if not (place.data / "PG_VERSION").exists():
            initialise(place)
            if place.user is not None:
                click.echo(
                    "PostgreSQL does not run as root. Its data, its socket and a copy of its "
                    f"programs are in {place.root}, as user {place.user.pw_name}; "
                    f"{config.home / 'postgres'} points there.",
                    err=True,
                )


@contextmanager
def running(config: Config, *, tied: bool = False) -> Iterator[None]:
    """Have the embedded server running; does nothing where the settings name another server.

    A `tied` server that we start ends with us, whoever else uses it and however we end. Raises
    `Misconfigured` where there is no installation, `Unavailable` when the server doesn't start.
    """
    if not needed(config):
        yield
        return
    place = find(config)
    server = Server(place, tied=tied)
    with users(place.root) as ours:
        with mutex(place.root):
            ours.join()
            server.ensure()
        try:
            with _kept_alive(server):
                yield
        finally:
            _leave(server, ours)


def _leave(server: Server, ours: Users) -> None:
    with mutex(server.place.root):
        if server.ends_with_us or ours.last():
            server.stop()


@contextmanager
def _kept_alive(server: Server) -> Iterator[None]:
    done = threading.Event()
    thread = threading.Thread(target=_keep, args=(server, done), name="embedded", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _keep(server: Server, done: threading.Event) -> None:
    while not done.wait(_LOOK_SECONDS):
        if server.alive():
            continue
        try:
            with mutex(server.place.root):
                _log.warning("the embedded database died and is started again")
                server.ensure()
        except (Unavailable, OSError):
            _log.exception("the embedded database can't be started; trying again")
