"""Whether this process lives (`/healthz`) and can do its work (`/readyz`)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from ecouvillon.errors import EcouvillonError
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.keys.client import client
from ecouvillon.trust.ledger.actor import INSTALLATION


def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's form
    """200 as long as requests are answered."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's form
    """200 when database and key service answer, else 503; says which."""
    parts = {"database": _database(), "keys": _keys()}
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _database() -> bool:
    try:
        return ask(("SELECT 1", ())) == [[(1,)]]
    except EcouvillonError:
        return False


def _keys() -> bool:
    try:
        return len(client().mac([(INSTALLATION, "readiness", b"")])) == 1
    except EcouvillonError:
        return False
