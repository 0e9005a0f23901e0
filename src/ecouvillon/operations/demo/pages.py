"""The demo's own pages: what can be tried, with the last patient's link and code; the mailbox."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ecouvillon import config
from ecouvillon.operations.demo import house
from ecouvillon.operations.demo.cast import NATIONAL, PHARMACY, remembered
from ecouvillon.operations.demo.mailbox import mails as received


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


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """What the invented patients were sent."""
    found = received(house.mailbox(config.load()))
    for mail in found or ():
        mail["at"] = datetime.fromisoformat(mail["at"])
    return render(request, "demo/mails.html", {"mails": found})
