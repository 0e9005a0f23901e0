"""The addresses of what comes after a reading."""

from __future__ import annotations

from django.urls import URLPattern, path

from ecouvillon.entrances.counter.after import paper, to_fix

urlpatterns: list[URLPattern] = [
    path("counter/print/<uuid:screening>", paper.print_out, name="print"),
    path("counter/paper/<uuid:screening>", paper.paper, name="paper"),
    path("counter/slip/<uuid:screening>", paper.slip, name="slip"),
    path("counter/to-fix", to_fix.to_fix, name="to_fix"),
    path("counter/to-fix/<uuid:transmission>", to_fix.mend, name="mend"),
]
