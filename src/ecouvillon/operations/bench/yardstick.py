"""The yardstick: pgbench writes the rows of a request, as the web process's role, and nothing else.

Comes in: the rows that two requests wrote. Goes out: transactions a second. Always holds: one
INSERT per table, prepared statements, row-level security, the same server and number of clients.
What an index or a foreign key holds and differs between the two requests is new in each
transaction; everything else is as the first wrote it, so that making values costs the yardstick
nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from ecouvillon.config import Config
from ecouvillon.operations import embedded
from ecouvillon.operations.bench.capture import Column, Written
from ecouvillon.operations.bench.failure import BenchFailed

THREADS = 2
# Numbers of one measurement, of all its clients; a column of type integer holds 200 measurements.
NUMBERS = 10_000_000
MOST_CLIENTS = 64

_measurements = count(1)
_TPS = re.compile(r"^tps = ([0-9.]+) \(without initial connection time\)", re.MULTILINE)


def script(tenant: UUID, first: Sequence[Written], second: Sequence[Written]) -> str:
    """The transaction of pgbench that writes what `first` holds; `second` says what varies."""
    values = [_values(a, b) for a, b in zip(first, second, strict=True)]
    shared = _shared(values)
    made = "".join(f", gen_random_uuid() AS {name}" for name in shared.values())
    lines = [
        r"\set n :n + 1",
        rf"\set number :base + :n * {MOST_CLIENTS} + :client_id",
        "BEGIN;",
        f"SELECT set_config('ecouvillon.tenants', '{{{tenant}}}', true) AS tenants{made} \\gset",
        *(_insert(table, rows, shared) for table, rows in zip(first, values, strict=True)),
        "COMMIT;",
    ]
    return "\n".join(lines) + "\n"


# A value and whether it must be new in each transaction.
_Value = tuple[Any, bool]


def _values(first: Written, second: Written) -> list[list[_Value]]:
    if (first.table, len(first.rows)) != (second.table, len(second.rows)):
        raise BenchFailed(f"two equal requests wrote different rows to {first.table}")
    return [
        [(x, column.keyed and x != y) for column, x, y in zip(first.columns, a, b, strict=True)]
        for a, b in zip(first.rows, second.rows, strict=True)
    ]


def _shared(tables: list[list[list[_Value]]]) -> dict[UUID, str]:
    """Names for new ids that stand in more than one place, such as the screening's."""
    seen = Counter(
        value
        for rows in tables
        for row in rows
        for value, new in row
        if new and isinstance(value, UUID)
    )
    return {
        value: f"id{number}"
        for number, value in enumerate(value for value, times in seen.items() if times > 1)
    }


def _insert(table: Written, rows: list[list[_Value]], shared: dict[UUID, str]) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    written = ", ".join(
        "("
        + ", ".join(
            _expression(column, value, new, shared)
            for column, (value, new) in zip(table.columns, row, strict=True)
        )
        + ")"
        for row in rows
    )
    return f'INSERT INTO "{table.table}" ({columns}) VALUES {written};'  # noqa: S608 - our own rows


def _expression(column: Column, value: Any, new: bool, shared: dict[UUID, str]) -> str:
    if not new:
        return _literal(column, value)
    match value:
        case UUID() if value in shared:
            return f":{shared[value]}::uuid"
        case UUID():
            return "gen_random_uuid()"
        case bytes() if len(value) == 32:  # noqa: PLR2004 - the length of a MAC or a hash
            return "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())"
        case int():
            return ":number"
        case datetime():
            return "now()"
    raise BenchFailed(f"the yardstick can't make new values of column {column.name}")


def _literal(column: Column, value: Any) -> str:
    if value is None:
        return "NULL"
    text = "\\x" + value.hex() if isinstance(value, bytes) else str(value)
    return "'" + text.replace("'", "''") + f"'::{column.type}"


def transactions(config: Config, transaction: str, clients: int, seconds: int) -> float:
    """Transactions a second of `clients` for `seconds`; raises `BenchFailed` when one fails."""
    web = config.conninfo("web")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(transaction)
        file.flush()
        done = subprocess.run(  # noqa: S603 - a program of the server's own wheel
            [
                *[str(embedded.bin("pgbench")), "--no-vacuum", "--protocol=prepared"],
                *["-c", str(clients), "-j", str(THREADS), "-T", str(seconds), "-f", file.name],
                *["-D", "n=0", "-D", f"base={next(_measurements) * NUMBERS}"],
                *["-h", web["host"], "-p", "5432", "-U", web["user"], web["dbname"]],
            ],
            env=os.environ | {"PGPASSWORD": web["password"]},
            capture_output=True,
            text=True,
            check=False,
        )
    found = _TPS.search(done.stdout)
    if done.returncode != 0 or found is None:
        raise BenchFailed(f"pgbench failed: {done.stderr.strip()[-300:]}")
    return float(found[1])
