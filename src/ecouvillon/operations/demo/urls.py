"""The addresses of the demo: its own pages, and all of the house's."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from ecouvillon.operations.demo import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("ecouvillon.operations.demo.tour.urls")),
    path("demo/start", pages.start, name="demo-start"),
    path("demo/mails", pages.mails, name="demo-mails"),
    path("", include("ecouvillon.urls")),
]

handler400 = "ecouvillon.frame.pages.bad_request"
handler403 = "ecouvillon.frame.pages.forbidden"
handler404 = "ecouvillon.frame.pages.not_found"
handler500 = "ecouvillon.frame.pages.failed"
