"""The mark of a database that was the demo's from its beginning.

Comes in: the settings of an embedded installation. Goes out: whether the database is the demo's.
Always holds: a database in which anybody was ever set up is not marked afterwards, so that no real
pharmacy's database gets the demo's door; only a superuser, which no process that serves is, can
write the mark.
"""

from __future__ import annotations

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ecouvillon.config import Config
from ecouvillon.operations import embedded
from ecouvillon.trust.isolation.change import ask

WORDS = "ecouvillon demo: invented people only"
_USED = "SELECT EXISTS (SELECT FROM pharmacy) OR EXISTS (SELECT FROM person)"
_MARK = """
SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()
"""


def mark_if_unused(config: Config, database: str = "ecouvillon") -> None:
    """Mark a database of the embedded server, if nobody was ever set up in it."""
    where = make_conninfo(**embedded.superuser_conninfo(config, database))
    with psycopg.connect(where) as connection:
        if connection.execute(_USED).fetchone() == (False,):
            connection.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database), WORDS)
            )


def is_marked() -> bool:
    """Whether Django's database is the demo's; raises `Unavailable`."""
    (rows,) = ask((_MARK, ()))
    return rows == [(WORDS,)]
