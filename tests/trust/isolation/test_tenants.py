"""Each pharmacy sees, adds and changes its own rows only, whatever the program asks for."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from tests.cast import Api, patient, rows_of, screening
from tests.installation import Installed, Rows

from ecouvillon.config import Role
from ecouvillon.exits.reporting.models import Destination

PROCESSES: list[Role] = ["web", "worker"]
EVERYBODY: list[Role] = ["web", "worker", "operator", "auditor", "backup", "owner"]
APPEND_ONLY = ["ledger_entry", "ledger_detail", "version"]


@pytest.fixture
def foreign(stranger: Api, destination: Callable[..., Destination]) -> UUID:
    """Another pharmacy, with rows in all tables that a result fills."""
    destination(needs_nir=True)
    full = patient(nir="284027505600164", email="camille@example.org")
    assert stranger.submit(screening(patient=full, sharing_consent=True)).status_code == 201
    return stranger.tenant


def privileged(catalogue: Rows, role: Role, table: str, privilege: str) -> bool:
    ((found,),) = catalogue.execute(
        "SELECT has_any_column_privilege(%(role)s, %(table)s, %(privilege)s)"
        if privilege in ("SELECT", "UPDATE")
        else "SELECT has_table_privilege(%(role)s, %(table)s, %(privilege)s)",
        {"role": f"ecouvillon_{role}", "table": table, "privilege": privilege},
    ).fetchall()
    return bool(found)


def writable_column(catalogue: Rows, role: Role, table: str) -> str | None:
    rows = catalogue.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %(table)s"
        " AND has_column_privilege(%(role)s, %(table)s, column_name, 'UPDATE')",
        {"role": f"ecouvillon_{role}", "table": table},
    ).fetchall()
    return rows[0][0] if rows else None


def command(text: str, table: str, **names: str) -> sql.Composed:
    identifiers = {name: sql.Identifier(value) for name, value in names.items()}
    return sql.SQL(text).format(table=sql.Identifier(table), **identifiers)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", PROCESSES)
def test_without_a_tenant_a_protected_table_shows_no_row(
    installed: Installed, catalogue: Rows, protected: list[str], foreign: UUID, role: Role
) -> None:
    there = rows_of(installed, foreign)
    looked_at = 0
    with installed.connection_as(role) as connection:
        for table in protected:
            if privileged(catalogue, role, table, "SELECT"):
                query = command("SELECT count(*) FROM {table}", table)
                assert connection.execute(query).fetchone() == (0,), table
                looked_at += bool(there[table])
    assert looked_at >= 5


@pytest.mark.parametrize("role", PROCESSES)
def test_without_a_tenant_a_protected_table_takes_no_row(
    installed: Installed, catalogue: Rows, protected: list[str], foreign: UUID, role: Role
) -> None:
    tried = 0
    with installed.connection_as(role) as connection:
        for table in protected:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(
                    command("INSERT INTO {table} (tenant) VALUES (%s)", table), [foreign]
                )
            tried += privileged(catalogue, role, table, "INSERT")
    assert tried >= 3


@pytest.mark.parametrize("role", PROCESSES)
def test_a_pharmacy_does_not_see_anothers_rows(
    *,
    installed: Installed,
    catalogue: Rows,
    protected: list[str],
    foreign: UUID,
    api: Api,
    role: Role,
) -> None:
    there = rows_of(installed, foreign)
    query = "SELECT count(*) FROM {table} WHERE tenant = %s"
    looked_at = 0
    with (
        installed.connection_as(role, api.tenant) as connection,
        installed.connection_as(role, foreign) as their_own,
    ):
        for table in protected:
            if not privileged(catalogue, role, table, "SELECT"):
                continue
            seen = connection.execute(command(query, table), [foreign]).fetchone()
            assert seen == (0,), table
            own = their_own.execute(command(query, table), [foreign]).fetchone()
            assert own == (there[table],), table
            looked_at += bool(there[table])
    assert looked_at >= 5


@pytest.mark.parametrize("role", PROCESSES)
def test_a_pharmacy_adds_no_row_to_another(
    *,
    installed: Installed,
    catalogue: Rows,
    protected: list[str],
    foreign: UUID,
    api: Api,
    role: Role,
) -> None:
    tried = 0
    with installed.connection_as(role, api.tenant) as connection:
        for table in protected:
            insert = command("INSERT INTO {table} (tenant) VALUES (%s)", table)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(insert, [foreign])
            if privileged(catalogue, role, table, "INSERT"):
                # Its own row is refused for what it lacks only: the policy lets it pass.
                with pytest.raises(psycopg.errors.NotNullViolation):
                    connection.execute(insert, [api.tenant])
                tried += 1
    assert tried >= 3


@pytest.mark.parametrize("role", PROCESSES)
def test_a_pharmacy_changes_and_removes_no_row_of_another(
    *,
    installed: Installed,
    catalogue: Rows,
    protected: list[str],
    foreign: UUID,
    api: Api,
    role: Role,
) -> None:
    before = rows_of(installed, foreign)
    tried = 0
    with (
        installed.connection_as(role, api.tenant) as connection,
        installed.connection_as(role, foreign) as their_own,
    ):
        for table in protected:
            column = writable_column(catalogue, role, table)
            if column is not None:
                update = command(
                    "UPDATE {table} SET {column} = {column} WHERE tenant = %s", table, column=column
                )
                assert connection.execute(update, [foreign]).rowcount == 0, table
                assert their_own.execute(update, [foreign]).rowcount == before[table], table
                tried += bool(before[table])
            if privileged(catalogue, role, table, "DELETE"):
                delete = command("DELETE FROM {table} WHERE tenant = %s", table)
                assert connection.execute(delete, [foreign]).rowcount == 0, table
    assert tried >= 1
    assert rows_of(installed, foreign) == before


@pytest.mark.parametrize(("role", "table"), [("web", "visit_number"), ("worker", "transmission")])
def test_a_row_is_not_moved_to_another_pharmacy(
    installed: Installed, foreign: UUID, api: Api, role: Role, table: str
) -> None:
    with installed.connection_as(role, foreign) as connection:
        move = command("UPDATE {table} SET tenant = %s WHERE tenant = %s", table)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(move, [api.tenant, foreign])


@pytest.mark.parametrize("role", PROCESSES)
@pytest.mark.parametrize("other", ["ecouvillon_owner", "ecouvillon_backup", "postgres"])
def test_no_process_becomes_another_role(installed: Installed, role: Role, other: str) -> None:
    with (
        installed.connection_as(role) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(other)))


@pytest.mark.parametrize("role", PROCESSES)
def test_turning_row_security_off_shows_nothing(installed: Installed, role: Role) -> None:
    with installed.connection_as(role) as connection:
        connection.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM screening")


@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE {table} SET id = id WHERE tenant = %(tenant)s",
        "DELETE FROM {table} WHERE tenant = %(tenant)s",
        "TRUNCATE {table} CASCADE",
    ],
    ids=["update", "delete", "truncate"],
)
def test_what_only_grows_is_neither_changed_nor_removed_by_any_role(
    installed: Installed, foreign: UUID, role: Role, table: str, attempt: str
) -> None:
    with (
        installed.connection_as(role, foreign) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(command(attempt, table), {"tenant": foreign})


@pytest.mark.parametrize("role", [role for role in EVERYBODY if role != "owner"])
def test_no_role_but_the_owner_empties_a_table_or_switches_its_triggers_off(
    installed: Installed, protected: list[str], role: Role
) -> None:
    with installed.connection_as(role) as connection:
        for table in protected:
            for attempt in ("TRUNCATE {table} CASCADE", "ALTER TABLE {table} DISABLE TRIGGER ALL"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(command(attempt, table))


def test_the_auditor_reads_the_ledger_of_all_and_nothing_else(
    installed: Installed, protected: list[str], foreign: UUID, catalogue: Rows
) -> None:
    readable = {t for t in protected if privileged(catalogue, "auditor", t, "SELECT")}
    assert readable == {"ledger_entry", "ledger_detail"}
    with installed.connection_as("auditor") as connection:
        rows = connection.execute(
            "SELECT count(*) FROM ledger_entry WHERE tenant = %s", [foreign]
        ).fetchone()
    assert rows == (rows_of(installed, foreign)["ledger_entry"],)


def test_the_operator_reaches_no_document_and_no_screening(
    catalogue: Rows, protected: list[str]
) -> None:
    reached = {
        table
        for table in protected
        for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE")
        if privileged(catalogue, "operator", table, privilege)
    }
    people = {"pharmacy", "kit", "membership", "invitation", "api_client"}
    assert reached == people | {"ledger_entry", "ledger_detail"}
