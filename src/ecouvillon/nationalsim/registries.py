"""The value sets and check digits of the published profile.

Sources: LOINC (check digit: Luhn, mod 10), RPPS (11 digits, Luhn; written `8<rpps>` as national
professional identifier, ANS), SNOMED CT (results of the profile), HL7 tables 0001, 0078, 0445 FR.
Written apart from our own `terminology` on purpose: one mistake must not hide another.
"""

from __future__ import annotations

import re

DETECTED, NOT_DETECTED, INCONCLUSIVE = "260373001", "260415000", "419984006"
FLAGS = {DETECTED: "POS", NOT_DETECTED: "NEG", INCONCLUSIVE: "IND"}
SEXES = ("M", "F", "U")
RELIABILITIES = ("VALI", "PROV", "QUAL")


def is_loinc(code: str) -> bool:
    """Whether `code` is a LOINC number with a right check digit."""
    return bool(re.fullmatch(r"[0-9]{1,7}-[0-9]", code)) and _luhn(code.replace("-", ""))


def is_national_professional(identifier: str) -> bool:
    """Whether `identifier` is `8` and an RPPS number with a right check digit."""
    return bool(re.fullmatch(r"8[0-9]{11}", identifier)) and _luhn(identifier[1:])


def _luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0  # noqa: PLR2004 - sum of digits
