"""The day's closing, and the list of patients to call.

Comes in: a day that ends; a tick. Goes out: a sentence, what is left with a way to it, an entry for
each call. Always holds: numbers of visits only, until somebody asks for a telephone number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ecouvillon.entrances.counter.access import staff
from ecouvillon.pathway.call import call_made, contact
from ecouvillon.pathway.closing import Closing, closing
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.screening.patient import Contact
from ecouvillon.terminology.visit_number import format_visit_number


@dataclass(frozen=True, slots=True)
class Left:
    """One kind of thing that is left: how many, in words, which visits, and the way to it."""

    count: int
    words: str
    visits: str
    url: str = ""
    act: str = ""


@require_safe
@staff()
def closing_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """How the day stands."""
    return _page(request, staff, None, None)


@require_POST
@staff()
def telephone(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """The same page, with the number of one who is to be called."""
    return _page(request, staff, screening, contact(staff.actor, screening))


@require_POST
@staff()
def called(request: HttpRequest, staff: Staff, call: UUID) -> HttpResponse:  # noqa: ARG001 - a view
    """Ticks one off the list."""
    call_made(staff.actor, call)
    return HttpResponseRedirect(reverse("counter:closing"))


def _page(
    request: HttpRequest, staff: Staff, asked: UUID | None, found: Contact | None
) -> HttpResponse:
    now = timezone.localtime()
    day = closing(staff.pharmacy.tenant, now.date())
    context = {
        "staff": staff,
        "now": now,
        "day": day,
        "left": _left(day),
        "calls": [(one, format_visit_number(one.visit)) for one in day.to_call],
        "asked": asked,
        "contact": found,
    }
    return render(request, "counter/after/closing.html", context)


def _left(day: Closing) -> list[Left]:
    running, refused = len(day.running), len(day.refused)
    unseen, bounced = len(day.unseen), len(day.bounced)
    queue = reverse("counter:queue")
    return [
        Left(
            refused,
            ngettext("%(sum)d transmission to fix", "%(sum)d transmissions to fix", refused)
            % {"sum": refused}
            if refused
            else _("Nothing is to fix"),
            _numbers(day.refused),
            reverse("counter:to_fix"),
            _("Fix"),
        ),
        Left(
            running,
            ngettext("%(sum)d clock still runs", "%(sum)d clocks still run", running)
            % {"sum": running}
            if running
            else _("Every clock was read"),
            _numbers(day.running),
            queue,
            _("Read"),
        ),
        Left(
            bounced,
            ngettext("%(sum)d message came back", "%(sum)d messages came back", bounced)
            % {"sum": bounced}
            if bounced
            else _("No message came back"),
            _numbers(day.bounced),
        ),
        Left(
            unseen,
            ngettext("%(sum)d visit was not tested", "%(sum)d visits were not tested", unseen)
            % {"sum": unseen}
            if unseen
            else _("Everybody who registered was tested"),
            _numbers(day.unseen),
            queue,
            _("Look at it"),
        ),
    ]


def _numbers(visits: Any) -> str:
    return ", ".join(format_visit_number(one) for one in visits)
