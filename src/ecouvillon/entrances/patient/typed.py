"""Text as patients type it, by the rules of `terminology`.

Comes in: what was typed. Goes out: values that are right by construction, or an error in a
patient's words. Always holds: an error says what to do and never repeats what was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ecouvillon.terminology.nir import Nir
from ecouvillon.terminology.phone import InvalidPhone, parse_phone
from ecouvillon.terminology.refusal import Refused
from ecouvillon.terminology.text import clean_text, person_name

# Long enough for whatever a rule then refuses in its own words.
_MOST_TYPED = 500

_SAID: dict[str, Any] = {
    "empty": _("Something is missing here."),
    "too_long": _("This is too long: 100 characters at most."),
    "control_character": _("This holds a sign that can’t be kept. Type it again by hand."),
    "bidi_mark": _("This holds a sign that can’t be kept. Type it again by hand."),
    "unexpected_character": _("Use letters, spaces, hyphens and apostrophes only."),
    "format": _("The number has 15 characters: digits, but for 2A or 2B in Corsica."),
    "sex": _("The number begins with 1 or 2. Check it."),
    "month": _("The 4th and 5th digits are no month. Check them."),
    "place": _("The 6th and 7th characters are no département. Check them."),
    "order": _("The 11th to 13th digits can’t be right. Check them."),
    "key": _("The last two digits do not fit the others: something was mistyped."),
}


class RuledField(forms.CharField):
    """Text that a rule of the field reads; the cleaned value is what the rule returns."""

    def __init__(self, rule: Callable[[str], Any], **more: Any) -> None:
        super().__init__(max_length=_MOST_TYPED, **more)
        self.rule = rule
        self.error_messages |= {
            "required": _SAID["empty"],
            "max_length": _SAID["too_long"],
            "null_characters_not_allowed": _SAID["control_character"],
        }

    def clean(self, value: Any) -> Any:
        """What the rule reads, None for nothing; raises ValidationError with the rule's code."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.rule(text)
        except Refused as refused:
            raise ValidationError(_SAID[refused.code], code=refused.code) from None


def first_names(text: str) -> tuple[str, ...]:
    """First names in their order; raises UnsafeText."""
    return tuple(person_name(name) for name in re.split(r"[\s,;]+", text.strip(" ,;")))


def line(text: str) -> str:
    """A line of an address; raises UnsafeText."""
    return clean_text(text, max_length=100)


def lines(text: str) -> tuple[str, ...]:
    """The lines of an address, three at most; raises UnsafeText."""
    found = tuple(line(one) for one in text.splitlines() if one.strip())
    if len(found) > 3:  # noqa: PLR2004 - PID-11 has a line and its other designation
        raise ValidationError(_("Three lines at most."), code="too_many")
    return found


def nir(text: str) -> Nir:
    """A NIR; raises InvalidNir."""
    return Nir.parse(text)


def phone(text: str) -> str:
    """A telephone number in E.164; a French one may be written as in France."""
    try:
        return parse_phone(text)
    except InvalidPhone:
        raise ValidationError(
            _("Write it as 06 12 34 56 78, or with + and the country’s code."), code="phone"
        ) from None
