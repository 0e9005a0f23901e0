"""A pharmacy with people at its counter, in process or behind a real server and a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID
from wsgiref.simple_server import WSGIRequestHandler, make_server

import playwright.sync_api
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
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


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests of the browser are not the test's output."""


@pytest.fixture
def address(installed: Installed) -> Iterator[str]:
    """Where the whole web application answers: localhost, for which browsers take passkeys."""
    server = make_server("localhost", 0, WSGIHandler(), handler_class=Quiet)

    def serve() -> None:
        server.serve_forever(0.05)
        connections["default"].close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.sync_api.Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip("BROWSER TESTS SKIPPED: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, playwright.sync_api.sync_playwright() as started:
        # Playwright's loop runs in our thread without running our code: Django must not take us
        # for a coroutine.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe, which judges a page by WCAG."""
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")
