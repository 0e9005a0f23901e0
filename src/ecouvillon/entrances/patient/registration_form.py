"""What a patient tells before the test: who they are, and how the result reaches them.

Comes in: what was typed, the active destinations. Goes out: a `Registration`, or the form with its
errors. Always holds: NIR, address and consent are asked only where an active destination uses them;
consent has no default; no field needs anything French.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecouvillon.entrances.patient import countries, typed
from ecouvillon.entrances.patient.typed import RuledField
from ecouvillon.exits.reporting.routing import Route
from ecouvillon.frame.birth_date import BirthDateField
from ecouvillon.pathway.request import Asked
from ecouvillon.screening.patient import Address, Contact, Identity
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.sex import Sex
from ecouvillon.terminology.text import person_name

_CHOOSE = _("Choose one of these.")
_SEXES = [
    (Sex.FEMALE.value, pgettext_lazy("sex", "Female")),
    (Sex.MALE.value, pgettext_lazy("sex", "Male")),
]
_ANSWERS = [("yes", pgettext_lazy("consent", "Yes")), ("no", pgettext_lazy("consent", "No"))]


def _text(autocomplete: str, **more: str) -> forms.TextInput:
    return forms.TextInput({"autocomplete": autocomplete, **more})


class RegistrationForm(forms.Form):
    """One person; the fields at the end exist only with an active destination."""

    nonce = forms.RegexField("[0-9a-f]{32}", widget=forms.HiddenInput)
    birth_name = RuledField(
        person_name, label=_("Birth name"), widget=_text("family-name", spellcheck="false")
    )
    first_names = RuledField(
        typed.first_names,
        label=_("First names"),
        help_text=_("All of them, in their order, with a space between"),
        widget=_text("given-name", spellcheck="false"),
    )
    used_name = RuledField(
        person_name,
        label=_("Name in daily use"),
        help_text=_("If it is another one"),
        required=False,
        widget=_text("off", spellcheck="false"),
    )
    birth_date = BirthDateField(label=_("Birth date"), help_text=_("For example 29 2 1984"))
    sex = forms.ChoiceField(
        label=_("Sex in the civil register"),
        choices=_SEXES,
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    birth_country = forms.ChoiceField(
        label=_("Country of birth"),
        choices=countries.choices,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        error_messages={"invalid": _("This is no e-mail address. Check it.")},
        widget=forms.EmailInput({"autocomplete": "email", "spellcheck": "false"}),
    )
    phone = RuledField(
        typed.phone,
        label=_("Telephone, so that the pharmacy can call you"),
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}),
    )
    sharing_consent = forms.ChoiceField(
        label=_("May your result go to the national system with your name?"),
        help_text=_(
            "Your answer changes nothing in your test. "
            "With a no, it goes without your name, or not at all."
        ),
        choices=_ANSWERS,
        widget=forms.RadioSelect,
        error_messages={"required": _CHOOSE, "invalid_choice": _CHOOSE},
    )
    nir = RuledField(
        typed.nir,
        label=_("Social security number"),
        help_text=_("15 characters. Kept with a yes only, and destroyed once it was handed on."),
        required=False,
        widget=_text("off", spellcheck="false"),
    )
    address_country = forms.ChoiceField(
        label=_("Country where you live"), required=False, choices=countries.choices
    )
    address_lines = RuledField(
        typed.lines,
        label=_("Address"),
        required=False,
        widget=forms.Textarea({"rows": 2, "autocomplete": "street-address"}),
    )
    postal_code = RuledField(
        typed.line, label=_("Postcode"), required=False, widget=_text("postal-code")
    )
    city = RuledField(typed.line, label=_("Town"), required=False, widget=_text("address-level2"))

    def __init__(self, active: Sequence[Route], *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if not active:
            for name in (
                "sharing_consent",
                "address_country",
                "address_lines",
                "postal_code",
                "city",
            ):
                del self.fields[name]
        if not any(route.needs_nir for route in active):
            del self.fields["nir"]

    def clean(self) -> dict[str, Any]:
        """What contradicts each other. The message does not say what a NIR says of its holder."""
        data = super().clean() or {}
        nir, sex, born = data.get("nir"), data.get("sex"), data.get("birth_date")
        if nir and sex and born and nir.contradicts(Sex(sex), born):
            self.add_error("nir", _("This number and the sex or birth date contradict each other."))
        if (data.get("address_lines") or data.get("postal_code")) and not data.get("city"):
            self.add_error("city", _("The town is missing."))
        return data

    def registration(self) -> Registration:
        """The patient, once the form is valid."""
        data = self.cleaned_data
        answer = data.get("sharing_consent")
        contact = Contact(data["email"] or None, data["phone"])
        return Registration(
            identity=Identity(
                birth_name=data["birth_name"],
                first_names=data["first_names"],
                sex=Sex(data["sex"]),
                birth_date=data["birth_date"],
                used_name=data["used_name"],
                birth_place=countries.birth_place(data["birth_country"]),
                address=self._address(),
                sharing_consent=None if answer is None else answer == "yes",
            ),
            contact=contact if contact.email or contact.phone else None,
            nir=data["nir"].number if data.get("nir") else None,
        )

    def asked(self) -> Asked:
        """The request that this form is: its nonce, and its content as canonical bytes."""
        registration = self.registration()
        content = {
            "identity": registration.identity.document(),
            "contact": registration.contact and registration.contact.document(),
            "nir": registration.nir,
        }
        body = json.dumps(content, sort_keys=True).encode()
        return Asked(f"form/{self.cleaned_data['nonce']}", body)

    def _address(self) -> Address | None:
        data = self.cleaned_data
        if not data.get("city"):
            return None
        return Address(
            lines=data["address_lines"] or (),
            postal_code=data["postal_code"] or "",
            city=data["city"],
            country=data["address_country"] or countries.FRANCE,
        )
