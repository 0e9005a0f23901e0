"""How to connect to the embedded server.

Comes in: the settings. Goes out: connection parameters. Always holds: the superuser is reached by
the operating system's word on who we are, so there is no superuser's password to lose.
"""

from __future__ import annotations

from urllib.parse import quote

from ecouvillon.config import Config


def superuser_conninfo(config: Config, dbname: str = "postgres") -> dict[str, str]:
    """psycopg connection parameters of the superuser, for set-up and tests only."""
    return {"host": _socket(config), "port": "5432", "user": "postgres", "dbname": dbname}


def environment(config: Config) -> dict[str, str]:
    """Environment variables for a child process that uses this server without keeping it.

    With the URLs the child neither starts nor stops the server: who started the child does.
    """
    host = quote(_socket(config), safe="")
    return {
        "ECOUVILLON_HOME": str(config.home),
        "ECOUVILLON_KEYS": str(config.keys),
        "ECOUVILLON_DATABASE_URL": f"postgresql://{host}:5432/ecouvillon",
        "ECOUVILLON_KEYSTORE_URL": f"postgresql://{host}:5432/ecouvillon_keystore",
    }


def _socket(config: Config) -> str:
    return str(config.home / "postgres" / "socket")
