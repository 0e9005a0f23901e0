"""RPPS: the national number of a health professional (who answers for a result).

What comes in is what somebody typed, with or without spaces; what goes out is an `Rpps` of 11
digits whose Luhn key is right. That the person exists and is a pharmacist is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from stdnum import luhn

from ecouvillon.terminology.refusal import Refused


class InvalidRpps(Refused):
    """Not an RPPS number."""

    messages: ClassVar[Mapping[str, str]] = {
        "format": "An RPPS number has 11 digits and does not begin with 0.",
        "key": "The key of this RPPS number is wrong: a digit was mistyped.",
    }


@dataclass(frozen=True, slots=True)
class Rpps:
    """A well-formed RPPS number."""

    number: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 11 digits, spaces allowed. Raises InvalidRpps: `format`, `key`."""
        number = text.replace(" ", "")
        if not re.fullmatch("[1-9][0-9]{10}", number):
            raise InvalidRpps("format")
        if not luhn.is_valid(number):
            raise InvalidRpps("key")
        return cls(number)

    @property
    def id_nat_ps(self) -> str:
        """The national identifier that cards, Pro Santé Connect and HL7 carry: `8` + RPPS."""
        return f"8{self.number}"

    def __str__(self) -> str:
        return self.number
