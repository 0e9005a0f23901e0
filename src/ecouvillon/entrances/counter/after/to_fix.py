"""To fix: what a destination refused, why, and the mend on the same screen.

Comes in: refusals of any day, what staff type. Goes out: an amended identity, that goes again.
Always holds: the patient has the result whatever happens here; the destination's own words are
opened for the correction only, since they may quote the patient.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.after.complaints import COMPLAINTS, Complaint
from ecouvillon.entrances.counter.after.identity_form import IdentityForm
from ecouvillon.entrances.counter.desk.focus import focus
from ecouvillon.entrances.counter.desk.names import NAMES
from ecouvillon.entrances.counter.desk.said import say
from ecouvillon.errors import KeyReused, WrongState
from ecouvillon.exits.reporting.routing import ROUTES, routes
from ecouvillon.pathway.correct import Correction, Reason, correct
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.to_fix import Refusal, Why, on_file, refusals, why
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.terminology.visit_number import format_visit_number
from ecouvillon.trust.isolation.change import ask


@dataclass(frozen=True, slots=True, repr=False)
class ShownRefusal:
    """A refusal as its list shows it."""

    refusal: Refusal
    number: str
    name: str
    at: datetime
    why: Why
    complaint: Complaint


@require_safe
@staff()
def to_fix(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The list, and the mend of the one that was chosen (`at`, or `of` a visit)."""
    shown = _shown(staff)
    wanted = {request.GET.get("at", ""), request.GET.get("of", "")}
    chosen = next(
        (
            one
            for one in shown
            if wanted & {str(one.refusal.transmission), str(one.refusal.screening)}
        ),
        shown[0] if shown else None,
    )
    form = None
    if chosen is not None:
        found = on_file(staff.actor, chosen.refusal.screening)
        form = IdentityForm(
            found.registration,
            initial={"nonce": uuid4(), "seen": found.versions},
            asked=chosen.complaint.fields,
        )
    return _page(request, staff, shown, chosen, form)


@require_POST
@staff(fresh=True)
def mend(request: HttpRequest, staff: Staff, transmission: UUID) -> HttpResponse:
    """Puts the patient's data right; the result goes again."""
    shown = _shown(staff)
    chosen = next((one for one in shown if one.refusal.transmission == transmission), None)
    if chosen is None:
        return HttpResponseRedirect(reverse("counter:to_fix"))
    found = on_file(staff.actor, chosen.refusal.screening)
    form = IdentityForm(found.registration, request.POST, asked=chosen.complaint.fields)
    if not form.is_valid():
        return _page(request, staff, shown, chosen, form)
    typed = form.cleaned_data
    (rows,) = ask(ROUTES)
    correction = Correction(
        chosen.refusal.screening,
        Reason.WRONG_IDENTITY,
        form.registration(),
        None,
        seen=typed["seen"],
    )
    asked = Asked(f"counter:{typed['nonce']}", json.dumps(typed, default=str).encode())
    try:
        correct(staff.actor, correction, asked, routes(rows))
    except WrongState:
        return say("changed", chosen.refusal.visit)
    except KeyReused:
        return say("reused")
    return HttpResponseRedirect(reverse("counter:to_fix"))


def _shown(staff: Staff) -> list[ShownRefusal]:
    found = refusals(staff.pharmacy.tenant)
    # A visit may be refused by two destinations: one name is enough.
    names = NAMES.of(staff, list({one.screening: one.identity for one in found}.values()))
    return [
        ShownRefusal(
            refusal,
            format_visit_number(refusal.visit),
            names[refusal.screening],
            refusal.refused_at,
            reason,
            COMPLAINTS[reason.mend],
        )
        for refusal, reason in zip(found, why(staff.actor, found), strict=True)
    ]


def _page(
    request: HttpRequest,
    staff: Staff,
    shown: list[ShownRefusal],
    chosen: ShownRefusal | None,
    form: IdentityForm | None,
) -> HttpResponse:
    concerned = chosen.complaint.fields if chosen else ()
    if form is not None and concerned:
        focus(form, concerned[0])
    fields = {} if form is None else {bound.name: bound for bound in form if not bound.is_hidden}
    context = {
        "staff": staff,
        "refusals": shown,
        "chosen": chosen,
        "form": form,
        "first": [fields[name] for name in concerned if name in fields],
        "rest": [bound for name, bound in fields.items() if name not in concerned],
    }
    return render(request, "counter/after/to_fix.html", context)
