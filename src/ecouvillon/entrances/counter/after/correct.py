"""Correcting a result that stands: what was read, whose it is, both swapped, or void.

Comes in: a visit with a result, a reason, what is true after all. Goes out: a new version, which
goes where the old one went. Always holds: who corrects has touched their key within five minutes;
two people on one result don't overwrite each other; nothing is overwritten.
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
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.after.identity_form import IdentityForm
from ecouvillon.entrances.counter.desk import wording
from ecouvillon.entrances.counter.desk.focus import Choices, focus
from ecouvillon.entrances.counter.desk.names import NAMES
from ecouvillon.entrances.counter.desk.said import say
from ecouvillon.errors import KeyReused, WrongState
from ecouvillon.exits.reporting.routing import ROUTES, routes
from ecouvillon.pathway.correct import Correction, Reason, cancel, correct
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.swap import Recorded, opposite, recorded, swap
from ecouvillon.pathway.to_fix import OnFile, on_file
from ecouvillon.pathway.visit import Visit, visit
from ecouvillon.people.pharmacy.staff import Pharmacist, Staff
from ecouvillon.screening.models import State
from ecouvillon.screening.patient import Performer, Reading
from ecouvillon.terminology.loinc import ANALYTES
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.visit_number import format_visit_number, parse_visit_number
from ecouvillon.trust.isolation.change import ask

REASONS = (
    (Reason.MISREAD.value, gettext_lazy("Misread, or mistyped")),
    (Reason.WRONG_IDENTITY.value, gettext_lazy("The identity was wrong")),
    (Reason.WRONG_PATIENT.value, gettext_lazy("It was somebody else’s")),
    (Reason.WRONG_KIT.value, gettext_lazy("The wrong kit")),
    (Reason.OTHER.value, gettext_lazy("Another reason")),
)


@dataclass(frozen=True, slots=True, repr=False)
class ValueChoice:
    """One analyte: what it is called, and what is chosen."""

    loinc: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, repr=False)
class Looked:
    """All that was opened of the visit."""

    visit: Visit
    standing: Recorded
    before: OnFile


class CorrectionForm(IdentityForm):
    """The whole of a result: reason, identity; its values have a field each."""

    reason = forms.ChoiceField(label=gettext_lazy("Why?"), choices=REASONS, widget=Choices)


class ReasonForm(forms.Form):
    """A result that is void, and why."""

    nonce = forms.UUIDField()
    why = forms.ChoiceField(choices=REASONS)


class SwapForm(forms.Form):
    """Two visits, as they were looked at."""

    nonce = forms.UUIDField()
    other = forms.UUIDField()
    seen = forms.IntegerField()
    other_seen = forms.IntegerField()


@require_http_methods(["GET", "HEAD", "POST"])
@staff(fresh=True)
def correct_page(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """The page; a POST corrects."""
    if staff.performer is None:
        here = reverse("counter:correct", args=[screening])
        return HttpResponseRedirect(f"{reverse('counter:performer')}?next={here}")
    found = visit(staff.pharmacy.tenant, screening)
    if found.state is not State.RESULTED:
        return say("uncorrected", found.visit)
    looked = Looked(found, recorded(staff.actor, screening), on_file(staff.actor, screening))
    before = looked.before
    if request.method != "POST":
        form = CorrectionForm(
            before.registration, initial={"nonce": uuid4(), "seen": before.versions}
        )
        return _page(request, staff, looked, form)
    form = CorrectionForm(before.registration, request.POST)
    if not form.is_valid():
        return _page(request, staff, looked, form)
    return _correct(request, staff, staff.performer, looked, form)


def _correct(
    request: HttpRequest,
    staff: Staff,
    performer: Pharmacist,
    looked: Looked,
    form: CorrectionForm,
) -> HttpResponse:
    found, standing, before = looked.visit, looked.standing, looked.before
    typed = form.cleaned_data
    values = _values(request, standing.reading)
    registration = form.registration()
    amended = registration if registration != before.registration else None
    reading = None
    if values != standing.reading.values:
        answers = Performer(performer.rpps, performer.family, performer.given)
        reading = replace(standing.reading, values=values, performer=answers)
    if amended is None and reading is None and typed["seen"] == before.versions:
        return _page(request, staff, looked, form, _("Nothing is different yet."))
    correction = Correction(
        found.screening, Reason(typed["reason"]), amended, reading, seen=typed["seen"]
    )
    body = json.dumps([typed, values], default=str).encode()
    return _done(
        found,
        "corrected",
        lambda: correct(
            staff.actor, correction, Asked(f"counter:{typed['nonce']}", body), _active()
        ),
    )


@require_POST
@staff(fresh=True)
def cancel_page(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """Voids the result."""
    found = visit(staff.pharmacy.tenant, screening)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return HttpResponseRedirect(reverse("counter:correct", args=[screening]))
    typed = form.cleaned_data
    asked = Asked(f"counter:{typed['nonce']}", b"cancel" + screening.bytes)
    return _done(
        found,
        "cancelled",
        lambda: cancel(staff.actor, screening, Reason(typed["why"]), asked, _active()),
    )


@require_POST
@staff(fresh=True)
def swap_page(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """Exchanges the readings of two visits."""
    found = visit(staff.pharmacy.tenant, screening)
    form = SwapForm(request.POST)
    if not form.is_valid() or form.cleaned_data["other"] == screening:
        return HttpResponseRedirect(reverse("counter:correct", args=[screening]))
    typed = form.cleaned_data

    def exchange() -> None:
        one, other = (recorded(staff.actor, id_) for id_ in (screening, typed["other"]))
        one = replace(one, versions=typed["seen"])
        other = replace(other, versions=typed["other_seen"])
        asked = Asked(f"counter:{typed['nonce']}", screening.bytes + typed["other"].bytes)
        swap(staff.actor, one, other, asked, _active())

    return _done(found, "swapped", exchange)


def _done(found: Visit, said: str, act: Any) -> HttpResponse:
    try:
        act()
    except WrongState:
        return say("changed", found.visit)
    except KeyReused:
        return say("reused")
    return say(said, found.visit)


def _active() -> Any:
    (rows,) = ask(ROUTES)
    return routes(rows)


def _values(request: HttpRequest, reading: Reading) -> tuple[tuple[str, ResultValue], ...]:
    chosen = []
    for loinc, value in reading.values:
        sent = request.POST.get(f"value_{loinc}", value.value)
        chosen.append((loinc, ResultValue(sent) if sent in set(ResultValue) else value))
    return tuple(chosen)


def _page(
    request: HttpRequest, staff: Staff, looked: Looked, form: CorrectionForm, wrong: str = ""
) -> HttpResponse:
    found, standing = looked.visit, looked.standing
    values = dict(_values(request, standing.reading))
    focus(form, "reason")
    context = {
        "staff": staff,
        "screening": found.screening,
        "number": format_visit_number(found.visit),
        "name": NAMES.of(staff, [found.sealed])[found.screening],
        "form": form,
        "identity": [b for b in form if not b.is_hidden and b.name != "reason"],
        "lines": [
            ValueChoice(loinc, wording.analyte(loinc), values[loinc].value)
            for loinc in ANALYTES
            if loinc in values
        ],
        "values": [value.value for value in ResultValue],
        "reasons": REASONS,
        "wrong": wrong,
        "nonces": (uuid4(), uuid4()),
        "versions": standing.versions,
        "with": request.GET.get("with", ""),
        "other": _other(request, staff, found),
    }
    return render(request, "counter/after/correct.html", context)


def _other(request: HttpRequest, staff: Staff, found: Visit) -> dict[str, Any] | None:
    """The visit of the same day whose number was typed, if it has a result of its own."""
    count = parse_visit_number(request.GET.get("with", ""))
    if count is None:
        return None
    other = opposite(staff.pharmacy.tenant, found.screening, count)
    if other is None:
        return None
    return {
        "screening": other.screening,
        "number": format_visit_number(count),
        "name": NAMES.of(staff, [other.identity])[other.screening],
        "versions": other.versions,
    }
