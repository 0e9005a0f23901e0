"""The tour itself: four roles side by side, and the scanner that the visitor does not have.

Comes in: a browser on this machine. Goes out: a page of frames, each with its role's real page.
Always holds: the tour adds buttons around the frames and nothing inside them.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ecouvillon.frame.security_headers import with_policy
from ecouvillon.operations.demo.cast import PHARMACY, Cast, tenant
from ecouvillon.operations.demo.tour import kits
from ecouvillon.operations.demo.tour.gate import demo_only
from ecouvillon.trust.isolation.change import ask

_SLUG = "SELECT slug FROM pharmacy WHERE tenant = ANY (tenants())"


@require_safe
@with_policy({"frame-src": "'self'"})
@demo_only
def tour(request: HttpRequest, cast: Cast) -> HttpResponse:
    """The four roles."""
    (((slug,),),) = ask((_SLUG, ()), tenants=[tenant(cast)])
    return render(
        request,
        "tour/tour.html",
        {
            "slug": slug,
            "pharmacy": PHARMACY,
            "day": timezone.localdate().isoformat(),
            # A path: the frame must be of this very origin, whatever name the browser has for it.
            "link": urlsplit(cast.link).path,
            "code": cast.code,
            "kits": [kits.QUICK, kits.COMBINED],
        },
    )
