"""A birth date as it is typed or sent: ISO 8601, possible, not in the future, of a living person.

What comes in is `YYYY-MM-DD` and today's date where the pharmacy is (overseas it may be
yesterday); what goes out is a date.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from ecouvillon.terminology.refusal import Refused

# The oldest person known lived 122 years (Jeanne Calment, Arles, 1875 to 1997).
OLDEST_AGE = 125


class InvalidBirthDate(Refused):
    """Not a birth date."""

    messages: ClassVar[Mapping[str, str]] = {
        "format": "A birth date is written YYYY-MM-DD.",
        "impossible": "This day does not exist.",
        "future": "This birth date is in the future.",
        "too_old": "This birth date is too long ago.",
    }


def birth_date(text: str, *, today: date) -> date:
    """Read a birth date. Raises InvalidBirthDate: `format`, `impossible`, `future`, `too_old`."""
    # `date.fromisoformat` also reads week dates and dates without hyphens.
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise InvalidBirthDate("format")
    try:
        born = date.fromisoformat(text)
    except ValueError:
        raise InvalidBirthDate("impossible") from None
    if born > today:
        raise InvalidBirthDate("future")
    birthday_to_come = (today.month, today.day) < (born.month, born.day)
    if today.year - born.year - birthday_to_come > OLDEST_AGE:
        raise InvalidBirthDate("too_old")
    return born
