"""Steal the database: dump it as a superuser does, and look for the patient in it.

Comes in: an installation with its embedded server running. Goes out: what was found, and a glimpse
of what a thief sees. Always holds: the dump stays in memory; what must be found (the pharmacy's
name, which is no secret) proves that the search can find.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import make_conninfo

from ecouvillon.config import Config
from ecouvillon.operations import canaries, embedded
from ecouvillon.operations.demo.failure import StepFailed


@dataclass(frozen=True, slots=True)
class Loot:
    """What a thief carries off."""

    dump: bytes

    def hits(self, wanted: Mapping[str, str | bytes]) -> list[str]:
        """Which of these values are in it, and how they are written there."""
        return canaries.search(self.dump, canaries.needles(wanted))

    def rows(self, table: str, record: str) -> list[list[str]]:
        """Rows of `table` that name `record`, their columns as they stand in the dump."""
        _, _, rest = self.dump.partition(f"COPY public.{table} ".encode())
        _, _, rows = rest.partition(b"\n")
        every = rows.partition(b"\n\\.\n")[0].decode().split("\n")
        return [row.split("\t") for row in every if record in row.split("\t")]


def steal(config: Config) -> Loot:
    """Dump the main database; raises `StepFailed` when that can't be done."""
    where = embedded.superuser_conninfo(config, "ecouvillon")
    command = (
        str(embedded.bin("pg_dump")),
        *("--host", where["host"], "--port", where["port"]),
        *("--username", where["user"], "--dbname", where["dbname"]),
    )
    done = subprocess.run(  # noqa: S603 - a program of the wheel
        command, capture_output=True, env={"PATH": os.defpath, "LC_ALL": "C"}, check=False
    )
    if done.returncode != 0:
        raise StepFailed("the database could not be dumped")
    return Loot(done.stdout)


def held(config: Config, screening: str) -> list[tuple[str, int, str]]:
    """The sealed documents of a screening as the database holds them: kind, bytes, first bytes."""
    where = make_conninfo(**embedded.superuser_conninfo(config, "ecouvillon"))
    with psycopg.connect(where) as connection:
        return connection.execute(
            "SELECT kind, length(body), encode(substr(body, 1, 24), 'hex') FROM vault_document"
            " WHERE record = %s ORDER BY kind",
            (screening,),
        ).fetchall()


def audited(config: Config, tenant: str, screening: str) -> list[tuple[str, str]]:
    """The ledger's entries on a screening, read as an auditor: who did what."""
    with psycopg.connect(make_conninfo(**config.conninfo("auditor"))) as connection:
        connection.execute("SELECT set_config('ecouvillon.tenants', %s, true)", (f"{{{tenant}}}",))
        return connection.execute(
            "SELECT actor_kind, concat_ws(' for ', action, purpose) FROM ledger_entry"
            " WHERE record = %s ORDER BY at",
            (screening,),
        ).fetchall()
