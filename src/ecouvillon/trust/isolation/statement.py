"""The one statement of a change: which SQL a set of rows and updates is, and its values as sent.

Comes in: model classes, and rows of them. Goes out: a `Statement`, made once per shape (which
tables and columns, whatever the number of rows), and its parameters in PostgreSQL's binary format.
Always holds: a column is one parameter, an array, so that one row and a thousand are the same
statement.

psycopg's cursors would parse a query of more than 50 parameters anew each time and look up an
adapter for every value; that took as long as half of PostgreSQL's work (docs/performance.md).
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection, models

SET_TENANTS = "SELECT set_config('ecouvillon.tenants', {}, true)"
_SET_LOCK_TIMEOUT = (
    "set_config('lock_timeout', coalesce({}, current_setting('lock_timeout')), true)"
)

Model = type[models.Model]
Encode = Callable[[Any], bytes | None]

# Header of a one-dimensional array and length of an element (PostgreSQL, array_send).
_HEADER = struct.Struct("!iiIii").pack
_LENGTH = struct.Struct("!i").pack
_NULL = _LENGTH(-1)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with numbered parameters, their types, and how to write each."""

    query: bytes
    types: tuple[int, ...]
    columns: tuple[tuple[tuple[str, Encode], ...], ...]
    updates: tuple[tuple[Encode, ...], ...]

    def parameters(
        self,
        tenants: str,
        lock_timeout: str | None,
        rows: Iterable[Sequence[models.Model]],
        updates: Iterable[Sequence[Any]],
    ) -> list[bytes | None]:
        """The values: of `tenants`, of each table's rows, and of each update with its ids last.

        `lock_timeout` (a PostgreSQL duration) is for this statement; None keeps the role's.
        """
        values: list[bytes | None] = [
            tenants.encode(),
            None if lock_timeout is None else lock_timeout.encode(),
        ]
        for columns, some in zip(self.columns, rows, strict=True):
            values += [encode([getattr(row, name) for row in some]) for name, encode in columns]
        for encoders, given in zip(self.updates, updates, strict=True):
            values += [encode(value) for encode, value in zip(encoders, given, strict=True)]
        return values


@functools.cache
def statement(
    tables: tuple[Model, ...], updates: tuple[tuple[Model, tuple[str, ...]], ...]
) -> Statement:
    """The statement that inserts into `tables` and updates columns of others, tenant set first."""
    types = [psycopg.postgres.types["text"].oid] * 2
    settings = f"{SET_TENANTS.format('$1')}, {_SET_LOCK_TIMEOUT.format('$2')}"
    parts = [f"WITH scope AS MATERIALIZED ({settings})"]

    def parameter(type_name: str, *, array: bool) -> str:
        info = psycopg.postgres.types[type_name]
        types.append(info.array_oid if array else info.oid)
        return f"${len(types)}"

    columns = []
    for number, model in enumerate(tables):
        fields = [f for f in model._meta.concrete_fields if f.column and not f.has_db_default()]
        names = ", ".join(f'"{f.column}"' for f in fields)
        arrays = ", ".join(parameter(_type(f), array=True) for f in fields)
        # Joined with `scope`, so that the tenant is set before the first row is made and checked.
        insert = f'INSERT INTO "{model._meta.db_table}" ({names})'
        insert += f" SELECT r.* FROM scope, unnest({arrays}) AS r"  # noqa: S608 - our models' names
        parts.append(f"i{number} AS ({insert})")
        columns.append(tuple((f.attname, _array(_type(f))) for f in fields))
    encoders = []
    for number, (model, changed) in enumerate(updates):
        concrete = {f.name: f for f in model._meta.concrete_fields}
        fields = [concrete[name] for name in changed]
        values = ", ".join(f'"{f.column}" = {parameter(_type(f), array=False)}' for f in fields)
        ids = parameter("uuid", array=True)
        update = f'UPDATE "{model._meta.db_table}" SET {values} FROM scope WHERE id = ANY ({ids})'  # noqa: S608
        update += " AND tenant = ANY (tenants())" if "tenant" in concrete else ""
        parts.append(f"u{number} AS ({update})")
        encoders.append((*(_scalar(_type(f)) for f in fields), _array("uuid")))
    query = ", ".join(parts) + " SELECT FROM scope"
    return Statement(query.encode(), tuple(types), tuple(columns), tuple(encoders))


def _type(field: Any) -> str:
    return str(field.db_type(connection)).split("(")[0]


@functools.cache
def _element(type_name: str) -> Callable[[Any], Any]:
    oid = psycopg.postgres.types[type_name].oid
    return psycopg.adapters.get_dumper_by_oid(oid, psycopg.pq.Format.BINARY)(object).dump


@functools.cache
def _scalar(type_name: str) -> Encode:
    element = _element(type_name)
    return lambda value: None if value is None else bytes(element(value))


@functools.cache
def _array(type_name: str) -> Encode:
    element, oid = _element(type_name), psycopg.postgres.types[type_name].oid

    def encode(values: Sequence[Any]) -> bytes:
        parts = [b""]
        for value in values:
            if value is None:
                parts.append(_NULL)
            else:
                binary = element(value)
                parts += (_LENGTH(len(binary)), binary)
        parts[0] = _HEADER(1, _NULL in parts, oid, len(values), 1)
        return b"".join(parts)

    return encode
