"""The patient's card put right or filled in: what a document says, how they can be reached.

Comes in: a visit without a result, what staff type. Goes out: a new version of the registration,
then the card again. Always holds: two people on one card don't overwrite each other; what is not on
the form (address, consent, NIR) stays as it was.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.desk.said import say
from ecouvillon.entrances.counter.desk.scan import onward
from ecouvillon.entrances.counter.desk.walk_in import NameField, WalkInForm
from ecouvillon.errors import KeyReused, WrongState
from ecouvillon.exits.reporting.routing import ROUTES, routes
from ecouvillon.pathway.check_in import OnFile, amend, on_file
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.visit import Found, visit
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.screening.models import State
from ecouvillon.screening.patient import Contact
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.ins import InvalidBirthPlace, birth_place
from ecouvillon.terminology.nir import Nir
from ecouvillon.terminology.phone import InvalidPhone, parse_phone
from ecouvillon.terminology.sex import Sex
from ecouvillon.trust.isolation.change import ask


class AmendForm(WalkInForm):
    """Who is there, as far as the counter asks; `version` is the one that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    used_name = NameField(label=_("Used name"), required=False)
    birth_place = forms.CharField(
        label=_("Birth place"),
        required=False,
        max_length=12,
        help_text=_("INSEE code, as on the health insurance’s certificate; 99… for abroad."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("Only to tell that there is something to read."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=40)

    def clean_birth_place(self) -> str | None:
        """The INSEE code."""
        text = self.cleaned_data["birth_place"]
        try:
            return birth_place(text) if text else None
        except InvalidBirthPlace:
            raise ValidationError(
                _("5 characters, such as 75056; not a postal code."), code="format"
            ) from None

    def clean_phone(self) -> str | None:
        """The number in E.164."""
        text = self.cleaned_data["phone"]
        try:
            return parse_phone(text) if text else None
        except InvalidPhone:
            raise ValidationError(
                _("Write it as 06 12 34 56 78, or with + and the country’s code."), code="phone"
            ) from None

    def registration(self, before: Registration) -> Registration:
        """What was typed, and of `before` what the form does not ask."""
        typed = self.cleaned_data
        contact = Contact(typed["email"] or None, typed["phone"])
        return Registration(
            identity=replace(
                before.identity,
                birth_name=typed["birth_name"],
                first_names=typed["first_names"],
                sex=Sex(typed["sex"]),
                birth_date=typed["birth_date"],
                used_name=typed["used_name"] or None,
                birth_place=typed["birth_place"],
            ),
            contact=contact if contact.email or contact.phone else None,
            nir=self._kept(before.nir),
        )

    def _kept(self, nir: str | None) -> str | None:
        # One that contradicts the document is somebody else's: better none than a wrong one.
        typed = self.cleaned_data
        sex, born = Sex(typed["sex"]), typed["birth_date"]
        return nir if nir and Nir.parse(nir).contradicts(sex, born) is None else None


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def amend_page(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """The form, filled in with what is registered; a POST puts it right."""
    found = visit(staff.pharmacy.tenant, screening)
    if request.method != "POST":
        if found.state not in (State.REGISTERED, State.SAMPLED):
            return onward(Found(screening, found.state), found.visit)
        return _page(request, staff, screening, AmendForm(initial=_initial(staff, screening)))
    form = AmendForm(request.POST)
    if not form.is_valid():
        return _page(request, staff, screening, form)
    before = on_file(staff.actor, screening)
    (rows,) = ask(ROUTES)
    typed = form.cleaned_data
    asked = Asked(f"counter:{typed['nonce']}", json.dumps(typed, default=str).encode())
    amended = OnFile(typed["version"], form.registration(before.registration))
    try:
        amend(staff.actor, screening, amended, asked, routes(rows))
    except WrongState:
        return say("amended", found.visit)
    except KeyReused:
        return say("reused")
    return onward(Found(screening, found.state), found.visit)


def _initial(staff: Staff, screening: UUID) -> dict[str, Any]:
    before = on_file(staff.actor, screening)
    identity, contact = before.registration.identity, before.registration.contact
    return {
        "nonce": uuid4(),
        "version": before.version,
        "birth_name": identity.birth_name,
        "first_names": ", ".join(identity.first_names),
        "birth_date": identity.birth_date,
        "sex": identity.sex.value,
        "used_name": identity.used_name or "",
        "birth_place": identity.birth_place or "",
        "email": "" if contact is None else contact.email or "",
        "phone": "" if contact is None else contact.phone or "",
    }


def _page(request: HttpRequest, staff: Staff, screening: UUID, form: AmendForm) -> HttpResponse:
    context = {"staff": staff, "form": form, "screening": screening}
    return render(request, "counter/desk/amend.html", context)
