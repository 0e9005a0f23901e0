"""The reading page: each line of a cassette, negative until somebody says otherwise.

Comes in: a running visit; a value for each line, or that there is no control line. Goes out: a
recorded result that leaves after its minute, or a visit that waits for another kit. Always holds:
what the page shows is the cassette that is read; too early and too late ask for a reason.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.desk import card, wording
from ecouvillon.entrances.counter.desk.rows import clock
from ecouvillon.entrances.counter.desk.said import said, say
from ecouvillon.entrances.counter.desk.scan import onward
from ecouvillon.errors import Invalid, KeyReused, WrongState
from ecouvillon.exits.reporting.routing import ROUTES, routes
from ecouvillon.pathway.read import (
    REASONS,
    Answering,
    Read,
    TimingReason,
    fail_kit,
    read_cassette,
)
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.take_back import take_back
from ecouvillon.pathway.visit import Found, Visit, visit
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.people.pharmacy.staff import Pharmacist, Staff
from ecouvillon.screening.cassettes import Cassette
from ecouvillon.screening.models import State
from ecouvillon.screening.patient import Performer
from ecouvillon.terminology.result import ResultValue
from ecouvillon.trust.isolation.change import ask

VALUES = (ResultValue.NEGATIVE, ResultValue.POSITIVE, ResultValue.INDETERMINATE)

_REASONS = {
    TimingReason.READ_IN_TIME: gettext_lazy("Read in time, entered later"),
    TimingReason.CLOCK_LATE: gettext_lazy("The clock was started later than the test"),
    TimingReason.LEAFLET: gettext_lazy("The leaflet of this box gives another time"),
    TimingReason.NOBODY_FREE: gettext_lazy("Nobody was free to read it"),
}


@dataclass(frozen=True, slots=True, repr=False)
class LineChoice:
    """One line of a cassette: its key, what it looks for, what is chosen."""

    number: int
    loinc: str
    name: str
    value: str


class ReadForm(forms.Form):
    """A reading as it was sent, without its values."""

    nonce = forms.UUIDField()
    number = forms.IntegerField(min_value=1)
    timing_reason = forms.ChoiceField(choices=_REASONS.items(), required=False)
    invalid = forms.BooleanField(required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def read(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """The page; a POST records."""
    if staff.performer is None:
        here = reverse("counter:read", args=[screening])
        return HttpResponseRedirect(f"{reverse('counter:performer')}?next={here}")
    found = visit(staff.pharmacy.tenant, screening)
    if request.method == "POST":
        return _record(request, staff, staff.performer, found)
    if found.state is not State.SAMPLED or found.cassette is None:
        return onward(Found(screening, found.state), found.visit)
    return _page(request, staff, found, found.cassette, "")


@require_POST
@staff()
def take_back_page(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """Takes a reading back within its minute, and opens it again."""
    found = visit(staff.pharmacy.tenant, screening)
    nonce = forms.UUIDField().clean(request.POST.get("nonce", ""))
    try:
        take_back(staff.actor, screening, Asked(f"counter:{nonce}", screening.bytes))
    except WrongState:
        return say("left", found.visit)
    except KeyReused:
        return say("reused")
    return HttpResponseRedirect(reverse("counter:read", args=[screening]))


def _record(
    request: HttpRequest, staff: Staff, performer: Pharmacist, found: Visit
) -> HttpResponse:
    form = ReadForm(request.POST)
    cassette = found.cassette
    if cassette is None or not form.is_valid():
        return say("read", found.visit)
    typed = form.cleaned_data
    values = _values(request, cassette)
    body = json.dumps([typed, values], default=str).encode()
    asked = Asked(f"counter:{typed['nonce']}", body)
    try:
        if typed["invalid"]:
            fail_kit(staff.actor, found.screening, typed["number"], asked)
        else:
            (rows,) = ask(ROUTES)
            reason = typed["timing_reason"]
            read_cassette(
                staff.actor,
                Read(
                    found.screening,
                    typed["number"],
                    tuple((loinc, ResultValue(value)) for loinc, value in values),
                    TimingReason(reason) if reason else None,
                ),
                Answering(
                    Performer(performer.rpps, performer.family, performer.given), Role.PHARMACIST
                ),
                asked,
                routes(rows),
            )
    except Invalid:
        wrong = _("Say why it is read outside its time.")
        return _page(request, staff, found, cassette, wrong)
    except WrongState:
        return say("read", found.visit)
    except KeyReused:
        return say("reused")
    return HttpResponseRedirect(reverse("counter:queue"))


def _values(request: HttpRequest, cassette: Cassette) -> list[tuple[str, str]]:
    allowed = {value.value for value in VALUES}
    sent = [(loinc, request.POST.get(f"value_{loinc}", "")) for loinc in cassette.analytes]
    return [(loinc, value) for loinc, value in sent if value in allowed]


def _page(
    request: HttpRequest, staff: Staff, found: Visit, cassette: Cassette, wrong: str
) -> HttpResponse:
    shown = card.shown(found, found.open(staff.actor))
    chosen = dict(_values(request, cassette))
    context: dict[str, Any] = {
        "staff": staff,
        "visit": shown,
        # The clock without its way here.
        "clock": replace(clock(found.screening, found.visit, "", cassette), url="", act="", key=""),
        "lines": [
            LineChoice(
                number,
                loinc,
                wording.analyte(loinc),
                chosen.get(loinc, ResultValue.NEGATIVE.value),
            )
            for number, loinc in enumerate(cassette.analytes, start=1)
        ],
        "values": [value.value for value in VALUES],
        "reasons": [(one.value, _REASONS[one]) for one in REASONS.get(cassette.window, ())],
        "reason": request.POST.get("timing_reason", ""),
        "said": said(request),
        "wrong": wrong,
        "nonce": uuid4(),
        "now": timezone.now(),
        "started": wording.clock(cassette.started_at),
    }
    return render(request, "counter/desk/read.html", context)
