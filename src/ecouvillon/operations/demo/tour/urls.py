"""The tour's addresses; the demo's `urls` alone include them."""

from __future__ import annotations

from django.urls import URLPattern, path

from ecouvillon.operations.demo.tour import auditor, national, pages, signin

urlpatterns: list[URLPattern] = [
    path("", pages.tour, name="demo-tour"),
    path("demo/sign-in", signin.sign_in, name="demo-sign-in"),
    path("demo/national", national.national, name="demo-national"),
    path("demo/auditor", auditor.auditor, name="demo-auditor"),
    path("demo/theft", auditor.steal, name="demo-theft"),
]
