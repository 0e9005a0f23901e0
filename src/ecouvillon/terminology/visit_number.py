"""Visit numbers: the short number of the day that a patient sees and staff type or write.

What comes in is the count of the pharmacy's visits that day, from 1; what goes out is a letter for
each thousand and three digits: 42 is `A-042`, 1042 is `B-042`. I and O aren't used, since they
are read as 1 and 0. From 24,000 on there are two letters. Reading forgives what a hand does.
"""

from __future__ import annotations

import re

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
# A to Z, then AA to ZZ, a thousand each.
LARGEST_COUNT = (len(_LETTERS) + len(_LETTERS) ** 2) * 1000 - 1

# ASCII, since IGNORECASE would else take the Kelvin sign for a K.
_TYPED = re.compile(
    rf"(?P<prefix>[{_LETTERS}]{{1,2}})[\s\-‐‑–—]*(?P<digits>[0-9]{{1,3}})",
    re.ASCII | re.IGNORECASE,
)


def format_visit_number(count: int) -> str:
    """Write the visit number of a day's visit number `count` (1 to 599,999).

    Raises ValueError outside that range.
    """
    if not 1 <= count <= LARGEST_COUNT:
        raise ValueError("A day's visits are counted from 1 to 599,999.")
    thousands, rest = divmod(count, 1000)
    if thousands < len(_LETTERS):
        prefix = _LETTERS[thousands]
    else:
        first, second = divmod(thousands - len(_LETTERS), len(_LETTERS))
        prefix = _LETTERS[first] + _LETTERS[second]
    return f"{prefix}-{rest:03d}"


def parse_visit_number(text: str) -> int | None:
    """Read a visit number as a hand types it: lower case, no hyphen, spaces, no leading zeroes.

    Returns the day's count, or None when the text is no visit number.
    """
    typed = _TYPED.fullmatch(text.strip())
    if typed is None:
        return None
    places = [_LETTERS.index(letter) for letter in typed["prefix"].upper()]
    thousands = places[0] if len(places) == 1 else len(_LETTERS) * (places[0] + 1) + places[1]
    return thousands * 1000 + int(typed["digits"]) or None
