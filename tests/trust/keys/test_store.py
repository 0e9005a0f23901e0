"""The key store's schema and grants, and its server's absence."""

from __future__ import annotations

import time
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege

from ecouvillon.config import Config
from ecouvillon.errors import Misconfigured, Unavailable
from ecouvillon.operations.embedded.place import find
from ecouvillon.operations.embedded.server import Server
from ecouvillon.operations.embedded.sharing import mutex
from ecouvillon.trust.keys.client import KeyClient, Unwrapping
from ecouvillon.trust.keys.store import migrate
from ecouvillon.trust.keys.store.rows import KeyStore

from .conftest import Rows

TENANT = uuid4()


def test_migrating_again_changes_nothing(settings: Config) -> None:
    with psycopg.connect(make_conninfo(**settings.conninfo("keyowner"))) as connection:
        assert migrate(connection) == []


def test_an_unmigrated_key_store_names_the_mend(settings: Config, rows: Rows) -> None:
    rows.execute("ALTER TABLE master RENAME TO elsewhere")
    store = KeyStore(settings.conninfo("keys"))
    try:
        with pytest.raises(Misconfigured, match="ecouvillon migrate"):
            store.masters()
    finally:
        store.close()
        rows.execute("ALTER TABLE elsewhere RENAME TO master")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM opening",
        "UPDATE opening SET purpose = 'care'",
        "TRUNCATE opening",
        "DELETE FROM destroyed_key",
        "UPDATE destroyed_key SET caller = 'web'",
        "UPDATE wrapped_key SET tenant = gen_random_uuid()",
        "UPDATE wrapped_key SET wrapped = ''",
        "DELETE FROM master",
        "DELETE FROM key_store_migration",
        "CREATE TABLE own (id int)",
        "SET ROLE ecouvillon_keyowner",
    ],
)
def test_the_service_s_role_can_rewrite_no_evidence(statement: str, settings: Config) -> None:
    with (
        psycopg.connect(make_conninfo(**settings.conninfo("keys"))) as connection,
        pytest.raises(InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_a_key_store_that_is_down_is_unavailable_and_comes_back_by_itself(
    settings: Config, web: KeyClient
) -> None:
    [key] = web.lease(TENANT, {"result": 1})["result"]
    place = find(settings)
    with mutex(place.root):  # its keeper can't start it again meanwhile
        Server(place).stop()
        with pytest.raises(Unavailable):
            web.lease(TENANT, {"result": 1})
        with pytest.raises(Unavailable):
            web.unwrap("care", [Unwrapping(TENANT, key.id, "result", uuid4())])
        assert web.mac([(TENANT, "phone", b"1")])  # needs no store
    deadline = time.monotonic() + 20
    while True:
        try:
            document = Unwrapping(TENANT, key.id, "result", uuid4())
            assert web.unwrap("care", [document]) == [key.key]
            break
        except Unavailable:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_status_counts_keys_by_kind_and_master(web: KeyClient, admin: KeyClient) -> None:
    web.lease(TENANT, {"identity": 3, "result": 2})
    status = admin.status()
    assert [(row.kind, row.master, row.number) for row in status.keys] == [
        ("identity", status.master, 3),
        ("result", status.master, 2),
    ]
