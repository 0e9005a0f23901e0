"""NIR: the national number of a person, and the temporary numbers of the same form.

What comes in is what was typed, with or without spaces; what goes out is a `Nir` of 15 characters
whose parts can exist and whose key is right. It says much about its holder (sex, year, month and
place of birth), so its representation hides it: a log or a trace must never show one.
Sources: INSEE (definition c1409), and the key with Corsica as python-stdnum computes it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal, Self

from stdnum.fr import nir as key_rule

from ecouvillon.terminology.refusal import Refused
from ecouvillon.terminology.sex import Sex

# Odd and even as for 1 and 2: 3, 4 foreigners being registered; 7, 8 temporary numbers.
_SEXES = {
    "1": Sex.MALE,
    "2": Sex.FEMALE,
    "3": Sex.MALE,
    "4": Sex.FEMALE,
    "7": Sex.MALE,
    "8": Sex.FEMALE,
}
_SHAPE = re.compile(
    "(?P<sex>[0-9])(?P<year>[0-9]{2})(?P<month>[0-9]{2})"
    "(?P<department>[0-9]{2}|2[AB])[0-9]{3}(?P<order>[0-9]{3})[0-9]{2}"
)


class InvalidNir(Refused):
    """Not a NIR."""

    messages: ClassVar[Mapping[str, str]] = {
        "format": "A NIR has 15 characters: digits, but for 2A or 2B in Corsica.",
        "sex": "A NIR begins with 1 or 2 (3, 4, 7 or 8 while it is temporary).",
        "month": "The month in this NIR (4th and 5th digits) does not exist.",
        "place": "The department in this NIR (6th and 7th characters) does not exist.",
        "order": "The order number in this NIR (11th to 13th digits) is not 001 to 999.",
        "key": "The key of this NIR (last two digits) is wrong: something was mistyped.",
    }


@dataclass(frozen=True, slots=True)
class Nir:
    """A NIR that can exist: 15 characters, key included."""

    number: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a NIR; spaces, periods and lower case are allowed.

        Raises InvalidNir: `format`, `sex`, `month`, `place`, `order`, `key`.
        """
        number = text.replace(" ", "").replace("\u00a0", "").replace(".", "").upper()
        shape = _SHAPE.fullmatch(number)
        if shape is None:
            raise InvalidNir("format")
        if shape["sex"] not in _SEXES:
            raise InvalidNir("sex")
        if not _month_can_exist(int(shape["month"])):
            raise InvalidNir("month")
        # 01 to 95 mainland, 20 Corsica before 1976, 91 to 96 also North Africa before its
        # independence, 97 and 98 overseas, 99 abroad.
        if shape["department"] == "00":
            raise InvalidNir("place")
        if shape["order"] == "000":
            raise InvalidNir("order")
        if key_rule.calc_check_digits(number) != number[13:]:
            raise InvalidNir("key")
        return cls(number)

    def contradicts(self, sex: Sex, birth_date: date) -> Literal["sex", "year", "month"] | None:
        """Name the first trait that this number contradicts, or None.

        An unknown sex contradicts nothing, nor does a pseudo month (20 to 42, 50 to 99), which
        stands for an incomplete civil record.
        """
        if sex is not Sex.UNKNOWN and sex is not _SEXES[self.number[0]]:
            return "sex"
        if int(self.number[1:3]) != birth_date.year % 100:
            return "year"
        month = int(self.number[3:5])
        if month <= 12 and month != birth_date.month:  # noqa: PLR2004 - months of a year
            return "month"
        return None


def _month_can_exist(month: int) -> bool:
    return 1 <= month <= 12 or 20 <= month <= 42 or 50 <= month <= 99  # noqa: PLR2004
