"""INS: the traits of the national health identity, and how far an identity can be trusted.

`trait` writes a name as the national identity service spells it, so that two spellings of one
person meet; `birth_place` checks the INSEE code of the place of birth. Without a link to INSi
(the only source of qualified identities) ours are `PROV` or `VALI`, and the matricule stays
with those who have one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from ecouvillon.terminology.refusal import Refused

UNKNOWN_BIRTH_PLACE = "99999"

# Letters that Unicode doesn't decompose, and typographic apostrophes.
_SPELLED_OUT = str.maketrans(
    {
        "Œ": "OE",
        "Æ": "AE",
        "ẞ": "SS",
        "Ø": "O",
        "Đ": "D",
        "Ð": "D",
        "Ł": "L",
        "Ħ": "H",
        "Þ": "TH",
        "’": "'",
        "ʼ": "'",
        ".": " ",
    }
)
_DIACRITICS = re.compile("[\u0300-\u036f]")


class IdentityStatus(StrEnum):
    """The four exclusive statuses of an identity (RNIV, EXI SI 07; HL7 table 0445 in France).

    Provisional; validated against a trusted document; retrieved from INSi; qualified, which is
    both, and alone lets the matricule INS travel.
    """

    PROV = "PROV"
    VALI = "VALI"
    RECUP = "RECUP"
    QUAL = "QUAL"


class InvalidBirthPlace(Refused):
    """Not the INSEE code of a place of birth."""

    messages: ClassVar[Mapping[str, str]] = {
        "format": "A birth place is a 5-character INSEE code (2A004), 99 and the country's code "
        "for a birth abroad, or 99999 when unknown; it isn't a postal code.",
    }


def trait(name: str) -> str:
    """Return a name as an INS trait: upper case, no diacritics; hyphen and apostrophe kept.

    INSi compares strictly, hyphens included. Letters of other scripts are kept, in upper case: such
    an identity is provisional until a French document spells it.
    """
    text = _DIACRITICS.sub("", unicodedata.normalize("NFKD", name)).upper()
    text = _DIACRITICS.sub("", unicodedata.normalize("NFKD", text)).translate(_SPELLED_OUT)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def birth_place(text: str) -> str:
    """Return the 5-character INSEE code of a birth place.

    Codes in force at the time of birth are right: `20…` for Corsica before 1976, `97…` and `98…`
    overseas, `99` and the country's code abroad, `99999` unknown.
    Raises InvalidBirthPlace: `format`.
    """
    code = text.replace(" ", "").upper()
    if not re.fullmatch("(?:0[1-9]|[1-9][0-9]|2[AB])[0-9]{3}", code) or code.endswith("000"):
        raise InvalidBirthPlace("format")
    return code
