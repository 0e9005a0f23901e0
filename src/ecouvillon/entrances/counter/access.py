"""Who may see a view of the counter: `@staff(...)` on each, read by the test of all routes.

Comes in: a request. Goes out: the view with the member of staff that asks, or the way there:
sign-in page, lock, choice of the pharmacy; programs on the page (htmx) get 401 instead, with the
word that `lock.js` understands. Always holds: one read a request finds session, person, membership
and pharmacy; what a form sent while the screen was locked comes back after the touch (`held`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

from ecouvillon.entrances.counter.signin import elsewhere
from ecouvillon.entrances.counter.signin.cookie import screen_of
from ecouvillon.errors import Forbidden
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.people.pharmacy.staff import Staff

P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, Staff, P], HttpResponse]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def staff(
    *,
    roles: Iterable[Role] = tuple(Role),
    active: bool = True,
    even_locked: bool = False,
    fresh: bool = False,
) -> Callable[[StaffView[P]], View[P]]:
    """Gives the view a `Staff` as second argument, if one of `roles` is at the screen.

    `active=False` is for what a page asks by itself: it does not put off the lock, and writes
    nothing. `even_locked` is for what a locked screen shows: numbers and clocks, never names.
    `fresh` asks for a touch within the last 5 minutes: corrections, exports, keys, people.
    The view raises `Forbidden` for other roles and for a membership that ended.
    """
    admitted = frozenset(roles)

    def decorate(view: StaffView[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            screen = screen_of(request, active=active)
            if screen is None:
                return elsewhere.sign_in_first(request)
            if screen.session.locked and not even_locked:
                return elsewhere.touch_first(request, screen, "locked")
            if screen.session.pharmacy is None:
                return elsewhere.choose_first(request)
            if screen.staff is None or screen.staff.role not in admitted:
                raise Forbidden
            if fresh and not screen.session.fresh:
                return elsewhere.touch_first(request, screen, "not-fresh")
            return view(request, screen.staff, *args, **kwargs)

        guarded.access = f"staff: {', '.join(sorted(admitted))}"  # type: ignore[attr-defined]
        return guarded

    return decorate
