"""A pharmacist signed in at the counter, the same person for the verbs behind the pages, and a
browser at a real server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright
from tests.cast import Api
from tests.installation import Installed
from tests.pathway.counter import Counter
from tests.staff import Browser

CHROMIUM = Path("/usr/bin/chromium")
SIZES = {"telephone": (390, 844), "counter": (1280, 900)}


@pytest.fixture
def desk(pharmacist: Browser, api: Api) -> Counter:
    """The counter at which the pharmacist stands."""
    return Counter(api.tenant, pharmacist.person)


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
def chromium() -> Iterator[Chromium]:
    if not CHROMIUM.exists():
        pytest.skip("BROWSER TESTS SKIPPED: apt-get install chromium")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in our thread without running our code.
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
def screen(chromium: Chromium, address: str, pharmacist: Browser) -> Callable[..., Page]:
    """Opens the counter's pages as the pharmacist, who is signed in."""

    def opened(size: str = "counter", scheme: str = "light", **more: Any) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            **({"locale": "fr-FR"} | more),
        )
        name = settings.SESSION_COOKIE_NAME
        secret = pharmacist.client.cookies[name].value
        context.add_cookies([{"name": name, "value": secret, "url": address}])
        return context.new_page()

    return opened
