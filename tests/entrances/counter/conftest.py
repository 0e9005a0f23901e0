"""A pharmacy with people at its counter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import UUID

import pytest
from psycopg import sql
from tests import staff
from tests.cast import Api
from tests.installation import Installed, Rows
from tests.staff import Browser

from ecouvillon.people.pharmacy.models import Pharmacy, Role


@pytest.fixture
def pharmacy(api: Api) -> Pharmacy:
    """This test's pharmacy."""
    return api.pharmacy


@pytest.fixture
def preparer(installed: Installed, pharmacy: Pharmacy) -> Browser:
    """A preparer, signed in by passkey."""
    return staff.hired(installed, pharmacy)


@pytest.fixture
def pharmacist(installed: Installed, pharmacy: Pharmacy) -> Browser:
    """A pharmacist, signed in by passkey."""
    return staff.hired(installed, pharmacy, Role.PHARMACIST, name="Anne VERLAIGNE")


@pytest.fixture
def superuser(installed: Installed) -> Iterator[Rows]:
    """A connection that no policy stops."""
    with installed.connection_as(None) as connection:
        yield connection


@pytest.fixture
def entries_of(superuser: Rows) -> Callable[[UUID], list[str]]:
    """The actions in a pharmacy's ledger, oldest first."""

    def actions(tenant: UUID) -> list[str]:
        rows = superuser.execute(
            "SELECT action FROM ledger_entry WHERE tenant = %s AND actor_kind <> 'operator'"
            " ORDER BY at, action",
            [tenant],
        )
        return [row[0] for row in rows]

    return actions


@pytest.fixture
def aged(superuser: Rows) -> Callable[..., None]:
    """Makes all times of somebody's sessions older, as if so much had passed."""

    def older(browser: Browser, interval: str, *columns: str) -> None:
        for column in columns or ("created_at", "seen_at", "verified_at"):
            change = sql.SQL("UPDATE session SET {0} = {0} - %s::interval WHERE person = %s")
            superuser.execute(change.format(sql.Identifier(column)), [interval, browser.person])

    return older


@pytest.fixture
def no_ledger(superuser: Rows, pharmacy: Pharmacy) -> Callable[[], AbstractContextManager[None]]:
    """While it lasts, no entry of this pharmacy can be written."""

    @contextmanager
    def refusing() -> Iterator[None]:
        rule = sql.SQL(
            "ALTER TABLE ledger_entry ADD CONSTRAINT no_ledger CHECK (tenant <> {}) NOT VALID"
        )
        superuser.execute(rule.format(pharmacy.tenant))
        try:
            yield
        finally:
            superuser.execute("ALTER TABLE ledger_entry DROP CONSTRAINT no_ledger")

    return refusing
