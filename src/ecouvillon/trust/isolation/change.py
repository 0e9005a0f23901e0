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

import functools
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection, models

from ecouvillon.errors import StillRunning, Unavailable


class LeaseExpired(Unavailable):
    """A row was sealed with a key whose lease ended before the commit: seal again."""


class Change:
    """What one transaction will write; made by `change`, filled by the rooms."""

    def __init__(self, tenants: Sequence[UUID]) -> None:
        self._tenants = _tenants_literal(tenants)
        self._rows: dict[type[models.Model], list[models.Model]] = {}
        self._updates: list[tuple[type[models.Model], Sequence[UUID], dict[str, Any]]] = []
        self._valid_until = float("inf")
        self._begun = False

    def add(self, rows: Iterable[models.Model]) -> None:
        """Adds rows to be inserted. A row may say until when (monotonic s) it may be committed."""
        for row in rows:
            self._rows.setdefault(type(row), []).append(row)
            self._valid_until = min(self._valid_until, getattr(row, "valid_until", float("inf")))

    def set(self, model: type[models.Model], ids: Sequence[UUID], **values: Any) -> None:
        """Sets columns to one value in the rows of `model` with these ids."""
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
            raw.execute(_SET_TENANTS, (self._tenants,))
            cursor = raw.execute(query.encode(), params, prepare=True, binary=True)
        return cursor.fetchall()

    def commit(self) -> None:
        """Writes everything in one statement; its own end commits it."""
        if time.monotonic() > self._valid_until:
            raise LeaseExpired
        if not self._rows and not self._updates:
            if self._begun:
                _raw().execute(b"COMMIT")
            return
        query, params = self._statement()
        raw = _raw()
        if not self._begun:
            # In autocommit one statement is one transaction: no BEGIN, no COMMIT on the wire.
            raw.execute(query, params, prepare=True)
            return
        with raw.pipeline():
            raw.execute(query, params, prepare=True)
            raw.execute(b"COMMIT")

    def _statement(self) -> tuple[bytes, list[Any]]:
        parts = [b"WITH scope AS MATERIALIZED (" + _SET_TENANTS + b")"]
        params: list[Any] = [self._tenants]
        for number, (model, rows) in enumerate(self._rows.items()):
            insert, attributes = _insert(model)
            parts.append(b"i%d AS (%s)" % (number, insert))
            params += [[getattr(row, name) for row in rows] for name in attributes]
        for number, (model, ids, values) in enumerate(self._updates):
            parts.append(b"u%d AS (%s)" % (number, _update(model, tuple(values))))
            params += [*values.values(), list(ids)]
        return b", ".join(parts) + b" SELECT FROM scope", params


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
            return [raw.execute(query.encode(), params, prepare=True, binary=True).fetchall()]
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


_SET_TENANTS = b"SELECT set_config('ecouvillon.tenants', %s, true)"


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
    return raw


def _forget_connection() -> None:
    connection.close()


def _tenants_literal(tenants: Sequence[UUID]) -> str:
    return "{" + ",".join(map(str, tenants)) + "}"


@functools.cache
def _insert(model: type[models.Model]) -> tuple[bytes, tuple[str, ...]]:
    """The INSERT of any number of rows of `model`, and the attributes that it takes, in order."""
    fields = [f for f in model._meta.concrete_fields if f.column and not f.has_db_default()]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    arrays = ", ".join(f"%b::{_type(f)}[]" for f in fields)
    # Joined with `scope`, so that the tenant is set before the first row is made and checked.
    sql = f'INSERT INTO "{model._meta.db_table}" ({columns})'
    sql += f" SELECT r.* FROM scope, unnest({arrays}) AS r"  # noqa: S608 - our models' names
    return sql.encode(), tuple(f.attname for f in fields)


@functools.cache
def _update(model: type[models.Model], names: tuple[str, ...]) -> bytes:
    fields = [f for name in names for f in model._meta.concrete_fields if f.name == name]
    values = ", ".join(f'"{f.column}" = %s::{_type(f)}' for f in fields)
    within = any(f.column == "tenant" for f in model._meta.concrete_fields)
    sql = f'UPDATE "{model._meta.db_table}" SET {values} FROM scope WHERE id = ANY (%b::uuid[])'  # noqa: S608
    return (sql + (" AND tenant = ANY (tenants())" if within else "")).encode()


def _type(field: Any) -> str:
    return str(field.db_type(connection)).split("(")[0]


def _rollback() -> None:
    """Ends whatever transaction this thread is in, without a trace."""
    if in_transaction():
        connection.connection.execute(b"ROLLBACK")
