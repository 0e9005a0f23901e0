"""Staff's addresses, all below `/counter/`."""

from __future__ import annotations

from django.urls import URLPattern

from ecouvillon.entrances.counter.signin import urls as signin

app_name = "counter"
urlpatterns: list[URLPattern] = [*signin.urlpatterns]
