"""Where programs find the token endpoint (OpenID Connect Discovery 1.0, RFC 8414).

Only client credentials are offered: allauth's other endpoints aren't mounted, so its own discovery
document would promise what is not there.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from ecouvillon import config
from ecouvillon.people.pharmacy.create import SCOPES


def metadata(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's form
    """The provider's metadata."""
    base = config.load().public_url
    return JsonResponse(
        {
            "issuer": base,
            "token_endpoint": base + reverse("idp:oidc:token"),
            "revocation_endpoint": base + reverse("idp:oidc:revoke"),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": list(SCOPES),
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
    )
