"""Paper: the sheet of a result (A4) and the slip that opens it on a telephone (80 mm).

Comes in: a visit that has a result. Goes out: pages that are drawn for a printer. Always holds: a
result that is printed has left the counter; the slip has neither a name, nor a test, nor a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import segno
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.desk import wording
from ecouvillon.entrances.counter.desk.said import say
from ecouvillon.entrances.counter.desk.start import CHECKS
from ecouvillon.errors import KeyReused, NotFound, WrongState
from ecouvillon.pathway import hand_over as handing_over
from ecouvillon.pathway.request import Asked
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.screening.patient import Reading
from ecouvillon.terminology.link_code import display_link_code
from ecouvillon.terminology.loinc import ANALYTES
from ecouvillon.terminology.visit_number import format_visit_number


@dataclass(frozen=True, slots=True, repr=False)
class Finding:
    """One line of the kit, as the sheet shows it."""

    name: str
    value: str


@require_POST
@staff()
def print_out(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """Ends the minute of a result, which leaves now, and shows the sheet for the printer."""
    nonce = forms.UUIDField().clean(request.POST.get("nonce", ""))
    try:
        handing_over.hand_over(
            staff.actor, screening, Asked(f"counter:{nonce}", b"print" + screening.bytes)
        )
    except WrongState:
        return say("unprinted")
    except KeyReused:
        return say("reused")
    return HttpResponseRedirect(reverse("counter:paper", args=[screening]) + "?now=1")


@require_safe
@staff()
def paper(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """The sheet: all that the traceability rule of June 2024 asks for."""
    try:
        sheet = handing_over.sheet(staff.actor, screening)
    except WrongState:
        return say("unprinted")
    return render(
        request,
        "counter/after/paper.html",
        {
            "staff": staff,
            "sheet": sheet,
            "screening": screening,
            "number": format_visit_number(sheet.visit),
            "findings": findings(sheet.reading),
            "check": dict(CHECKS).get(sheet.identity_check) if sheet.identity_check else None,
            "now": bool(request.GET.get("now")),
        },
    )


@require_safe
@staff()
def slip(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """The slip: how to open the result, with the link as a QR and the code in its frame."""
    try:
        visit, opened = handing_over.slip(staff.actor, screening)
    except NotFound:
        return say("no-code")
    drawing = segno.make(opened.url, error="m", micro=False)
    return render(
        request,
        "counter/after/slip.html",
        {
            "staff": staff,
            "screening": screening,
            "number": format_visit_number(visit),
            "code": display_link_code(opened.code),
            # Drawn by us from an address that we made: there is nothing in it to escape.
            "qr": mark_safe(drawing.svg_inline(border=0, omitsize=True)),  # noqa: S308
            "printed_at": timezone.localtime(),
            "now": bool(request.GET.get("now")),
        },
    )


def findings(reading: Reading) -> list[Finding]:
    """The values of a reading, in the order in which all papers list them."""
    values = dict(reading.values)
    return [
        Finding(wording.analyte(loinc), values[loinc].value)
        for loinc in ANALYTES
        if loinc in values
    ]
