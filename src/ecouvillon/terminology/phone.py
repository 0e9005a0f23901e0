"""Telephone numbers, as E.164 writes them: `+` and the country's code.

What comes in is a number as people write it; a French one may be written as in France, with spaces,
periods or hyphens. What goes out is at most 15 digits behind a plus (ITU-T E.164, 6.2.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from ecouvillon.terminology.refusal import Refused

_SPACING = re.compile(r"[\s.()\-\u00a0\u202f]")
_FRENCH = re.compile(r"0([1-9][0-9]{8})", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


class InvalidPhone(Refused):
    """Not a telephone number."""

    messages: ClassVar[Mapping[str, str]] = {
        "phone": "A phone number begins with + and the country's code, or is French (06…).",
    }


def parse_phone(text: str) -> str:
    """Return a telephone number in E.164. Raises InvalidPhone: `phone`."""
    compact = _SPACING.sub("", text)
    if (french := _FRENCH.fullmatch(compact)) is not None:
        return f"+33{french[1]}"
    if _E164.fullmatch(compact) is None:
        raise InvalidPhone("phone")
    return compact
