"""The pages under test, served without any database: whoever asks for one fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client, override_settings

HERE = Path(__file__).parent
MIDDLEWARE = [
    "ecouvillon.frame.security_headers.SecurityHeadersMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "ecouvillon.frame.csrf.CsrfMiddleware",
    "ecouvillon.frame.error_pages.ErrorPagesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]


# Of this folder only: other tests of the same process need the whole house again.
@pytest.fixture(autouse=True, scope="package")
def shell_only() -> Iterator[None]:
    with override_settings(
        ROOT_URLCONF="tests.frame.pages_under_test", MIDDLEWARE=MIDDLEWARE, TEMPLATES=TEMPLATES
    ):
        yield


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Requests of the browser are not the test's output."""


class Static(StaticFilesHandler):
    def serve(self, request):  # type: ignore[no-untyped-def]
        from django.contrib.staticfiles.views import serve

        return serve(request, self.file_path(request.path), insecure=True)


@pytest.fixture(scope="package")
def address(shell_only: None) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, Static(WSGIHandler()), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)
