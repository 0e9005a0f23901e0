"""Roles, databases and secrets: who can enter where."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psycopg
import pytest
from tests.operations.conftest import settings

from ecouvillon.config import Config, Role
from ecouvillon.errors import Misconfigured
from ecouvillon.operations import embedded, installation, roles

MAIN: tuple[Role, ...] = ("owner", "web", "worker", "operator", "auditor", "backup")
KEY_STORE: tuple[Role, ...] = ("keyowner", "keys")


def superuser(config: Config) -> psycopg.Connection:
    return psycopg.connect(**embedded.superuser_conninfo(config), autocommit=True)


@pytest.mark.parametrize("role", MAIN)
def test_each_role_of_the_main_database_enters_it_and_not_the_key_store(
    shared: Config, role: Role
) -> None:
    mine = shared.conninfo(role)
    with psycopg.connect(**mine) as connection:
        assert connection.info.dbname == "ecouvillon"
    for other in ("ecouvillon_keystore", "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(**mine | {"dbname": other})


@pytest.mark.parametrize("role", KEY_STORE)
def test_each_role_of_the_key_store_enters_it_and_not_the_main_database(
    shared: Config, role: Role
) -> None:
    mine = shared.conninfo(role)
    with psycopg.connect(**mine) as connection:
        assert connection.info.dbname == "ecouvillon_keystore"
    for other in ("ecouvillon", "postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(**mine | {"dbname": other})


def test_no_role_is_privileged_and_only_backup_bypasses_row_level_security(shared: Config) -> None:
    with superuser(shared) as connection:
        found = connection.execute(
            "SELECT rolname, rolbypassrls FROM pg_roles WHERE rolname LIKE 'ecouvillon%' "
            "AND NOT (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication) AND rolcanlogin"
        ).fetchall()
    assert dict(found) == {f"ecouvillon_{r}": r == "backup" for r in (*MAIN, *KEY_STORE)}


@pytest.mark.parametrize("role", [*MAIN, *KEY_STORE])
def test_only_the_owners_make_tables(shared: Config, role: Role) -> None:
    with psycopg.connect(**shared.conninfo(role)) as connection:
        if role in ("owner", "keyowner"):
            connection.execute("CREATE TABLE made (id int)")
            connection.rollback()
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("CREATE TABLE made (id int)")


def test_nobody_makes_temporary_tables_or_schemas_but_the_owner(shared: Config) -> None:
    with psycopg.connect(**shared.conninfo("web"), autocommit=True) as connection:
        for statement in ("CREATE TEMPORARY TABLE copy (id int)", "CREATE SCHEMA mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_a_wrong_password_is_refused(shared: Config) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**shared.conninfo("web") | {"password": "wrong"})


def test_the_superuser_is_reached_by_no_password(shared: Config) -> None:
    """Peer authentication alone: the operating system says who we are."""
    rules = (shared.home / "postgres/settings/pg_hba.conf").read_text().splitlines()
    assert [rule for rule in rules if "trust" in rule or "password" in rule] == []
    with superuser(shared) as connection:
        found = connection.execute(
            "SELECT rolname FROM pg_authid WHERE rolsuper AND rolpassword IS NOT NULL"
        ).fetchall()
    assert found == []


def test_web_waits_neither_long_for_a_lock_nor_for_a_statement(shared: Config) -> None:
    with psycopg.connect(**shared.conninfo("web")) as connection:
        assert connection.execute("SHOW lock_timeout").fetchone() == ("5s",)
        assert connection.execute("SHOW statement_timeout").fetchone() == ("30s",)
        shown = connection.execute("SHOW idle_in_transaction_session_timeout").fetchone()
        assert shown == ("30s",)


def test_passwords_are_stored_as_scram_verifiers(shared: Config) -> None:
    with superuser(shared) as connection:
        stored = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname LIKE 'ecouvillon%'"
        ).fetchall()
    assert len(stored) == len((*MAIN, *KEY_STORE))
    assert all(verifier.startswith("SCRAM-SHA-256$4096:") for (verifier,) in stored)


def test_preparing_again_keeps_id_secrets_and_data(stopped: Config) -> None:
    files = [stopped.home / "installation", *sorted(stopped.secrets.iterdir())]
    before = [path.read_text() for path in files]
    with embedded.running(stopped):
        with psycopg.connect(**stopped.conninfo("owner")) as connection:
            connection.execute("CREATE TABLE kept (id int)")
        installation.prepare(stopped)
        with psycopg.connect(**stopped.conninfo("owner")) as connection:
            connection.execute("SELECT id FROM kept")
    assert [path.read_text() for path in files] == before


def test_preparing_again_takes_back_what_a_role_was_given(stopped: Config) -> None:
    with embedded.running(stopped):
        with superuser(stopped) as connection:
            connection.execute("ALTER ROLE ecouvillon_web SUPERUSER BYPASSRLS PASSWORD 'changed'")
            connection.execute("ALTER ROLE ecouvillon_web SET statement_timeout = 0")
            connection.execute("GRANT CONNECT ON DATABASE ecouvillon_keystore TO PUBLIC")
        installation.prepare(stopped)
        with psycopg.connect(**stopped.conninfo("web")) as connection:
            privileged = (
                "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"
            )
            assert connection.execute(privileged).fetchone() == (False,)
            assert connection.execute("SHOW statement_timeout").fetchone() == ("30s",)
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(**stopped.conninfo("web") | {"dbname": "ecouvillon_keystore"})


def test_another_installation_cannot_take_over_the_roles_of_a_server(shared: Config) -> None:
    passwords: dict[Role, str] = {"web": "x"}
    with superuser(shared) as connection, pytest.raises(Misconfigured, match="another installa"):
        roles.establish(connection, passwords, "another-id")
    psycopg.connect(**shared.conninfo("web")).close()


def test_a_copy_of_a_database_is_as_closed_as_its_template(shared: Config) -> None:
    with superuser(shared) as connection:
        roles.open_database(connection, "copied", key_store=False, template="ecouvillon")
    psycopg.connect(**shared.conninfo("web") | {"dbname": "copied"}).close()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(**shared.conninfo("keys") | {"dbname": "copied"})
    with superuser(shared) as connection:
        connection.execute("DROP DATABASE copied")


def test_a_server_named_by_urls_is_prepared_through_the_admin_url(
    shared: Config, folder: Path
) -> None:
    """The embedded server stands for one of the operator's: only its URLs are known."""
    admin = embedded.superuser_conninfo(shared)
    host = admin["host"].replace("/", "%2F")
    urls = settings(folder).model_copy(
        update={
            "home": shared.home,
            "keys": shared.keys,
            "database_url": f"postgresql://{host}:5432/named_main",
            "keystore_url": f"postgresql://{host}:5432/named_keys",
        }
    )
    with pytest.raises(Misconfigured, match="ECOUVILLON_ADMIN_URL"):
        installation.prepare(urls)
    admin_url = f"postgresql://postgres@{host}:5432/postgres"
    installation.prepare(urls.model_copy(update={"admin_url": admin_url}))
    with psycopg.connect(**urls.conninfo("web")) as connection:
        assert connection.info.dbname == "named_main"
    with psycopg.connect(**urls.conninfo("keyowner")) as connection:
        assert connection.info.dbname == "named_keys"


def test_an_admin_url_that_does_not_connect_is_named_without_its_password(
    shared: Config, folder: Path
) -> None:
    url = f"postgresql://postgres:hunter2@{str(folder).replace('/', '%2F')}/postgres"
    elsewhere = shared.model_copy(
        update={"database_url": url, "keystore_url": url, "admin_url": url}
    )
    with pytest.raises(Misconfigured, match="ECOUVILLON_ADMIN_URL") as error:
        installation.prepare(elsewhere)
    assert "hunter2" not in str(error.value)


def test_secrets_are_private_files_one_per_role(shared: Config) -> None:
    files = sorted(shared.secrets.iterdir())
    assert [path.stem for path in files] == sorted((*MAIN, *KEY_STORE))
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {p.stat().st_mode & 0o777 for p in (shared.keys, shared.secrets)} == {0o700}
    contents = [json.loads(path.read_text()) for path in files]
    assert len({secret["password"] for secret in contents}) == len(files)
    assert [
        path.stem for path, secret in zip(files, contents, strict=True) if "django" in secret
    ] == ["web"]


def test_a_secret_open_to_others_is_refused(own: Config) -> None:
    (own.secrets / "web.json").chmod(0o640)
    with pytest.raises(Misconfigured, match="chmod 600"):
        own.secret("web")


@pytest.mark.parametrize("which", ["keys", "secrets"])
def test_a_folder_of_secrets_open_to_others_is_refused(own: Config, which: str) -> None:
    getattr(own, which).chmod(0o755)
    with pytest.raises(Misconfigured, match="chmod 700"):
        installation.prepare(own)


def test_keys_beside_the_data_are_refused(folder: Path) -> None:
    config = settings(folder).model_copy(update={"keys": folder / "home" / "keys"})
    with pytest.raises(Misconfigured, match="ECOUVILLON_KEYS"):
        installation.create(config)


def test_a_write_that_is_interrupted_leaves_no_half_secret(
    stopped: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    (stopped.secrets / "web.json").unlink()

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            installation.create(stopped)
    assert not (stopped.secrets / "web.json").exists()
    installation.prepare(stopped)
    assert stopped.secret("web")["django"]
