"""FINESS: the national number of a health establishment (the pharmacy).

What comes in is what somebody typed, with or without spaces; what goes out is a `Finess` of 9
characters: the department (2A and 2B in Corsica), a number, a Luhn key. A wrong key is told by
`key_is_valid`, not refused: no published text makes the key a rule, so the caller warns only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from stdnum import luhn

from ecouvillon.terminology.refusal import Refused

# The numbers published for Haute-Corse (hospitals of Bastia 2B0000020, Calvi 2B0005342 and Corte
# 2B0004246) have a right Luhn key when B counts as 2, and none with 0; A as 1 by analogy.
_CORSICA = str.maketrans("AB", "12")


class InvalidFiness(Refused):
    """Not a FINESS number."""

    messages: ClassVar[Mapping[str, str]] = {
        "format": "A FINESS number has 9 digits; in Corsica it begins with 2A or 2B.",
    }


@dataclass(frozen=True, slots=True)
class Finess:
    """A FINESS number of the right form."""

    number: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 9 characters, spaces and lower case allowed. Raises InvalidFiness: `format`."""
        number = text.replace(" ", "").upper()
        if not re.fullmatch("(?:0[1-9]|[1-9][0-9]|2[AB])[0-9]{7}", number):
            raise InvalidFiness("format")
        return cls(number)

    @property
    def key_is_valid(self) -> bool:
        """Whether the last digit is the Luhn key of the others."""
        return bool(luhn.is_valid(self.number.translate(_CORSICA)))

    def __str__(self) -> str:
        return self.number
