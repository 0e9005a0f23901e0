"""Staff's addresses, all below `/counter/`."""

from __future__ import annotations

from django.urls import URLPattern

from ecouvillon.entrances.counter.after import urls as after
from ecouvillon.entrances.counter.desk import urls as desk
from ecouvillon.entrances.counter.signin import urls as signin

app_name = "counter"
urlpatterns: list[URLPattern] = [*desk.urlpatterns, *after.urlpatterns, *signin.urlpatterns]
