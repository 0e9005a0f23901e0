"""The roles and databases of an installation, as PostgreSQL enforces them.

Comes in: a superuser's connection and a password per role. Goes out: roles and databases, made or
brought to what stands here. Always holds: no application role is a superuser, may make roles or
databases, or bypasses row-level security (`backup` alone does); nobody connects to a database that
isn't named here for them, so that `web` never reaches the key store and `keys` never the records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from ecouvillon.config import Role
from ecouvillon.errors import Misconfigured

# Any number that nobody else uses: two `migrate` at once would alter the same rows.
_LOCK = 0x0E_C0_05_11


@dataclass(frozen=True, slots=True)
class Grantee:
    """One role: in which of the two databases it works, and its limits (PostgreSQL settings)."""

    key_store: bool = False
    bypasses: bool = False
    limits: Mapping[str, str] = field(default_factory=dict)

    @property
    def attributes(self) -> str:
        """What ALTER ROLE sets, each attribute said so that a changed one is set back."""
        bypass = "BYPASSRLS" if self.bypasses else "NOBYPASSRLS"
        return f"LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT {bypass}"


def _limits(lock: str, statement: str, idle: str) -> dict[str, str]:
    return {
        "lock_timeout": lock,
        "statement_timeout": statement,
        "idle_in_transaction_session_timeout": idle,
    }


# A migration that waits for a lock keeps everybody behind it waiting: it gives up and is run again.
_MIGRATION = {"lock_timeout": "10s"}

ROLES: Mapping[Role, Grantee] = {
    "owner": Grantee(limits=_MIGRATION),
    "web": Grantee(limits=_limits("5s", "30s", "30s")),
    "worker": Grantee(limits=_limits("5s", "5min", "60s")),
    "operator": Grantee(limits=_limits("5s", "60s", "60s")),
    "auditor": Grantee(limits={"lock_timeout": "5s"}),
    "backup": Grantee(bypasses=True),
    "keyowner": Grantee(key_store=True, limits=_MIGRATION),
    "keys": Grantee(key_store=True, limits=_limits("5s", "30s", "30s")),
}


def establish(
    connection: psycopg.Connection,
    passwords: Mapping[Role, str],
    installation: str,
) -> None:
    """Make the roles named in `passwords`, or bring them to what stands here, in one transaction.

    Raises `Misconfigured` when the server's roles belong to another installation: its processes
    would lose their passwords.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        for role, password in passwords.items():
            _refuse_other_installation(connection, role, installation)
            _make_role(connection, role, password, installation)


def open_database(
    connection: psycopg.Connection, name: str, *, key_store: bool, template: str = "template0"
) -> None:
    """Make the database unless it is there, owned by its owner and closed to all but its roles.

    `connection` is in autocommit. A copy of a `template` has none of its grants on the database
    itself, so tests that clone one come here too.
    """
    owner = _full("keyowner" if key_store else "owner")
    database = sql.Identifier(name)
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    if known is None:
        make = sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE {}")
        connection.execute(make.format(database, owner, sql.Identifier(template)))
    close = sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC")
    connection.execute(close.format(database))
    admit = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
    connection.execute(admit.format(database, _roles_of(key_store=key_store)))


def open_schema(connection: psycopg.Connection, *, key_store: bool) -> None:
    """Let the owner of the connected database make tables in it, and its other roles use them."""
    owner = _full("keyowner" if key_store else "owner")
    connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    everybody = _roles_of(key_store=key_store)
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(everybody))
    connection.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(owner))


def _full(role: Role) -> sql.Identifier:
    return sql.Identifier(f"ecouvillon_{role}")


def _roles_of(*, key_store: bool) -> sql.Composed:
    return sql.SQL(", ").join(_full(r) for r, g in ROLES.items() if g.key_store == key_store)


def _refuse_other_installation(
    connection: psycopg.Connection, role: Role, installation: str
) -> None:
    found = connection.execute(
        "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s",
        (f"ecouvillon_{role}",),
    ).fetchone()
    if found is not None and found[0] != _mark(installation):
        raise Misconfigured(
            f"The role ecouvillon_{role} of this PostgreSQL server belongs to another "
            "installation. Use that installation's ECOUVILLON_HOME and ECOUVILLON_KEYS, or another "
            f"server. If that installation is no more: COMMENT ON ROLE ecouvillon_{role} IS "
            f"'{_mark(installation)}'."
        )


def _mark(installation: str) -> str:
    return f"Écouvillon installation {installation}"


def _make_role(
    connection: psycopg.Connection, role: Role, password: str, installation: str
) -> None:
    name = _full(role)
    grantee = ROLES[role]
    full = f"ecouvillon_{role}"
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (full,)).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {}").format(name))
    # The verifier is made here (RFC 5803): the password itself never reaches a server's log.
    verifier = connection.pgconn.encrypt_password(
        password.encode(), full.encode(), b"scram-sha-256"
    ).decode()
    alter = sql.SQL("ALTER ROLE {} WITH {} PASSWORD {}")
    connection.execute(alter.format(name, sql.SQL(grantee.attributes), sql.Literal(verifier)))
    connection.execute(sql.SQL("ALTER ROLE {} RESET ALL").format(name))
    for setting, value in grantee.limits.items():
        limit = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(limit.format(name, sql.Identifier(setting), sql.Literal(value)))
    comment = sql.SQL("COMMENT ON ROLE {} IS {}")
    connection.execute(comment.format(name, sql.Literal(_mark(installation))))
