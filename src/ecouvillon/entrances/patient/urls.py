"""Patients' addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from ecouvillon.entrances.patient import pages

urlpatterns: list[URLPattern] = [
    path("r/<str:token>", pages.result, name="result"),
]
