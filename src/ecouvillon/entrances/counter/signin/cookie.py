"""The session's cookie: read at every request of staff, set at sign-in, gone at sign-out.

Comes in: a request. Goes out: who is at the screen; a response with a cookie. Always holds: scripts
can't read the cookie, other sites' forms don't carry it, and it ends with the browser at latest.
"""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from ecouvillon.people.pharmacy.attend import sign_in_without_passkey
from ecouvillon.people.pharmacy.staff import AtTheScreen, at_the_screen
from ecouvillon.people.signin.sessions import Found, Opened

HOME = "/counter/"


def screen_of(request: HttpRequest, *, active: bool = False) -> AtTheScreen | None:
    """Who is at the screen of `request`; raises `Unavailable`. `active` puts off the lock."""
    secret = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return at_the_screen(secret, origin_of(request), active=active) if secret else None


def session_of(request: HttpRequest) -> Found | None:
    """The session of `request`, if it is not over."""
    screen = screen_of(request)
    return None if screen is None else screen.session


def origin_of(request: HttpRequest) -> str:
    """The address that the request came from, for the ledger."""
    return str(request.META.get("REMOTE_ADDR", ""))


def entered(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The way on after a sign-in, with the cookie."""
    response = onward(request, opened.row.pharmacy, opened.row.performer)
    response.set_cookie(
        settings.SESSION_COOKIE_NAME,
        opened.secret,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        # Lax, since a pharmacy's software links to the counter; a GET changes nothing.
        samesite="Lax",
    )
    return response


def onward(
    request: HttpRequest, pharmacy: UUID | None, performer: UUID | None
) -> HttpResponseRedirect:
    """To what is still to be chosen, then to where the person wanted to go."""
    target = wanted(request)
    step = "pharmacy" if pharmacy is None else "performer" if performer is None else None
    if step is None:
        return HttpResponseRedirect(target)
    return HttpResponseRedirect(f"{reverse(f'counter:{step}')}?{urlencode({'next': target})}")


def wanted(request: HttpRequest) -> str:
    """Where `next` leads, if it is within the counter; else the counter's first page."""
    target = request.POST.get("next") or request.GET.get("next") or HOME
    within = target.startswith(HOME) and url_has_allowed_host_and_scheme(target, None)
    return target if within and "/../" not in target else HOME


def sign_in_as(request: HttpRequest, person: UUID) -> HttpResponse:
    """Signs `person` in without a passkey: for the demonstration's button, and for tests.

    Raises `Forbidden` for somebody who works nowhere.
    """
    return entered(
        request, sign_in_without_passkey(person, origin_of(request), session_of(request))
    )
