"""Patients' addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from ecouvillon.entrances.patient import pages, registration

urlpatterns: list[URLPattern] = [
    path("p/<slug:slug>", registration.registration, name="registration"),
    path("r/<str:token>", pages.result, name="result"),
]
