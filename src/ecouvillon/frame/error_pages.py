"""Our typed errors, turned once into the page that their reader needs.

In: what a view raised. Out: an error page, or nothing for errors that Django maps itself. Programs
get their problems from `entrances.api`, which catches its errors before they come here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from ecouvillon import errors
from ecouvillon.frame import pages


class ErrorPagesMiddleware:
    """Last in MIDDLEWARE, nearest to the views."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """An error page for what we raise on purpose; None lets Django answer 500."""
        match exception:
            case errors.Unavailable():
                return pages.keys_silent(request)
            case OperationalError() | InterfaceError():
                return pages.database_silent(request)
            case errors.NotFound():
                return pages.not_found(request)
            case errors.Forbidden():
                return pages.forbidden(request)
            case errors.EcouvillonError():
                # The key service refused, a document is damaged: whatever it is, nothing is shown.
                return pages.keys_silent(request)
            case _:
                return None
