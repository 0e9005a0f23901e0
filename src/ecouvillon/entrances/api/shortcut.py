"""The short way to the addresses by which results come in: straight to their view.

Comes in: any request. Goes out: the view's answer, or what the rest of Django makes of it. Always
holds: only these two addresses are cut short, and what the middleware between here and the views
does is of no use to them: they have no static file, no cookie, no page of errors and no host in
their answers, and they judge their bearer token themselves. It took a tenth of a request's time
(docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from ecouvillon.entrances.api import pages

_VIEWS: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {
    "/api/v1/screenings": pages.post_screening,
    "/api/v1/screenings/batch": pages.post_batch,
}


class ApiShortcutMiddleware:
    """Right after the middleware that knows the sender's address and guards every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = _VIEWS.get(request.path_info)
        if view is None:
            return self._get_response(request)
        # A thread still speaks the language of its last request.
        translation.activate(translation.get_language_from_request(request))
        response = view(request)
        # A kept connection needs to know where the answer ends.
        response.headers["Content-Length"] = str(len(response.content))
        return response
