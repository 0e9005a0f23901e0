"""Reads and writes the key store's rows, as the role `keys`; every write is one statement.

Comes in: wrapped keys, openings, ids. Goes out: rows, or `errors.Unavailable`, or a typed refusal.
Always holds: when a call returns, what it wrote is on disk; when it raises, it wrote nothing, or
(the connection broke at the commit) something that harms nobody: unused keys, an unused opening.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection, errors
from psycopg_pool import ConnectionPool, PoolTimeout

from ecouvillon.errors import Misconfigured, Unavailable
from ecouvillon.trust.keys.refusals import KeyRefused, Refusal

# A caller waits 5 s for an answer: a store that is down or locked says so sooner.
_OPTIONS = "-c synchronous_commit=on -c statement_timeout=4000"
_SHRED_LOCK = 0x73687264


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A document key as it is stored."""

    id: UUID
    tenant: UUID
    kind: str
    wrapped: bytes
    master: str


@dataclass(frozen=True, slots=True)
class Opening:
    """One reading of one document: the ledger entry and this row have the same `id`."""

    id: UUID
    key_id: UUID
    tenant: UUID
    kind: str


class KeyStore:
    """The key store's rows; safe to use from several threads, works again when its server does."""

    def __init__(self, conninfo: dict[str, str]) -> None:
        self._pool: ConnectionPool[Connection[Any]] = ConnectionPool(
            kwargs={**conninfo, "autocommit": True, "options": _OPTIONS, "connect_timeout": "2"},
            min_size=1,
            max_size=8,
            timeout=2,
            reconnect_timeout=1,
            check=ConnectionPool.check_connection,
            name="key-store",
            open=True,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout):
            raise Unavailable("The key store's database does not answer.") from None
        except errors.UndefinedTable:
            raise Misconfigured(
                "The key store has no tables yet: type `ecouvillon migrate`."
            ) from None

    def masters(self) -> set[str]:
        """The names of the masters that this store has been used with."""
        with self._connection() as connection:
            return {name for (name,) in connection.execute("SELECT name FROM master")}

    def register(self, master: str) -> None:
        """Remember that keys may be wrapped under `master` from now on."""
        with self._connection() as connection:
            connection.execute(
                "INSERT INTO master (name) VALUES (%s) ON CONFLICT (name) DO NOTHING", [master]
            )

    def add(
        self, lease: UUID, tenant: UUID, caller: str, seconds: int, keys: Sequence[WrappedKey]
    ) -> None:
        """Store a lease of `seconds` and its keys, which are all of `tenant`."""
        with self._connection() as connection:
            connection.execute(
                "WITH leased AS (INSERT INTO lease (id, tenant, caller, expires_at)"
                " VALUES (%b, %b, %b, now() + %b * interval '1 second'))"
                "INSERT INTO wrapped_key (id, tenant, kind, wrapped, master, lease)"
                " SELECT id, %b, kind, wrapped, master, %b"
                " FROM unnest(%b::uuid[], %b::text[], %b::bytea[], %b::text[])"
                " AS fresh (id, kind, wrapped, master)",
                [
                    *[lease, tenant, caller, seconds, tenant, lease],
                    [key.id for key in keys],
                    [key.kind for key in keys],
                    [key.wrapped for key in keys],
                    [key.master for key in keys],
                ],
            )

    def find(self, ids: Sequence[UUID]) -> dict[UUID, WrappedKey]:
        """The keys that exist of `ids`."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, tenant, kind, wrapped, master FROM wrapped_key"
                " WHERE id = ANY(%b::uuid[])",
                [list(ids)],
                binary=True,
            )
            return {row[0]: WrappedKey(*row) for row in rows}

    def record(self, openings: Sequence[Opening], purpose: str, caller: str) -> None:
        """Record openings, all or none; raises `KeyRefused` when an opening id was used before."""
        with self._connection() as connection:
            try:
                connection.execute(
                    "INSERT INTO opening (id, key_id, tenant, kind, purpose, caller)"
                    " SELECT opened.*, %b, %b"
                    " FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::text[]) AS opened",
                    [
                        *[purpose, caller],
                        [opening.id for opening in openings],
                        [opening.key_id for opening in openings],
                        [opening.tenant for opening in openings],
                        [opening.kind for opening in openings],
                    ],
                )
            except errors.UniqueViolation:
                raise KeyRefused(Refusal.OPENING_REUSED) from None

    def confirm(self, ids: Sequence[UUID]) -> int:
        """Mark keys as used for good; returns how many were not marked before."""
        with self._connection() as connection:
            return connection.execute(
                "UPDATE wrapped_key SET confirmed_at = now()"
                " WHERE id = ANY(%b::uuid[]) AND confirmed_at IS NULL",
                [list(ids)],
            ).rowcount

    def sweep(self, confirmed_until: float) -> int:
        """Delete what was leased and never used; returns how many keys.

        A lease is over when it expired more than 24 h ago and before `confirmed_until` (Unix
        seconds): a worker that was down for days must not make us take used keys for unused ones.
        """
        with self._connection() as connection:
            return connection.execute(
                "WITH over AS (DELETE FROM lease WHERE expires_at"
                " < least(now() - interval '24 hours', to_timestamp(%b)) RETURNING id),"
                " gone AS (DELETE FROM wrapped_key USING over"
                " WHERE wrapped_key.lease = over.id AND confirmed_at IS NULL"
                " RETURNING wrapped_key.id, tenant, kind)"
                "INSERT INTO destroyed_key (id, tenant, kind, caller)"
                " SELECT id, tenant, kind, 'sweep' FROM gone",
                [confirmed_until],
            ).rowcount

    def shred(self, ids: Sequence[UUID], caller: str, a_minute: int | None) -> int:
        """Delete keys for good; returns how many there were.

        Raises `KeyRefused` when the caller would delete more than `a_minute` in 60 s; the lock
        makes the count true for calls that come together, and the rows keep it over a restart.
        """
        with self._connection() as connection, connection.transaction():
            if a_minute is not None:
                connection.execute("SELECT pg_advisory_xact_lock(%b)", [_SHRED_LOCK])
            gone = connection.execute(
                "WITH gone AS (DELETE FROM wrapped_key WHERE id = ANY(%b::uuid[])"
                " RETURNING id, tenant, kind)"
                "INSERT INTO destroyed_key (id, tenant, kind, caller)"
                " SELECT id, tenant, kind, %b FROM gone",
                [list(ids), caller],
            ).rowcount
            if a_minute is not None and _destroyed_lately(connection, caller) > a_minute:
                raise KeyRefused(Refusal.TOO_MANY)
            return gone

    def count(self) -> list[tuple[str, str, int]]:
        """How many keys there are: kind, master, number."""
        with self._connection() as connection:
            return connection.execute(
                "SELECT kind, master, count(*) FROM wrapped_key GROUP BY 1, 2 ORDER BY 1, 2"
            ).fetchall()


def _destroyed_lately(connection: Connection[Any], caller: str) -> int:
    row = connection.execute(
        "SELECT count(*) FROM destroyed_key WHERE caller = %b AND at > now() - interval '1 minute'",
        [caller],
    ).fetchone()
    return int(row[0]) if row else 0
