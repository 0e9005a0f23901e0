"""The patient's data as staff put it right, filled in with what is on file.

Comes in: a registration, what staff type. Goes out: the registration as it is to be. Always holds:
what the form does not ask stays as it was; no message repeats what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ecouvillon.entrances.counter.desk.walk_in import NameField, WalkInForm
from ecouvillon.screening.patient import Address, Contact, Identity
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.ins import birth_place
from ecouvillon.terminology.nir import Nir
from ecouvillon.terminology.phone import parse_phone
from ecouvillon.terminology.refusal import Refused
from ecouvillon.terminology.sex import Sex
from ecouvillon.terminology.text import clean_text

_ADDRESS = ("address_lines", "postal_code", "city", "country")


class RuledField(forms.CharField):
    """A text that one of the terminology's rules accepts; None where there is none."""

    def __init__(self, rule: Callable[[str], str], wrong: Any, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "max_length": 300} | kwargs)
        self._rule, self._wrong = rule, wrong
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> str | None:
        """The text as it is kept; raises ValidationError."""
        text = super().clean(value)
        try:
            return self._rule(text) if text else None
        except Refused:
            raise ValidationError(self._wrong, code="refused") from None


def _nir(text: str) -> str:
    return Nir.parse(text).number


def _line(text: str) -> str:
    return clean_text(text, max_length=100)


_CHECK = _("This can’t be right. Check it.")


class IdentityForm(WalkInForm):
    """All of a patient that can be wrong; `seen` is how many versions there were."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    used_name = NameField(label=_("Used name"), required=False)
    birth_place = RuledField(
        birth_place,
        _("5 characters, such as 75056; not a postal code."),
        label=_("Birth place"),
        help_text=_("INSEE code of the town as it was on the day of birth; 99… for abroad."),
    )
    nir = RuledField(_nir, _CHECK, label=_("Social security number"))
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = RuledField(parse_phone, _CHECK, label=_("Telephone"))
    address_lines = RuledField(_line, _CHECK, label=_("Address"))
    postal_code = RuledField(_line, _CHECK, label=_("Postcode"))
    city = RuledField(_line, _CHECK, label=_("Town"))
    country = forms.RegexField(
        r"\A[A-Z]{2}\Z",
        label=_("Country"),
        required=False,
        help_text=_("Two capital letters, such as FR."),
        error_messages={"invalid": _CHECK},
    )

    def __init__(
        self, before: Registration, *args: Any, asked: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, initial=_initial(before) | kwargs.pop("initial", {}), **kwargs)
        self._before = before
        kept = {"nir": before.nir} | dict.fromkeys(_ADDRESS, before.identity.address)
        for name, value in kept.items():
            # What is not on file is asked for only where it is what is missing.
            if value is None and name not in asked:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """What contradicts each other. The message does not say what a NIR says of its holder."""
        typed = super().clean() or self.cleaned_data
        nir, sex, born = (typed.get(name) for name in ("nir", "sex", "birth_date"))
        if nir and sex and born and Nir.parse(nir).contradicts(Sex(sex), born):
            self.add_error("nir", _("This number and the sex or birth date contradict each other."))
        return typed

    def registration(self) -> Registration:
        """What was typed, and what is on file of all that was not asked."""
        typed, before = self.cleaned_data, self._before
        contact = Contact(typed["email"] or None, typed["phone"] or None)
        return Registration(
            identity=replace(
                before.identity,
                birth_name=typed["birth_name"],
                first_names=typed["first_names"],
                sex=Sex(typed["sex"]),
                birth_date=typed["birth_date"],
                used_name=typed["used_name"] or None,
                birth_place=typed["birth_place"],
                address=self._address(),
            ),
            contact=contact if contact.email or contact.phone else None,
            nir=typed.get("nir", before.nir),
        )

    def _address(self) -> Address | None:
        typed = self.cleaned_data
        if "city" not in typed:
            return self._before.identity.address
        if not typed["city"]:
            return None
        on_file = self._before.identity.address
        lines = () if on_file is None else on_file.lines
        if typed["address_lines"] != (", ".join(lines) or None):
            lines = (typed["address_lines"],) if typed["address_lines"] else ()
        return Address(lines, typed["postal_code"] or "", typed["city"], typed["country"] or "FR")


def _initial(before: Registration) -> dict[str, Any]:
    identity, contact, address = before.identity, before.contact, before.identity.address
    return _of(identity) | {
        "nir": before.nir,
        "email": contact and contact.email,
        "phone": contact and contact.phone,
        "address_lines": address and ", ".join(address.lines),
        "postal_code": address and address.postal_code,
        "city": address and address.city,
        "country": address and address.country,
    }


def _of(identity: Identity) -> dict[str, Any]:
    return {
        "birth_name": identity.birth_name,
        "first_names": ", ".join(identity.first_names),
        "birth_date": identity.birth_date,
        "sex": identity.sex.value,
        "used_name": identity.used_name,
        "birth_place": identity.birth_place,
    }
