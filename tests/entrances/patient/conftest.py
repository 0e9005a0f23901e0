"""The patient's pages behind a real server, and a browser to read them with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from playwright.sync_api import Browser, sync_playwright
from tests.installation import Installed, acting_as

from ecouvillon.exits.reporting.destinations import Wanted, add
from ecouvillon.exits.reporting.models import WithoutConsent
from ecouvillon.operations.process import operator

CHROMIUM = Path("/usr/bin/chromium")


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests of the browser are not the test's output."""


@pytest.fixture
def address(installed: Installed) -> Iterator[str]:
    """Where the whole web application answers."""
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


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("BROWSER TESTS SKIPPED: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in our thread without running our code: Django must not take us
        # for a coroutine.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def destination(installed: Installed) -> Iterator[Callable[..., None]]:
    """Sets up a destination, as the operator; all pharmacies share it until the test ends."""
    made = []

    def set_up(*, needs_nir: bool = False) -> None:
        wanted = Wanted(
            name=f"national-{uuid4().hex[:8]}",
            protocol="hl7-mllp",
            url="mllp://127.0.0.1:2575",
            needs_nir=needs_nir,
            without_consent=WithoutConsent.PSEUDONYMISE,
        )
        with acting_as("operator", installed):
            made.append(add(operator(), wanted).id)

    yield set_up
    with installed.connection_as(None) as connection:
        for one in made:
            connection.execute("DELETE FROM destination WHERE id = %s", [one])
