"""Prepared statements of a connection: parsed and planned once, then only their values travel.

Comes in: SQL and values. Goes out: rows or nothing, or PostgreSQL's error as psycopg's.
Always holds: one round trip but for the first time on a connection.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

_Statement = tuple[bytes, tuple[int, ...]]

_names: WeakKeyDictionary[psycopg.Connection[Any], dict[_Statement, bytes]] = WeakKeyDictionary()


class ConnectionLost(psycopg.OperationalError):
    """The connection ended; whether the statement before was committed is unknown."""


def execute(
    raw: psycopg.Connection[Any],
    query: bytes,
    types: tuple[int, ...],
    values: Sequence[bytes | None],
) -> None:
    """Runs `query` (its values in binary form); raises psycopg's errors, or `ConnectionLost`."""
    _run(raw, (query, types), values, [Format.BINARY] * len(values))


def fetch(raw: psycopg.Connection[Any], query: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of `query`, with psycopg's placeholders and adapters but without its cursor."""
    adapter = Transformer(raw)
    values = adapter.dump_sequence(params, [PyFormat.AUTO] * len(params))
    statement = (_numbered(query), adapter.types or ())
    result = _run(raw, statement, values, adapter.formats or ())
    adapter.set_pgresult(result)
    return adapter.load_rows(0, result.ntuples, tuple)


def _run(
    raw: psycopg.Connection[Any],
    statement: _Statement,
    values: Sequence[Buffer | None],
    formats: Sequence[int],
) -> PGresult:
    names = _names.setdefault(raw, {})
    name = names.get(statement)
    if name is None:
        name = b"ours_%d" % len(names)
        _check(raw, raw.pgconn.prepare(name, *statement))
        names[statement] = name
    # Its types leave out None, which is NULL (psycopg.pq passes it on as such).
    known = cast(Sequence[bytes], values)
    try:
        return _check(raw, raw.pgconn.exec_prepared(name, known, formats, Format.BINARY))
    except psycopg.errors.InvalidSqlStatementName:
        # psycopg ends all prepared statements, also those that aren't its own, after a rollback.
        names.clear()
        if raw.pgconn.transaction_status != TransactionStatus.IDLE:
            raise psycopg.OperationalError(
                "the connection's prepared statements are gone"
            ) from None
        return _run(raw, statement, values, formats)


@functools.cache
def _numbered(query: str) -> bytes:
    numbers = itertools.count(1)
    return re.sub("%[sb]", lambda _: f"${next(numbers)}", query).replace("%%", "%").encode()


def _check(raw: psycopg.Connection[Any], result: PGresult) -> PGresult:
    if raw.pgconn.status != ConnStatus.OK:
        raise ConnectionLost
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise psycopg.errors.error_from_result(result)
    return result
