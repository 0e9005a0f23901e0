"""A key store on a real server, emptied for each test, and a service on it with its clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ecouvillon.config import Config
from ecouvillon.operations import embedded
from ecouvillon.operations.temporary import temporary
from ecouvillon.trust.keys import server
from ecouvillon.trust.keys.client import KeyClient
from ecouvillon.trust.keys.rights import Caller
from ecouvillon.trust.keys.store import migrate

Rows = psycopg.Connection[Any]


@pytest.fixture(scope="session")
def installation() -> Iterator[Config]:
    with temporary() as config:
        with psycopg.connect(make_conninfo(**config.conninfo("keyowner"))) as connection:
            migrate(connection)
        yield config


@pytest.fixture
def settings(installation: Config, tmp_path: Path) -> Config:
    """An unused key store: no keys, no master, no sockets."""
    (installation.secrets / "master.json").unlink(missing_ok=True)
    with psycopg.connect(make_conninfo(**installation.conninfo("keyowner"))) as connection:
        connection.execute("TRUNCATE master, lease, wrapped_key, opening, destroyed_key")
    return installation.model_copy(update={"key_socket_dir": tmp_path})


@pytest.fixture
def rows(settings: Config) -> Iterator[Rows]:
    """What the key store's administrator could see and do."""
    where = embedded.superuser_conninfo(settings, "ecouvillon_keystore")
    with psycopg.connect(make_conninfo(**where), autocommit=True) as connection:
        yield connection


@pytest.fixture
def service(settings: Config) -> Iterator[Config]:
    with server.listening(settings):
        yield settings


def client_of(caller: Caller, settings: Config) -> KeyClient:
    return KeyClient(settings.sockets / f"{caller}.sock")


@pytest.fixture
def web(service: Config) -> KeyClient:
    return client_of("web", service)


@pytest.fixture
def worker(service: Config) -> KeyClient:
    return client_of("worker", service)


@pytest.fixture
def admin(service: Config) -> KeyClient:
    return client_of("admin", service)
