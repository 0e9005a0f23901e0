"""A kit that nobody here has used yet: its GTIN is paired once with what stands on the box.

Comes in: a scan that no pairing knows, and what staff read on the box and in its leaflet. Goes out:
the card that was open, with the kit. Always holds: the window is the leaflet's, in whole minutes.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.desk import wording
from ecouvillon.entrances.counter.desk.said import say
from ecouvillon.errors import NotFound
from ecouvillon.people.pharmacy.kits import Pairing, pair_kit
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.terminology.loinc import ANALYTES

LONGEST_MINUTES = 120


class PairingForm(forms.Form):
    """What a GTIN means."""

    name = forms.CharField(label=_("Name of the kit"), max_length=40)
    device = forms.CharField(
        label=_("Number in the European list"),
        help_text=_("Of the manufacturer’s declaration, or “other”."),
        validators=[
            RegexValidator(r"\A[A-Za-z0-9.\-]{1,32}\Z", _("Digits and letters, without spaces."))
        ],
    )
    analytes = forms.MultipleChoiceField(
        label=_("What it looks for"), widget=forms.CheckboxSelectMultiple
    )
    reading_from = forms.IntegerField(
        label=_("Read from (minutes)"), min_value=0, max_value=LONGEST_MINUTES
    )
    reading_until = forms.IntegerField(
        label=_("Read until (minutes)"), min_value=1, max_value=LONGEST_MINUTES
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["analytes"].choices = [  # type: ignore[attr-defined]
            (loinc, wording.analyte(loinc)) for loinc in ANALYTES
        ]

    def clean(self) -> dict[str, Any]:
        """Also refuses a window that closes before it opens."""
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if typed.get("reading_from", -1) >= typed.get("reading_until", LONGEST_MINUTES):
            self.add_error(
                "reading_until", ValidationError(_("The window must end after it begins."))
            )
        return typed


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def pair(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The form for the GTIN of the address; afterwards the card that was open."""
    gtin = request.GET.get("gtin", "")
    if not re.fullmatch("[0-9]{14}", gtin):
        raise NotFound
    form = PairingForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"staff": staff, "form": form, "gtin": gtin}
        return render(request, "counter/desk/pair.html", context)
    typed = form.cleaned_data
    pair_kit(
        staff.actor,
        Pairing(
            gtin=gtin,
            device=typed["device"],
            name=typed["name"],
            analytes=tuple(typed["analytes"]),
            reading_from=typed["reading_from"] * 60,
            reading_until=typed["reading_until"] * 60,
        ),
    )
    return _back(request)


def _back(request: HttpRequest) -> HttpResponseRedirect:
    try:
        card = reverse("counter:start", args=[UUID(request.GET.get("at", ""))])
    except ValueError:
        return say("paired")
    fields = {name: request.GET.get(name, "") for name in ("gtin", "lot", "expiry")}
    return HttpResponseRedirect(f"{card}?{urlencode(fields)}")
