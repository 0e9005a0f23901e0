"""Where a request goes that can't be answered yet, so that nothing on the page is lost.

Comes in: a request, and what is missing. Goes out: for a page the way to sign-in, lock or choice,
and back; for a form the lock with the form held on it; for a program on the page (htmx) 401 and the
event that says why, so that `lock.js` covers a page with work on it instead of leaving it.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from ecouvillon.entrances.counter.signin.cookie import HOME
from ecouvillon.entrances.counter.signin.held import hold
from ecouvillon.people.pharmacy.staff import AtTheScreen

Why = Literal["locked", "not-fresh"]


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Nobody is signed in, or their day is over."""
    return _program(request, "signed-out") or _way(request, "signin")


def choose_first(request: HttpRequest) -> HttpResponse:
    """The person works in several pharmacies and has not said in which today."""
    return _program(request, "signed-out") or _way(request, "pharmacy")


def touch_first(request: HttpRequest, screen: AtTheScreen, why: Why) -> HttpResponse:
    """The screen is locked, or what is asked for needs a touch of the last minutes."""
    if (answer := _program(request, why)) is not None:
        return answer
    if request.method in ("GET", "HEAD"):
        return _way(request, "lock" if why == "locked" else "confirm")
    return lock_page(request, screen, why, held=hold(request, screen.session.id))


def lock_page(
    request: HttpRequest,
    screen: AtTheScreen,
    why: Why,
    *,
    held: str = "",
    target: str = HOME,
    refused: bool = False,
) -> HttpResponse:
    """The page that a touch opens; it shows no name."""
    return render(
        request,
        "counter/signin/lock.html" if why == "locked" else "counter/signin/confirm.html",
        {
            "pharmacy": "" if screen.staff is None else screen.staff.pharmacy.name,
            "staff": screen.staff,
            "held": held,
            "next": target,
            "refused": refused,
        },
        status=HTTPStatus.FORBIDDEN if refused else HTTPStatus.OK,
    )


def _program(request: HttpRequest, word: str) -> HttpResponse | None:
    if "HX-Request" not in request.headers:
        return None
    return HttpResponse(
        status=HTTPStatus.UNAUTHORIZED, headers={"HX-Trigger": f"ecouvillon:{word}"}
    )


def _way(request: HttpRequest, name: str) -> HttpResponseRedirect:
    # A form's address is not one to come back to by GET: its page is where it was.
    back = request.get_full_path() if request.method in ("GET", "HEAD") else HOME
    return HttpResponseRedirect(f"{reverse(f'counter:{name}')}?{urlencode({'next': back})}")
