"""The demo's start page: what can be tried, and the last patient's link and code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ecouvillon import config
from ecouvillon.operations.demo.cast import NATIONAL, PHARMACY, remembered


def demo(_request: HttpRequest) -> dict[str, bool]:
    """Marks every page and paper as the demo's (a context processor)."""
    return {"demo": True}


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What to try; nothing of it is anybody's."""
    return render(
        request,
        "demo/start.html",
        {"cast": remembered(config.load()), "pharmacy": PHARMACY, "national": NATIONAL},
    )
