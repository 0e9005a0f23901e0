"""The installation that a run of tests works in: a real server, real roles, real migrations.

Comes in: nothing. Goes out: one embedded server a run, migrated once by the command that everybody
types; each process of the run has its own copy of the migrated database and its own key service.
Always holds: Django connects as `web`, so that a test sees what the web process may see; whoever
needs another role says so (`connection_as`, `acting_as`).
"""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

from ecouvillon import config
from ecouvillon.config import Config, Role
from ecouvillon.operations import embedded, roles
from ecouvillon.operations.temporary import temporary
from ecouvillon.trust.keys import server

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_TEMPLATE = "ecouvillon"

Rows = psycopg.Connection[Any]


@contextmanager
def migrated() -> Iterator[None]:
    """An installation for this run; the processes that we start find it by their environment."""
    with temporary() as made:
        os.environ |= {
            "ECOUVILLON_HOME": str(made.home),
            "ECOUVILLON_KEYS": str(made.keys),
            "ECOUVILLON_ROLE": "web",
        }
        command("migrate")
        # The first key service of an installation makes its master key; two at once would race.
        with server.listening(made.model_copy(update={"role": "keys"})):
            pass
        yield


@dataclass(frozen=True)
class Installed:
    """This process's part of the installation."""

    config: Config
    database: str
    sockets: Path

    def where(self, role: Role | None, database: str | None = None) -> str:
        """How to connect as `role`; None is the superuser, whom no policy stops."""
        parameters = (
            embedded.superuser_conninfo(self.config) if role is None else self.config.conninfo(role)
        )
        key_store = role in ("keys", "keyowner")
        name = parameters["dbname"] if key_store else self.database
        return make_conninfo(**(parameters | {"dbname": database or name}))

    def connection_as(self, role: Role | None, *tenants: UUID, database: str | None = None) -> Rows:
        """A plain connection as `role`, in autocommit, with `tenants` set for its whole life."""
        connection = psycopg.connect(self.where(role, database), autocommit=True)
        if tenants:
            listed = "{" + ",".join(map(str, tenants)) + "}"
            connection.execute("SELECT set_config('ecouvillon.tenants', %s, false)", [listed])
        return connection

    @contextmanager
    def copied(self) -> Iterator[str]:
        """Another copy of the migrated database, for a test that spoils it; its name."""
        name = f"{self.database}_spoilt"
        with psycopg.connect(self.where(None, "postgres"), autocommit=True) as admin:
            roles.open_database(admin, name, key_store=False, template=_TEMPLATE)
            try:
                yield name
            finally:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def installed(sockets: Path) -> Iterator[Installed]:
    """A copy of the database and a key service of this process's own; Django uses them as `web`."""
    os.environ["ECOUVILLON_KEY_SOCKET_DIR"] = str(sockets)
    config.load.cache_clear()
    ours = Installed(config.load(), f"{_TEMPLATE}_{WORKER}", sockets)
    with psycopg.connect(
        make_conninfo(**embedded.superuser_conninfo(ours.config)), autocommit=True
    ) as admin:
        roles.open_database(admin, ours.database, key_store=False, template=_TEMPLATE)
    # pytest-django read the settings before any installation was there.
    settings.DATABASES["default"].update(_django(ours, "web"))
    settings.SECRET_KEY = ours.config.secret("web")["django"]
    with server.listening(ours.config):
        yield ours
    connections["default"].close()


@contextmanager
def acting_as(role: Role, ours: Installed, database: str | None = None) -> Iterator[None]:
    """Makes this process one of `role` for a while: towards the database and the key service."""
    before = connections["default"]
    other = copy.deepcopy(before.settings_dict) | _django(ours, role)
    if database is not None:
        other["NAME"] = database
    connections["default"] = type(before)(other, "default")
    _become(role)
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before
        _become("web")


def command(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """What `ecouvillon …` prints on standard output; raises when it fails."""
    program = "from ecouvillon.operations.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def _become(role: Role) -> None:
    os.environ["ECOUVILLON_ROLE"] = role
    config.load.cache_clear()


def _django(ours: Installed, role: Role) -> dict[str, str]:
    where = ours.config.conninfo(role)
    return {
        "HOST": where["host"],
        "NAME": ours.database,
        "USER": where["user"],
        "PASSWORD": where["password"],
    }
