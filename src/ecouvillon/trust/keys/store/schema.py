"""Brings the key store's tables up to date from the numbered SQL files beside this module.

Comes in: a connection as `keyowner`. Goes out: the names of the files that were applied now.
Always holds: all or nothing, each file once, in the order of its number, also when two run at once.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

from psycopg import Connection

# Any constant: it only has to be the same for two migrations of one key store.
_MIGRATION_LOCK = 0x6B657973


def migrate(connection: Connection[Any]) -> list[str]:
    """Apply what is missing; an up-to-date key store is left as it is."""
    files = sorted(
        (f for f in resources.files(__package__).iterdir() if f.name.endswith(".sql")),
        key=lambda f: f.name,
    )
    applied = []
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MIGRATION_LOCK])
        connection.execute(
            "CREATE TABLE IF NOT EXISTS key_store_migration ("
            "name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"
        )
        done = {name for (name,) in connection.execute("SELECT name FROM key_store_migration")}
        for file in files:
            if file.name in done:
                continue
            connection.execute(file.read_text(encoding="utf-8").encode())
            connection.execute("INSERT INTO key_store_migration VALUES (%s)", [file.name])
            applied.append(file.name)
    return applied
