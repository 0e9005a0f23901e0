"""Who may see the tour: a browser on this machine, while the database is the demo's."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ecouvillon import config
from ecouvillon.config import is_loopback
from ecouvillon.errors import Forbidden
from ecouvillon.operations.demo.cast import Cast, remembered
from ecouvillon.operations.demo.tour.mark import is_marked

TourView = Callable[[HttpRequest, Cast], HttpResponse]


def demo_only(view: TourView) -> Callable[[HttpRequest], HttpResponse]:
    """Gives the view the demo's cast.

    It raises `Forbidden` away from loopback, on a database without the demo's mark, and before the
    demo has made its pharmacy; `Unavailable` when the database does not answer.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not is_loopback(request.META.get("REMOTE_ADDR", "")) or not is_marked():
            raise Forbidden
        cast = remembered(config.load())
        if cast is None:
            raise Forbidden
        return view(request, cast)

    return guarded
