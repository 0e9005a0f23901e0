from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection
from tests.cast import Api, rows_of
from tests.installation import Installed

from ecouvillon.errors import StillRunning, Unavailable
from ecouvillon.screening.models import Screening, Version, VisitNumber
from ecouvillon.screening.recording import first_version
from ecouvillon.trust.isolation.change import LeaseExpired, ask, change, in_transaction
from ecouvillon.trust.vault.models import VaultDocument

DAY = date(2026, 11, 24)


@pytest.fixture
def tenant(api: Api) -> Iterator[UUID]:
    yield api.tenant
    assert not in_transaction(), "a transaction was left open"


def screening(tenant: UUID, visit: int = 1) -> Screening:
    return Screening(tenant=tenant, id=uuid4(), day=DAY, visit=visit, state="resulted")


def version(of: Screening) -> Version:
    return first_version(of.tenant, of.id)


def document(of: Screening, seconds: float) -> VaultDocument:
    row = VaultDocument(
        tenant=of.tenant, record=of.id, kind="result", version=1, key=uuid4(), body=b"sealed"
    )
    row.valid_until = time.monotonic() + seconds
    return row


def terminate(installed: Installed) -> None:
    """Kills the connection of this thread, as a restarted database would."""
    connection.ensure_connection()
    victim = connection.connection.info.backend_pid
    with installed.connection_as(None) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s)", [victim])
        while superuser.execute(
            "SELECT 1 FROM pg_stat_activity WHERE pid = %s", [victim]
        ).fetchone():
            time.sleep(0.01)


def synchronisations(path: Path) -> int:
    """How often the client waited for the server, in a trace of libpq."""
    lines = path.read_text().splitlines()
    return sum(line.split("\t")[1] == "F" and "Sync" in line for line in lines)


def test_rows_of_several_tables_are_written_together(installed: Installed, tenant: UUID) -> None:
    before = rows_of(installed, tenant)
    made = [screening(tenant, 1), screening(tenant, 2)]
    with change(tenant) as writing:
        writing.add(made)
        writing.add(version(one) for one in made)
    after = rows_of(installed, tenant)
    more = {table: after[table] - before[table] for table in after if after[table] > before[table]}
    assert more == {"screening": 2, "version": 2}


def test_a_change_waits_for_the_database_once(tenant: UUID, tmp_path: Path) -> None:
    def write(visit: int) -> None:
        one = screening(tenant, visit)
        with change(tenant) as writing:
            writing.add([one])
            writing.add([version(one)])

    write(1)  # the first of a connection also prepares its statement
    trace = tmp_path / "trace"
    with trace.open("wb") as file:
        connection.connection.pgconn.trace(file.fileno())
        write(2)
        connection.connection.pgconn.untrace()
    assert synchronisations(trace) == 1


@pytest.mark.parametrize("broken", ["orphan", "twin", "foreign"])
def test_a_row_that_is_refused_leaves_none_of_the_others(
    installed: Installed, tenant: UUID, stranger: Api, broken: str
) -> None:
    first = screening(tenant, 1)
    with change(tenant) as writing:
        writing.add([first])
    before = rows_of(installed, tenant), rows_of(installed, stranger.tenant)
    bad = {
        "orphan": version(screening(tenant)),
        "twin": screening(tenant, 1),
        "foreign": screening(stranger.tenant, 1),
    }[broken]

    def write() -> None:
        with change(tenant) as writing:
            writing.add([screening(tenant, 2), bad])
            writing.add([version(first)])

    with pytest.raises((psycopg.IntegrityError, Unavailable)):
        write()
    assert (rows_of(installed, tenant), rows_of(installed, stranger.tenant)) == before


def test_a_second_row_of_a_unique_key_is_told_by_the_constraint_that_refused_it(
    tenant: UUID,
) -> None:
    with change(tenant) as writing:
        writing.add([screening(tenant, 1)])
    with pytest.raises(psycopg.errors.UniqueViolation) as refused, change(tenant) as writing:
        writing.add([screening(tenant, 1)])
    assert refused.value.diag.constraint_name == "screening_visit"


def test_nothing_is_written_when_the_block_fails(installed: Installed, tenant: UUID) -> None:
    before = rows_of(installed, tenant)

    def fail() -> None:
        with change(tenant) as writing:
            writing.add([screening(tenant)])
            writing.fetch("SELECT id FROM screening FOR UPDATE")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert rows_of(installed, tenant) == before


def test_a_key_whose_lease_ended_is_not_committed(installed: Installed, tenant: UUID) -> None:
    before = rows_of(installed, tenant)
    one = screening(tenant)
    with pytest.raises(LeaseExpired), change(tenant) as writing:
        writing.add([one, document(one, seconds=-0.001)])
    assert rows_of(installed, tenant) == before
    with change(tenant) as writing:
        writing.add([one, document(one, seconds=60)])
    assert rows_of(installed, tenant)["vault_document"] == 1


def test_of_several_leases_the_one_that_ends_first_counts(tenant: UUID) -> None:
    one, other = screening(tenant, 1), screening(tenant, 2)
    with pytest.raises(LeaseExpired), change(tenant) as writing:
        writing.add([one, other, document(one, seconds=-0.001), document(other, seconds=60)])


def test_a_change_whose_connection_died_is_unavailable_and_the_next_one_works(
    installed: Installed, tenant: UUID
) -> None:
    before = rows_of(installed, tenant)
    terminate(installed)
    with pytest.raises(Unavailable) as refused, change(tenant) as writing:
        writing.add([screening(tenant)])
    assert refused.value.__cause__ is None
    assert rows_of(installed, tenant) == before
    with change(tenant) as writing:
        writing.add([screening(tenant)])
    assert rows_of(installed, tenant)["screening"] == before["screening"] + 1


def test_a_change_whose_connection_dies_after_it_looked_writes_nothing(
    installed: Installed, tenant: UUID
) -> None:
    before = rows_of(installed, tenant)

    def write() -> None:
        with change(tenant) as writing:
            writing.fetch("SELECT id FROM screening")
            writing.add([screening(tenant)])
            terminate(installed)

    with pytest.raises(Unavailable):
        write()
    assert rows_of(installed, tenant) == before
    assert ask(("SELECT 1", ())) == [[(1,)]]


def test_a_question_survives_the_death_of_its_connection(
    installed: Installed, tenant: UUID
) -> None:
    terminate(installed)
    assert ask(("SELECT 1", ())) == [[(1,)]]
    terminate(installed)
    assert ask(("SELECT %s::int", (1,)), ("SELECT %s::int", (2,)), tenants=[tenant]) == [
        [(1,)],
        [(2,)],
    ]


def test_a_question_that_fails_leaves_no_transaction_behind(tenant: UUID) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        ask(("SELECT 1", ()), ("SELECT 1 / 0", ()), tenants=[tenant])
    assert not in_transaction()
    assert ask(("SELECT 1", ())) == [[(1,)]]


def test_the_tenant_of_a_question_ends_with_it(tenant: UUID) -> None:
    with change(tenant) as writing:
        writing.add([screening(tenant)])
    count = ("SELECT count(*) FROM screening", ())
    assert ask(count, tenants=[tenant]) == [[(1,)]]
    assert ask(count) == [[(0,)]]


def test_a_change_sees_what_another_one_did_while_it_waited_or_gives_up(
    installed: Installed, tenant: UUID
) -> None:
    one = screening(tenant)
    with change(tenant) as writing:
        writing.add([one])
    ask(("SELECT set_config('lock_timeout', '50ms', false)", ()))
    try:
        with installed.connection_as("web", tenant) as other, other.transaction():
            other.execute("SELECT 1 FROM screening FOR UPDATE")
            with pytest.raises(StillRunning), change(tenant) as writing:
                writing.fetch("SELECT id FROM screening FOR UPDATE")
    finally:
        ask(("SELECT set_config('lock_timeout', '5s', false)", ()))


@pytest.mark.parametrize("looks_first", [False, True])
def test_a_change_works_after_the_connection_lost_its_prepared_statements(
    tenant: UUID, looks_first: bool
) -> None:
    def write(visit: int) -> None:
        with change(tenant) as writing:
            if looks_first:
                writing.fetch("SELECT id FROM screening")
            writing.add([screening(tenant, visit)])

    write(1)
    connection.connection.execute("DEALLOCATE ALL")
    if looks_first:
        # Its transaction is lost with them: it can be asked again, and then works.
        with pytest.raises(Unavailable):
            write(2)
    write(2)
    assert ask(("SELECT count(*) FROM screening", ()), tenants=[tenant]) == [[(2,)]]


def test_only_the_named_rows_of_the_tenant_are_set(
    installed: Installed, tenant: UUID, stranger: Api
) -> None:
    mine, other = screening(tenant, 1), screening(tenant, 2)
    theirs = screening(stranger.tenant, 1)
    for one in (mine, other, theirs):
        with change(one.tenant) as writing:
            writing.add([one])
    with change(tenant) as writing:
        writing.set(Screening, [mine.id, theirs.id], state="cancelled")
    with installed.connection_as(None) as superuser:
        states = dict(
            superuser.execute(
                "SELECT id, state FROM screening WHERE id = ANY (%s)",
                [[mine.id, other.id, theirs.id]],
            ).fetchall()
        )
    assert states == {mine.id: "cancelled", other.id: "resulted", theirs.id: "resulted"}


def test_a_row_is_not_set_twice_in_one_change(tenant: UUID) -> None:
    row = screening(tenant)
    with change(tenant) as writing:
        writing.set(Screening, [row.id], state="sampled")
        with pytest.raises(ValueError, match="twice"):
            writing.set(Screening, [uuid4(), row.id], state="resulted")


def test_rows_of_two_pharmacies_are_written_in_one_change_that_names_both(
    installed: Installed, tenant: UUID, stranger: Api
) -> None:
    with change(tenant, stranger.tenant) as writing:
        writing.add([screening(tenant), screening(stranger.tenant)])
    assert rows_of(installed, tenant)["screening"] == 1
    assert rows_of(installed, stranger.tenant)["screening"] == 1


def test_a_change_without_rows_does_nothing(installed: Installed, tenant: UUID) -> None:
    before = rows_of(installed, tenant)
    with change(tenant) as writing:
        writing.fetch("SELECT 1")
        writing.set(Screening, [], state="cancelled")
    assert rows_of(installed, tenant) == before


def test_what_the_database_fills_in_is_left_to_it(installed: Installed, tenant: UUID) -> None:
    with change(tenant) as writing:
        writing.add([VisitNumber(tenant=tenant, day=DAY, last=7)])
        writing.add([screening(tenant)])
    with installed.connection_as("web", tenant) as reading:
        row = reading.execute("SELECT created_at <= now() FROM screening").fetchone()
    assert row == (True,)
