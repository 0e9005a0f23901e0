"""Sign-in, sign-out, and what is chosen once a session: the pharmacy, and who answers for results.

Comes in: what a passkey answered, a choice. Goes out: the way on. Always holds: who signs in gets a
new session; only a pharmacist who works there now can be chosen to answer.
"""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.signin import elsewhere
from ecouvillon.entrances.counter.signin.answers import answer_of, as_json
from ecouvillon.entrances.counter.signin.cookie import (
    entered,
    onward,
    origin_of,
    screen_of,
    session_of,
    wanted,
)
from ecouvillon.errors import NotFound
from ecouvillon.people.pharmacy import attend
from ecouvillon.people.pharmacy.staff import Staff, pharmacists, workplaces
from ecouvillon.people.signin.ceremony import SignInRefused


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One button; a POST brings what the passkey answered."""
    if request.method != "POST":
        return _door(request)
    try:
        opened = attend.sign_in(*answer_of(request), origin_of(request), session_of(request))
    except SignInRefused:
        return _door(request, refused=True)
    return entered(request, opened)


@require_GET
def sign_in_question(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - asks for nobody
    """What any passkey of ours may answer."""
    return as_json(attend.ask_to_sign_in())


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session, here and in the database."""
    session = session_of(request)
    if session is not None:
        attend.sign_out(session, origin_of(request))
    response = HttpResponseRedirect(reverse("counter:signin"))
    response.delete_cookie(settings.SESSION_COOKIE_NAME, samesite="Lax")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def pharmacy(request: HttpRequest) -> HttpResponse:
    """Where somebody with several pharmacies works today."""
    screen = screen_of(request, active=True)
    if screen is None:
        return elsewhere.sign_in_first(request)
    if screen.session.locked:
        return elsewhere.touch_first(request, screen, "locked")
    if request.method == "POST":
        attend.choose_pharmacy(screen.session, _id(request, "pharmacy"), origin_of(request))
        chosen = screen_of(request)
        if chosen is None:
            return elsewhere.sign_in_first(request)
        return onward(request, chosen.session.pharmacy, chosen.session.performer)
    places = workplaces(screen.session.person)
    return render(
        request, "counter/signin/pharmacy.html", {"places": places, "next": wanted(request)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def performer(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Which pharmacist answers for the results of this session."""
    if request.method == "POST":
        attend.choose_performer(staff, _id(request, "performer"))
        return HttpResponseRedirect(wanted(request))
    return render(
        request,
        "counter/signin/performer.html",
        {
            "staff": staff,
            "pharmacists": pharmacists(staff.pharmacy.tenant),
            "next": wanted(request),
        },
    )


# Read by the test of all routes.
sign_in.access = "passkey"  # type: ignore[attr-defined]
sign_in_question.access = "anyone"  # type: ignore[attr-defined]
sign_out.access = pharmacy.access = "session"  # type: ignore[attr-defined]


def _door(request: HttpRequest, *, refused: bool = False) -> HttpResponse:
    return render(
        request,
        "counter/signin/signin.html",
        {"next": wanted(request), "refused": refused},
        status=HTTPStatus.FORBIDDEN if refused else HTTPStatus.OK,
    )


def _id(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise NotFound from None
