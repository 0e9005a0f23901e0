"""Bringing an installation up to date: from nothing, or from any earlier release."""

from __future__ import annotations

import django
import psycopg
from django.core.management import call_command
from psycopg.conninfo import make_conninfo

from ecouvillon.operations import embedded, installation
from ecouvillon.operations.process import become
from ecouvillon.trust.keys.store import schema


def migrate() -> str:
    """Makes roles and databases, then tables and policies, then the key store; returns the id.

    Idempotent; needs no key service. Raises `Misconfigured` or `Unavailable`.
    """
    config = become("owner")
    installation.create(config)
    with embedded.running(config):
        installation.prepare(config)
        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        with psycopg.connect(make_conninfo(**config.conninfo("keyowner"))) as connection:
            schema.migrate(connection)
    return config.installation_id
