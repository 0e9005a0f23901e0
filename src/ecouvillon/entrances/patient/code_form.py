"""The one question of a link: its code."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """A code as typed; whether it can be one at all is judged after an attempt is spent."""

    # A browser stops what can't be a code before it costs an attempt, also without JavaScript:
    # eight letters or digits, with spaces and hyphens anywhere.
    code = forms.CharField(
        label=_("Your code"),
        help_text=_("8 letters and digits. Capitals or not, as you like."),
        max_length=40,
        error_messages={
            "required": _("Type the code: 8 letters and digits."),
            "max_length": _("A code has 8 letters and digits."),
            "null_characters_not_allowed": _("A code has 8 letters and digits."),
        },
        widget=forms.TextInput(
            {
                "class": "code",
                "pattern": r"[\s\-]*([0-9A-Za-z][\s\-]*){8}",
                "title": _("8 letters and digits"),
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
