"""A change: rows of several tables that reach the database together, or not at all.

Comes in: a tenant (or several) and unsaved model instances from the rooms. Goes out: one statement,
in one round trip, that sets the tenant, inserts and updates everything, and commits. A change that
must look first (`fetch`) begins its transaction then, and ends it with that same statement. Always
holds: one INSERT per table whatever the count; nothing is written before the end; an error leaves
nothing.

Measured: a round trip per statement halves the rate of results, and a savepoint more is felt
(docs/performance.md).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, models

from ecouvillon.errors import StillRunning, Unavailable
from ecouvillon.trust.isolation.prepared import execute, fetch
from ecouvillon.trust.isolation.statement import SET_TENANTS, statement
from ecouvillon.trust.isolation.together import Together

_log = logging.getLogger(__name__)


_Rows = dict[type[models.Model], list[models.Model]]

# How long a statement of several changes waits for the twin of one of them, which may take seconds:
# it must not hold up its neighbours, so it then goes alone.
_NEIGHBOURS_WAIT = "100ms"


class LeaseExpired(Unavailable):
    """A row was sealed with a key whose lease ended before the commit: seal again."""


class Change:
    """What one transaction will write; made by `change`, filled by the rooms."""

    def __init__(self, tenants: Sequence[UUID]) -> None:
        self._tenants = tenants
        self._rows: _Rows = {}
        self._updates: list[tuple[type[models.Model], Sequence[UUID], dict[str, Any]]] = []
        self._valid_until = float("inf")
        self._begun = False

    def add(self, rows: Iterable[models.Model]) -> None:
        """Adds rows to be inserted. A row may say until when (monotonic s) it may be committed."""
        for row in rows:
            self._rows.setdefault(type(row), []).append(row)
            self._valid_until = min(self._valid_until, getattr(row, "valid_until", float("inf")))

    def set(self, model: type[models.Model], ids: Sequence[UUID], **values: Any) -> None:
        """Sets columns to one value in the rows of `model` with these ids, once a row.

        Raises `ValueError` for a row that is set already: of two UPDATEs of one row in a statement
        PostgreSQL silently does only one (its manual, 7.8.4).
        """
        before = {id_ for other, some, _ in self._updates if other is model for id_ in some}
        if not before.isdisjoint(ids):
            raise ValueError(f"a row of {model._meta.db_table} would be set twice")
        if ids:
            self._updates.append((model, ids, values))

    def fetch(self, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of a query under the tenant, in the transaction that the change will commit."""
        raw = _raw()
        if self._begun:
            return raw.execute(query.encode(), params, prepare=True, binary=True).fetchall()
        # One round trip: the transaction, its tenant and the first query travel together.
        with raw.pipeline():
            raw.execute(b"BEGIN")
            self._begun = True
            raw.execute(_SET_TENANTS, (_tenants_literal(self._tenants),))
            cursor = raw.execute(query.encode(), params, prepare=True, binary=True)
        return cursor.fetchall()

    def commit(self) -> None:
        """Writes everything in one statement; its own end commits it.

        What only inserts goes together with what other threads insert at this moment.
        """
        if self._rows and not self._updates and not self._begun and self._is_of_its_tenants():
            _TOGETHER.commit(self)
            return
        if self._rows or self._updates:
            self._write()
        if self._begun:
            _raw().execute(b"COMMIT")

    def _is_of_its_tenants(self) -> bool:
        # A foreign row must meet the policy of this change's tenants, not of its neighbours' too.
        return all(
            getattr(row, "tenant", None) in self._tenants
            for rows in self._rows.values()
            for row in rows
        )

    def _write(self, others: Sequence[Change] = ()) -> None:
        if time.monotonic() > min(one._valid_until for one in (self, *others)):
            raise LeaseExpired
        rows = self._rows
        tenants = self._tenants
        if others:
            rows, tenants = _joined([self, *others])
        made = statement(
            tuple(rows), tuple((model, tuple(values)) for model, _, values in self._updates)
        )
        updates = [[*values.values(), ids] for _, ids, values in self._updates]
        values = made.parameters(
            _tenants_literal(tenants), _NEIGHBOURS_WAIT if others else None, rows.values(), updates
        )
        # In autocommit one statement is one transaction: no BEGIN, no COMMIT on the wire.
        execute(_raw(), made.query, made.types, values)


def _joined(changes: Sequence[Change]) -> tuple[_Rows, Sequence[UUID]]:
    """All rows of `changes` by table, in an order of tables that is always the same."""
    tables = {model for one in changes for model in one._rows}
    rows = {
        model: [row for one in changes for row in one._rows.get(model, ())]
        for model in sorted(tables, key=lambda model: model._meta.db_table)
    }
    return rows, list({tenant for one in changes for tenant in one._tenants})


_TOGETHER: Together[Change] = Together(lambda changes: changes[0]._write(changes[1:]))


@contextmanager
def change(*tenants: UUID) -> Iterator[Change]:
    """A transaction of these tenants: what is added is written at the end, in one round trip.

    Raises `Unavailable` when the database does not answer, `StillRunning` when it waited too long
    for a twin of this request, and `psycopg.errors.IntegrityError` for the rooms to judge.
    """
    current = Change(tenants)
    try:
        yield current
        current.commit()
    except psycopg.errors.LockNotAvailable as error:
        _rollback()
        raise StillRunning from error
    except psycopg.OperationalError:
        _forget_connection()
        # No cause: a driver's message may quote what was sent.
        raise Unavailable from None
    except psycopg.IntegrityError:
        _rollback()
        raise
    except psycopg.Error as error:
        # A grant, a trigger, a table that is gone: without its ledger entry nothing is recorded.
        _rollback()
        _log.error("change refused", extra={"code": error.sqlstate})
        raise Unavailable from None
    except BaseException:
        _rollback()
        raise


Query = tuple[str, Sequence[Any]]
Rows = list[tuple[Any, ...]]


def ask(*queries: Query, tenants: Sequence[UUID] = ()) -> list[Rows]:
    """The rows of each query, under `tenants`, in a transaction of their own and one round trip.

    For reading, and for what harms nothing when it is done twice: a connection that died since its
    last use is opened anew and asked once more. Raises `Unavailable` when the database does not
    answer.
    """
    try:
        return _ask(queries, tenants)
    except Unavailable:
        return _ask(queries, tenants)


def _ask(queries: Sequence[Query], tenants: Sequence[UUID]) -> list[Rows]:
    try:
        raw = _raw()
        if len(queries) == 1 and not tenants:
            query, params = queries[0]
            return [fetch(raw, query, params)]
        with raw.pipeline():
            raw.execute(b"BEGIN")
            raw.execute(_SET_TENANTS, (_tenants_literal(tenants),))
            cursors = [
                raw.execute(query.encode(), params, prepare=True, binary=True)
                for query, params in queries
            ]
            raw.execute(b"COMMIT")
        return [cursor.fetchall() for cursor in cursors]
    except (psycopg.OperationalError, psycopg.InterfaceError):
        _forget_connection()
        # No cause: a driver's message may quote what was sent.
        raise Unavailable from None
    except BaseException:
        _rollback()
        raise


_SET_TENANTS = SET_TENANTS.format("%s").encode()


def in_transaction() -> bool:
    """Whether this thread's connection is inside a transaction."""
    raw = connection.connection
    return (
        raw is not None
        and not raw.closed
        and raw.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
    )


def _raw() -> psycopg.Connection[tuple[Any, ...]]:
    if connection.connection is None or connection.connection.closed:
        _forget_connection()
        try:
            connection.ensure_connection()
        except Exception:  # noqa: BLE001 - whatever keeps us from connecting, the answer is 503
            raise Unavailable from None
    raw: psycopg.Connection[tuple[Any, ...]] = connection.connection
    # Django turns preparing off; then `prepare=True` does nothing, and each statement is planned
    # anew, which costs more than running it.
    raw.prepare_threshold = 5
    return raw


def _forget_connection() -> None:
    connection.close()


def _tenants_literal(tenants: Sequence[UUID]) -> str:
    return "{" + ",".join(map(str, tenants)) + "}"


def _rollback() -> None:
    """Ends whatever transaction this thread is in, without a trace."""
    if in_transaction():
        # Not by psycopg, which would end all prepared statements with it (DEALLOCATE ALL).
        connection.connection.pgconn.exec_(b"ROLLBACK")
        if in_transaction():
            _forget_connection()
