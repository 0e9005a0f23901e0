"""All addresses: only these answer; anything else is not found."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from ecouvillon.operations import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", include("ecouvillon.frame.urls")),
    path("", include("ecouvillon.entrances.api.urls")),
    path("", include("ecouvillon.entrances.patient.urls")),
    path("", include("ecouvillon.entrances.counter.urls")),
]

handler400 = "ecouvillon.frame.pages.bad_request"
handler403 = "ecouvillon.frame.pages.forbidden"
handler404 = "ecouvillon.frame.pages.not_found"
handler500 = "ecouvillon.frame.pages.failed"
