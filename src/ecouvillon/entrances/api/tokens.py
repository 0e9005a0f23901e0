"""The token endpoint, as narrow as we use it: client credentials only, JSON errors (RFC 6749, 5.2).

allauth's provider does the work; it knows more grants than we offer, and lets any client revoke any
token, which RFC 7009, 2.1 forbids.
"""

from __future__ import annotations

import base64
import binascii

from allauth.idp.oidc import views as provider
from allauth.idp.oidc.models import Token
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt  # the client's secret, never a cookie, says who calls
def token(request: HttpRequest) -> HttpResponse:
    """A token for a client that shows its secret."""
    if request.method == "POST":
        if _unreadable(request):
            return _error("invalid_request")
        if request.POST.get("grant_type") != "client_credentials":
            return _error("unsupported_grant_type")
    response: HttpResponse = provider.token(request)
    return response


@csrf_exempt
def revoke(request: HttpRequest) -> HttpResponse:
    """Ends a token of the client that shows its secret; another's is left alone, without a word."""
    if request.method == "POST":
        if _unreadable(request):
            return _error("invalid_request")
        held = Token.objects.by_value(request.POST.get("token", "")).first()
        if held is not None and held.client_id != _client_id(request):
            return HttpResponse()
    response: HttpResponse = provider.revoke(request)
    return response


def _unreadable(request: HttpRequest) -> bool:
    """Whether something has characters that no credential has (a NUL can't be looked up)."""
    return any(not value.isprintable() for values in request.POST.lists() for value in values[1])


def _client_id(request: HttpRequest) -> str:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credentials).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return request.POST.get("client_id", "")


def _error(code: str) -> HttpResponse:
    return JsonResponse({"error": code}, status=400, headers={"Cache-Control": "no-store"})
