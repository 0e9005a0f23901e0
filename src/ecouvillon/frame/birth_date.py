"""A birth date in three parts, as people say it: day, month, year; no calendar to page through.

In: three short texts. Out: a `datetime.date`, or an error that says which part to look at; only
that part is marked. What was typed is shown again, never repeated in the message.
"""

from __future__ import annotations

import calendar
import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# The oldest person ever recorded in France lived 122 years.
OLDEST_YEARS = 130
MONTHS = 12

DAY, MONTH, YEAR = range(3)


class DatePartsWidget(forms.MultiWidget):
    """Three inputs with a label each (WCAG 2.2, 1.3.5: `autocomplete` says whose date it is)."""

    template_name = "frame/date_parts.html"
    frame_kind = "parts"

    def __init__(self, *, autocomplete: bool = True) -> None:
        self.wrong: frozenset[int] = frozenset()
        parts = (("day", 2), ("month", 2), ("year", 4))
        super().__init__(
            {
                name: forms.TextInput(
                    {
                        "inputmode": "numeric",
                        "size": size,
                        "maxlength": size,
                        "autocomplete": f"bday-{name}" if autocomplete else "off",
                    }
                )
                for name, size in parts
            }
        )

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, datetime.date):
            return [f"{value.day:02}", f"{value.month:02}", f"{value.year:04}"]
        return [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, (label, subwidget) in enumerate(
            zip((_("Day"), _("Month"), _("Year")), context["widget"]["subwidgets"], strict=True)
        ):
            subwidget["label"] = label
            subwidget["attrs"].pop("aria-invalid", None)
            subwidget["attrs"].pop("aria-describedby", None)
            if part in self.wrong:
                subwidget["attrs"]["aria-invalid"] = "true"
        return context


class BirthDateField(forms.MultiValueField):
    """A day that exists, not in the future and not more than 130 years ago."""

    widget: DatePartsWidget

    def __init__(self, *, autocomplete: bool = True, **kwargs: Any) -> None:
        super().__init__(
            fields=[forms.CharField(max_length=4) for _part in range(3)],
            widget=DatePartsWidget(autocomplete=autocomplete),
            require_all_fields=False,
            **kwargs,
        )

    def clean(self, value: Any) -> datetime.date | None:
        """The date, or None where nothing is asked and nothing was typed.

        Raises ValidationError, `code` missing, not_a_number, no_such_day, future or too_old.
        """
        texts = [str(part or "").strip() for part in (value or ["", "", ""])]
        self.widget.wrong = frozenset()
        if not any(texts) and not self.required:
            return None
        self._demand([i for i, text in enumerate(texts) if not text], _MISSING, "missing")
        # Not isdigit(): "²" is a digit to Unicode, and int() refuses it.
        strange = [i for i, text in enumerate(texts) if not (text.isascii() and text.isdecimal())]
        self._demand(strange, _NOT_A_NUMBER, "not_a_number")
        day, month, year = (int(text) for text in texts)
        today = timezone.localdate()
        self._demand([] if 1 <= month <= MONTHS else [MONTH], _NO_SUCH_MONTH, "no_such_day")
        too_old = year < today.year - OLDEST_YEARS
        self._demand([YEAR] if too_old else [], _TOO_OLD, "too_old")
        self._demand([YEAR] if year > today.year else [], _FUTURE, "future")
        exists = 1 <= day <= calendar.monthrange(year, month)[1]
        self._demand([] if exists else [DAY], _NO_SUCH_DAY, "no_such_day")
        born = datetime.date(year, month, day)
        self._demand([DAY, MONTH] if born > today else [], _FUTURE, "future")
        return born

    def _demand(self, wrong: list[int], message: Any, code: str) -> None:
        if wrong:
            self.widget.wrong = frozenset(wrong)
            raise ValidationError(message, code=code)


_MISSING = _("Day, month and year are needed. Look at what is empty.")
_NOT_A_NUMBER = _("Use digits only, as in 29 2 1984.")
_NO_SUCH_MONTH = _("Months go from 1 to 12. Check the month.")
_NO_SUCH_DAY = _("This day does not exist in this month. Check the day.")
_FUTURE = _("This date is in the future. Check it.")
_TOO_OLD = _("Write the year with four digits, as in 1984.")
