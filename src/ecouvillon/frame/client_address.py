"""Where a request came from, when proxies of ours stand in front.

In: `TRUSTED_PROXIES`, how many there are. Out: `REMOTE_ADDR` as the outermost of them saw it. What
always holds: without a proxy the header is not believed, since any sender can write it; behind one
only what our own proxies added counts, from the right (RFC 7239, 8.1).
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ClientAddressMiddleware:
    """First in MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if trusted := settings.TRUSTED_PROXIES:
            forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            if len(forwarded) >= trusted:
                request.META["REMOTE_ADDR"] = forwarded[-trusted].strip()
        return self._get_response(request)
