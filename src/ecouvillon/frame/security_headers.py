"""The headers that guard every answer: one policy, closed by default, opened by name.

In: any response. Out: the same response with a strict Content-Security-Policy, no referrer, no
sniffing, no powers of the browser that we don't use, and no copy kept. A view that needs more says
so with `with_policy`; one whose answer may be kept sets its own Cache-Control. What a view or
WhiteNoise has set is never overwritten.

Settings read: `FRAME_ANCESTORS` ("'none'" by default; the demo, whose tour shows the pages in
frames, sets "'self'").
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

P = ParamSpec("P")

# No 'unsafe-inline', no nonce, no other host: styles and scripts are files of ours (CSP level 3).
POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "manifest-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}

# Passkeys are the one power of the browser that pages use (WebAuthn level 3, 5.9).
PERMISSIONS = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "browsing-topics",
                "camera",
                "display-capture",
                "geolocation",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "serial",
                "usb",
            )
        ),
        "publickey-credentials-get=(self)",
        "publickey-credentials-create=(self)",
    ]
)

ALWAYS: Mapping[str, str] = {
    # Browsers then send `Origin: null` with our own forms: see `csrf`.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    # A result must not come back from a shared computer's cache (RFC 9111, 5.2.2.5).
    "Cache-Control": "no-store",
}

TWO_YEARS = 63_072_000


def policy(directives: Mapping[str, str] | None = None) -> str:
    """The Content-Security-Policy as a header's value; `directives` add to it or replace parts."""
    ancestors: str = getattr(settings, "FRAME_ANCESTORS", "'none'")
    merged = {**POLICY, "frame-ancestors": ancestors, **(directives or {})}
    return "; ".join(f"{name} {value}" for name, value in merged.items())


def with_policy(
    directives: Mapping[str, str],
) -> Callable[[Callable[P, HttpResponse]], Callable[P, HttpResponse]]:
    """Give one view a policy of its own, such as `{"frame-src": "'self'"}` for the demo's tour."""

    def decorate(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            response = view(*args, **kwargs)
            response.headers["Content-Security-Policy"] = policy(directives)
            return response

        return guarded

    return decorate


class SecurityHeadersMiddleware:
    """First in MIDDLEWARE, so that static files and error pages carry the headers as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", policy())
        if request.is_secure():
            # RFC 6797; without includeSubDomains, which is the operator's domain to decide.
            response.headers.setdefault("Strict-Transport-Security", f"max-age={TWO_YEARS}")
        return response
