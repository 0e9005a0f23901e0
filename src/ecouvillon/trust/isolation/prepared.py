"""Prepared statements of a connection: parsed and planned once, then only their values travel.

Comes in: SQL and values in binary form. Goes out: nothing, or PostgreSQL's error as psycopg's.
Always holds: one round trip but for the first time on a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

_names: WeakKeyDictionary[psycopg.Connection[Any], dict[bytes, bytes]] = WeakKeyDictionary()


def execute(
    raw: psycopg.Connection[Any],
    query: bytes,
    types: Sequence[int],
    values: Sequence[bytes | None],
) -> None:
    """Runs `query`; raises psycopg's errors, `OperationalError` when the connection is lost."""
    names = _names.setdefault(raw, {})
    name = names.get(query)
    if name is None:
        name = b"change_%d" % len(names)
        _check(raw, raw.pgconn.prepare(name, query, types))
        names[query] = name
    # Its types leave out None, which is NULL (psycopg.pq passes it on as such).
    known = cast(Sequence[bytes], values)
    try:
        _check(raw, raw.pgconn.exec_prepared(name, known, [Format.BINARY] * len(values)))
    except psycopg.errors.InvalidSqlStatementName:
        # psycopg ends all prepared statements, also those that aren't its own, after a rollback.
        names.clear()
        if raw.pgconn.transaction_status != TransactionStatus.IDLE:
            raise psycopg.OperationalError(
                "the connection's prepared statements are gone"
            ) from None
        execute(raw, query, types, values)


def _check(raw: psycopg.Connection[Any], result: PGresult) -> None:
    if raw.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError("the connection is lost")
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise psycopg.errors.error_from_result(result)
