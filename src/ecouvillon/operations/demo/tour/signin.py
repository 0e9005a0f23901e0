"""The demo's door: a button instead of a passkey.

Always holds: only the two invented people of the demo's own pharmacy come in by it, and only where
`gate` lets the tour be seen at all.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from ecouvillon.entrances.counter.signin.cookie import sign_in_as
from ecouvillon.errors import NotFound
from ecouvillon.operations.demo.cast import Cast, tenant
from ecouvillon.operations.demo.tour import team
from ecouvillon.operations.demo.tour.gate import demo_only


@require_POST
@demo_only
def sign_in(request: HttpRequest, cast: Cast) -> HttpResponse:
    """Signs in `as`: the pharmacist or the preparer; raises `NotFound` for anybody else."""
    person = team.person(tenant(cast), request.POST.get("as", ""))
    if person is None:
        raise NotFound
    return sign_in_as(request, person)
