"""The catalogue of the migrated database, as the superuser reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.installation import Installed, Rows


@pytest.fixture
def catalogue(installed: Installed) -> Iterator[Rows]:
    """A superuser's connection."""
    with installed.connection_as(None) as connection:
        yield connection


@pytest.fixture
def protected(catalogue: Rows) -> list[str]:
    """The tables that row-level security protects, by name."""
    rows = catalogue.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND relrowsecurity ORDER BY 1"
    ).fetchall()
    return [name for (name,) in rows]
