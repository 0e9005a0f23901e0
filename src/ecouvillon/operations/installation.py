"""An installation, from nothing to two empty databases that only their roles can enter.

Comes in: the settings. Goes out: the installation's id, its secrets, the server (embedded, or the
one that the settings name), its roles and databases. Always holds: only `migrate` and `demo` come
here; what is there is kept, so coming twice changes nothing.
"""

from __future__ import annotations

import fcntl
import os
import uuid

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ecouvillon.config import Config, Role
from ecouvillon.errors import Misconfigured
from ecouvillon.operations import embedded, roles, secrets


def prepare(config: Config) -> None:
    """Bring the installation of `config` to where migrations can run, as often as you like.

    Raises `Misconfigured` when the settings don't suffice (the message says what to type) and
    `Unavailable` when the embedded server doesn't start.
    """
    create(config)
    with embedded.running(config):
        databases = ((False, _database(config, False)), (True, _database(config, True)))
        for key_store, name in databases:
            with _admin(config, key_store=key_store) as connection:
                roles.establish(connection, _passwords(config, key_store), config.installation_id)
                roles.open_database(connection, name, key_store=key_store)
            with _admin(config, key_store=key_store, dbname=name) as connection:
                roles.open_schema(connection, key_store=key_store)
        if embedded.needed(config):
            _close_the_rest(config)


def create(config: Config) -> None:
    """Make what needs no running server: `home`, the id, the secrets, the embedded server's files.

    Part of `prepare`; apart for those who start the embedded server their own way.
    """
    config.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = os.open(config.home, os.O_RDONLY)
    try:
        fcntl.flock(home, fcntl.LOCK_EX)  # two at once would make two ids
        if not (config.home / "installation").exists():
            secrets.write(config.home / "installation", f"{uuid.uuid4()}\n")
        secrets.make(config)
        if embedded.needed(config):
            embedded.create(config)
    finally:
        os.close(home)


def _passwords(config: Config, key_store: bool) -> dict[Role, str]:
    wanted = (role for role, grantee in roles.ROLES.items() if grantee.key_store == key_store)
    return {role: config.secret(role)["password"] for role in wanted}


def _database(config: Config, key_store: bool) -> str:
    return config.conninfo("keyowner" if key_store else "owner")["dbname"]


def _admin(
    config: Config, *, key_store: bool, dbname: str | None = None
) -> psycopg.Connection[tuple[object, ...]]:
    """A superuser's connection to the server of one of the two databases."""
    if embedded.needed(config):
        where = embedded.superuser_conninfo(config, dbname or "postgres")
        return psycopg.connect(make_conninfo(**where), autocommit=True)
    if config.admin_url is None:
        raise Misconfigured(
            "Set ECOUVILLON_ADMIN_URL to a superuser's URL of the PostgreSQL server, for "
            "`ecouvillon migrate` only: it makes the roles and databases."
        )
    asked = {k: str(v) for k, v in conninfo_to_dict(config.admin_url).items() if v is not None}
    asked |= _elsewhere(config) if key_store else {}
    asked |= {"dbname": dbname} if dbname else {}
    try:
        return psycopg.connect(make_conninfo(**asked), autocommit=True)
    except psycopg.OperationalError:
        raise Misconfigured(
            f"ECOUVILLON_ADMIN_URL can't connect to {asked.get('host', 'this machine')}. Where the "
            "key store is on another server, the same user and password must be a superuser there."
        ) from None


def _elsewhere(config: Config) -> dict[str, str]:
    """Where the key store's server is, if it isn't the main one (production wants it apart)."""
    main, other = config.conninfo("owner"), config.conninfo("keyowner")
    names = ("host", "hostaddr", "port")
    if all(main.get(name) == other.get(name) for name in names):
        return {}
    return {name: other[name] for name in names if name in other}


def _close_the_rest(config: Config) -> None:
    """Nobody but the superuser enters the databases that initdb made; the whole server is ours."""
    with _admin(config, key_store=False) as connection:
        connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
