"""The desk's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from ecouvillon.entrances.counter.desk import (
    amend,
    kits,
    outage,
    queue,
    reading,
    scan,
    start,
    walk_in,
)

urlpatterns: list[URLPattern] = [
    path("counter/", queue.queue, name="queue"),
    path("counter/changes", queue.changes, name="changes"),
    path("counter/outage", outage.outage_bar, name="outage"),
    path("counter/clocks", queue.locked_clocks, name="clocks"),
    path("counter/scan", scan.scan, name="scan"),
    path("counter/screenings/<uuid:screening>", scan.screening_page, name="screening"),
    path("counter/walk-in", walk_in.walk_in_page, name="walk_in"),
    path("counter/kits/pair", kits.pair, name="pair"),
    path("counter/start/<uuid:screening>", start.start, name="start"),
    path("counter/amend/<uuid:screening>", amend.amend_page, name="amend"),
    path("counter/read/<uuid:screening>", reading.read, name="read"),
    path("counter/take-back/<uuid:screening>", reading.take_back_page, name="take_back"),
]
