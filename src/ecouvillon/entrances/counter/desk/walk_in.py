"""Somebody without registration: the least that a test needs, typed by staff.

Comes in: birth name, first name, birth date, sex. Goes out: the card of the new visit. Always
holds: the same form twice is one visit; what was typed stays when something is wrong.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.desk.focus import Choices, focus
from ecouvillon.entrances.counter.desk.said import say
from ecouvillon.errors import KeyReused
from ecouvillon.frame.birth_date import BirthDateField
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.walk_in import walk_in
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.screening.patient import Identity
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.sex import Sex
from ecouvillon.terminology.text import UnsafeText, person_name


class NameField(forms.CharField):
    """A name as `terminology.text` accepts it; the error never repeats what was typed."""

    def clean(self, value: Any) -> str:
        """The name; raises ValidationError."""
        text = super().clean(value)
        try:
            return person_name(text) if text else ""
        except UnsafeText:
            raise ValidationError(
                _("Use letters, spaces, hyphens and apostrophes only."), code="unsafe"
            ) from None


class WalkInForm(forms.Form):
    """Who is there; first names are separated by commas."""

    nonce = forms.UUIDField(widget=forms.HiddenInput)
    birth_name = NameField(label=_("Birth name"))
    first_names = forms.CharField(
        label=_("First names"), help_text=_("With commas between them."), max_length=500
    )
    birth_date = BirthDateField(label=_("Birth date"), autocomplete=False)
    sex = forms.ChoiceField(
        label=_("Sex in the civil register"),
        choices=[(Sex.FEMALE.value, _("Female")), (Sex.MALE.value, _("Male"))],
        widget=Choices,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("birth_name", "first_names"):
            # Others' names have no place in a browser's memory.
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_first_names(self) -> tuple[str, ...]:
        """Each first name, in order."""
        parts = [part.strip() for part in self.cleaned_data["first_names"].split(",")]
        names = tuple(NameField().clean(part) for part in parts if part)
        if not names:
            raise ValidationError(_("At least one first name is needed."), code="missing")
        return names

    def identity(self) -> Identity:
        """What was typed, as an identity."""
        typed = self.cleaned_data
        return Identity(
            typed["birth_name"], typed["first_names"], Sex(typed["sex"]), typed["birth_date"]
        )


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def walk_in_page(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The form, or the card of who was registered with it."""
    form = WalkInForm(
        request.POST if request.method == "POST" else None, initial={"nonce": uuid4()}
    )
    if form.is_valid():
        identity = form.identity()
        asked = Asked(
            f"counter:{form.cleaned_data['nonce']}", json.dumps(identity.document()).encode()
        )
        try:
            screening = walk_in(staff.actor, Registration(identity, None, None), asked)
        except KeyReused:
            return say("reused")
        return HttpResponseRedirect(reverse("counter:start", args=[screening]))
    focus(form, "birth_name")
    return render(request, "counter/desk/walk_in.html", {"staff": staff, "form": form})
