"""Checking an installation: each thing that is wrong is named with its mend.

Comes in: the settings and what answers. Goes out: findings; none when all is well. `production`
adds what only a real installation needs and what the embedded mode can't give.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core import checks as django_checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from psycopg.conninfo import conninfo_to_dict

from ecouvillon.config import Config
from ecouvillon.errors import EcouvillonError
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.keys.client import client


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: what it is, and what to do about it."""

    code: str
    what: str
    mend: str


def findings(config: Config, *, production: bool) -> list[Finding]:
    """All that is wrong with this installation."""
    found = [*_django(), *_database(), *_keys(), *_files(config)]
    if production:
        found += [*_web(config), *_separation(config), *_hosting(config)]
    return found


def _django() -> Iterator[Finding]:
    for message in django_checks.run_checks():
        if message.level >= django_checks.WARNING:
            yield Finding(
                str(message.id), str(message.msg), str(message.hint or "See its message.")
            )


_DURABILITY = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
# A failing statement would write its values to the server's log (security.md, section 1).
_SILENCE = {"log_parameter_max_length_on_error": "0", "log_min_error_statement": "panic"}
_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)"
_ROLE = """
SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole
FROM pg_roles WHERE rolname = current_user
"""


def _database() -> Iterator[Finding]:
    wanted = _DURABILITY | _SILENCE
    try:
        settings, role = ask((_SETTINGS, (list(wanted),)), (_ROLE, ()))
    except EcouvillonError:
        yield Finding(
            "database",
            "The database does not answer.",
            "Start it, or mend ECOUVILLON_DATABASE_URL.",
        )
        return
    for name, value in settings:
        if value != wanted[name]:
            yield Finding(
                f"postgresql.{name}",
                f"PostgreSQL has {name} = {value}.",
                f"Set {name} = {wanted[name]} in postgresql.conf and reload.",
            )
    if role[0][0]:
        yield Finding(
            "role",
            "This role may do more than its work.",
            "Type `ecouvillon migrate`: it takes superuser and BYPASSRLS away.",
        )
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Finding("migrations", "Migrations are missing.", "Type `ecouvillon migrate`.")


def _keys() -> Iterator[Finding]:
    try:
        client().status()
    except EcouvillonError:
        yield Finding(
            "keys", "The key service does not answer.", "Start it: `ecouvillon keys serve`."
        )


def _files(config: Config) -> Iterator[Finding]:
    for folder in (config.keys, config.secrets):
        mode = folder.stat().st_mode & 0o777
        if mode & 0o077:
            yield Finding("secrets", f"{folder} is open to others.", f"Type `chmod 700 {folder}`.")
    for path in sorted(config.secrets.iterdir()):
        if path.stat().st_mode & 0o077:
            yield Finding("secrets", f"{path} is open to others.", f"Type `chmod 600 {path}`.")
    if config.keys.resolve().is_relative_to(config.home.resolve()):
        yield Finding(
            "keys-place",
            "The keys lie below ECOUVILLON_HOME: who copies the data has the keys.",
            "Set ECOUVILLON_KEYS to a folder outside it.",
        )


def _web(config: Config) -> Iterator[Finding]:
    if urlsplit(config.public_url).scheme != "https":
        yield Finding(
            "https",
            "ECOUVILLON_PUBLIC_URL is not https.",
            "Put a TLS proxy in front and set ECOUVILLON_PUBLIC_URL=https://….",
        )
    if config.test_data:
        yield Finding("test-data", "Messages are marked as test.", "Unset ECOUVILLON_TEST_DATA.")


def _separation(config: Config) -> Iterator[Finding]:
    if config.database_url is None or config.keystore_url is None:
        yield Finding(
            "embedded",
            "The embedded database serves one uid: it stops no hijacked process.",
            "Set ECOUVILLON_DATABASE_URL and ECOUVILLON_KEYSTORE_URL.",
        )
        return
    main, store = (_server(url) for url in (config.database_url, config.keystore_url))
    if main == store:
        yield Finding(
            "key-store",
            "The key store is on the same server as the data: one backup would have both.",
            "Move it to a PostgreSQL cluster of its own and set ECOUVILLON_KEYSTORE_URL.",
        )
    callers = dict(part.split("=", 1) for part in config.key_service_uids.split(",") if "=" in part)
    if len({callers.get("web"), callers.get("worker"), None}) < len(("web", "worker", None)):
        yield Finding(
            "uids",
            "web and worker are not told apart by the key service.",
            "Run them under two users and set ECOUVILLON_KEY_SERVICE_UIDS=web=…,worker=….",
        )
    for name, url in (("DATABASE", config.database_url), ("KEYSTORE", config.keystore_url)):
        parameters = conninfo_to_dict(url)
        host = str(parameters.get("host", ""))
        local = host.startswith("/") or host in ("", "localhost", "127.0.0.1", "::1")
        if not local and parameters.get("sslmode") != "verify-full":
            yield Finding(
                "database-tls",
                f"ECOUVILLON_{name}_URL does not verify the server.",
                "Add sslmode=verify-full and sslrootcert=….",
            )


def _server(url: str) -> tuple[str, str]:
    parameters = conninfo_to_dict(url)
    return str(parameters.get("host", "")), str(parameters.get("port", "5432"))


def _hosting(config: Config) -> Iterator[Finding]:
    if config.own_premises:
        return
    if not config.hosting_certificate or config.hosting_expires is None:
        yield Finding(
            "hosting",
            "Nothing says who hosts health data (code de la santé publique, L. 1111-8).",
            "Set ECOUVILLON_HOSTING_CERTIFICATE and ECOUVILLON_HOSTING_EXPIRES to the HDS "
            "certificate of the host, or ECOUVILLON_OWN_PREMISES=1 for a pharmacy's own premises.",
        )
    elif config.hosting_expires < datetime.datetime.now(tz=datetime.UTC).date():
        yield Finding(
            "hosting-expired",
            f"The hosting certificate expired on {config.hosting_expires}.",
            "Renew it, and set ECOUVILLON_HOSTING_EXPIRES.",
        )
