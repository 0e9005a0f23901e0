"""The addresses of what comes after a reading."""

from __future__ import annotations

from django.urls import URLPattern, path

from ecouvillon.entrances.counter.after import paper

urlpatterns: list[URLPattern] = [
    path("counter/print/<uuid:screening>", paper.print_out, name="print"),
    path("counter/paper/<uuid:screening>", paper.paper, name="paper"),
    path("counter/slip/<uuid:screening>", paper.slip, name="slip"),
]
