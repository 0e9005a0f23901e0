"""The API's addresses."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path

from ecouvillon.entrances.api import discovery, pages, tokens

# The names are allauth's: it reverses them.
_provider = (
    [
        path("token", tokens.token, name="token"),
        path("revoke", tokens.revoke, name="revoke"),
    ],
    "oidc",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path(".well-known/openid-configuration", discovery.metadata, name="discovery"),
    path(
        "api/oauth/",
        include(([path("", include(_provider))], "idp")),
    ),
    path("api/v1/screenings", pages.post_screening, name="screenings"),
    path("api/v1/screenings/batch", pages.post_batch, name="screenings-batch"),
    path("api/v1/screenings/<uuid:screening>", pages.get_screening, name="screening"),
    path(
        "api/v1/screenings/<uuid:screening>/results", pages.post_results, name="screening-results"
    ),
    path(
        "api/v1/screenings/<uuid:screening>/correction",
        pages.post_correction,
        name="screening-correction",
    ),
    path(
        "api/v1/screenings/<uuid:screening>/cancellation",
        pages.post_cancellation,
        name="screening-cancellation",
    ),
    re_path(r"^api/.*$", pages.not_found, name="api-not-found"),
]
