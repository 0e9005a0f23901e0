"""The lock: F9 or 15 idle minutes, and a touch to come back; also the touch before what is grave.

Comes in: a session, what a passkey answered, perhaps a form that waited. Goes out: the page as it
was, or the form sent again. Always holds: only a passkey of the session's own person opens it.
"""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecouvillon.entrances.counter.signin.answers import answer_of, as_json
from ecouvillon.entrances.counter.signin.cookie import origin_of, screen_of, wanted
from ecouvillon.entrances.counter.signin.elsewhere import Why, lock_page, sign_in_first
from ecouvillon.entrances.counter.signin.held import let_go
from ecouvillon.people.pharmacy import attend
from ecouvillon.people.signin.ceremony import SignInRefused


@require_http_methods(["GET", "HEAD", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """A POST locks; a GET shows the locked screen."""
    screen = screen_of(request)
    if screen is None:
        return sign_in_first(request)
    if request.method == "POST":
        if not screen.session.locked:
            attend.lock(screen.session, origin_of(request))
        if "HX-Request" in request.headers:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        return HttpResponseRedirect(reverse("counter:lock"))
    if not screen.session.locked:
        return HttpResponseRedirect(wanted(request))
    return lock_page(request, screen, "locked", target=wanted(request))


@require_GET
def confirm(request: HttpRequest) -> HttpResponse:
    """The touch before a correction, an export, keys or people."""
    screen = screen_of(request)
    if screen is None:
        return sign_in_first(request)
    return lock_page(request, screen, "not-fresh", target=wanted(request))


@require_GET
def unlock_question(request: HttpRequest) -> HttpResponse:
    """What the passkeys of the session's person may answer."""
    screen = screen_of(request)
    if screen is None:
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    return as_json(attend.ask_to_unlock(screen.session))


@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """Opens the screen again; a form that waited is sent now."""
    screen = screen_of(request)
    if screen is None:
        return sign_in_first(request)
    held = request.POST.get("held", "")
    try:
        attend.unlock(screen.session, *answer_of(request), origin_of(request))
    except SignInRefused:
        if "HX-Request" in request.headers:
            return HttpResponse(status=HTTPStatus.FORBIDDEN)
        why: Why = "locked" if screen.session.locked else "not-fresh"
        return lock_page(
            request,
            screen,
            why,
            held=held,
            target=wanted(request),
            refused=True,
        )
    if "HX-Request" in request.headers:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    waited = let_go(held, screen.session.id) if held else None
    if waited is not None:
        return render(request, "counter/signin/resume.html", {"held": waited})
    return HttpResponseRedirect(wanted(request))


# Read by the test of all routes.
lock.access = confirm.access = "session"  # type: ignore[attr-defined]
unlock.access = unlock_question.access = "session"  # type: ignore[attr-defined]
