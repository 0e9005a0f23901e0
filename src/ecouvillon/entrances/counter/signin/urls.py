"""The door's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from ecouvillon.entrances.counter.signin import invitation, lock, pages

urlpatterns: list[URLPattern] = [
    path("counter/signin", pages.sign_in, name="signin"),
    path("counter/signin/question", pages.sign_in_question, name="signin_question"),
    path("counter/signout", pages.sign_out, name="signout"),
    path("counter/pharmacy", pages.pharmacy, name="pharmacy"),
    path("counter/performer", pages.performer, name="performer"),
    path("counter/lock", lock.lock, name="lock"),
    path("counter/confirm", lock.confirm, name="confirm"),
    path("counter/unlock", lock.unlock, name="unlock"),
    path("counter/unlock/question", lock.unlock_question, name="unlock_question"),
    path("counter/invitation/<str:token>", invitation.invitation, name="invitation"),
]
