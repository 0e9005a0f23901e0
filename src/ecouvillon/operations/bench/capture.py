"""What one request wrote: the rows of its transaction, found by its transaction number.

Comes in: a screening that was just recorded. Goes out: its rows, table by table, parents first.
Always holds: nothing is listed by hand, so that a table or a column more is in the yardstick too.
"""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ecouvillon.config import Config
from ecouvillon.operations import embedded


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a request gives a value; `keyed` where an index or a foreign key holds it."""

    name: str
    type: str
    keyed: bool


@dataclass(frozen=True, slots=True)
class Written:
    """The rows of one table that one transaction wrote."""

    table: str
    columns: list[Column]
    rows: list[tuple[Any, ...]]


def written(config: Config, screening: UUID) -> list[Written]:
    """The rows that came with this screening, in an order that foreign keys allow."""
    where = embedded.superuser_conninfo(config, config.conninfo("web")["dbname"])
    with psycopg.connect(make_conninfo(**where)) as connection:
        found = connection.execute(
            "SELECT xmin::text FROM screening WHERE id = %s", [screening]
        ).fetchone()
        assert found is not None  # noqa: S101 - the API has just said so
        tables = [_written(connection, table, found[0]) for table in _tables(connection)]
    return [table for table in tables if table.rows]


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    parents: dict[str, set[str]] = {
        table: set()
        for (table,) in connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
    }
    for child, parent in connection.execute(
        "SELECT c.relname, p.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
        " JOIN pg_class p ON p.oid = k.confrelid WHERE k.contype = 'f'"
        " AND k.connamespace = 'public'::regnamespace AND c.oid <> p.oid"
    ):
        parents[child].add(parent)
    return list(TopologicalSorter(parents).static_order())


# What has a default is left to it, as a change does.
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL),
  EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey))
  OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'f'
             AND a.attnum = ANY (k.conkey))
FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
  AND NOT a.atthasdef AND a.attidentity = ''
ORDER BY a.attnum
"""


def _written(connection: psycopg.Connection[Any], table: str, transaction: str) -> Written:
    columns = [Column(*row) for row in connection.execute(_COLUMNS, [f'public."{table}"'])]
    rows = connection.execute(
        sql.SQL("SELECT {} FROM {} WHERE xmin = %s::xid ORDER BY ctid").format(
            sql.SQL(", ").join(sql.Identifier(column.name) for column in columns) or sql.SQL("1"),
            sql.Identifier(table),
        ),
        [transaction],
    ).fetchall()
    return Written(table, columns, rows)
