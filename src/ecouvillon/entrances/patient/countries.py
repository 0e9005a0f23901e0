"""Countries: what people choose by name, as ISO 3166-1 for addresses and INSEE codes for births.

Comes in: `countries.json`, for each alpha-2 code its INSEE code, French and English name. Goes out:
choices in the reader's language, France first. Always holds: a choice is a country of that list.
Sources: INSEE, Code officiel géographique 2025, pays et territoires étrangers (Licence Ouverte
2.0); names from Unicode CLDR 48 (Unicode-3.0). Several territories share one INSEE code.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from django.utils.translation import get_language

from ecouvillon.terminology.ins import trait

FRANCE = "FR"


@functools.cache
def _countries() -> dict[str, tuple[str, str, str]]:
    path = Path(__file__).with_name("countries.json")
    return {code: tuple(row) for code, row in json.loads(path.read_text("utf-8")).items()}


def choices() -> list[tuple[str, str]]:
    """(alpha-2, name) of each country in the active language: France, then by name."""
    column = 1 if get_language() == "fr" else 2
    named = [(code, row[column]) for code, row in _countries().items()]
    return sorted(named, key=lambda one: (one[0] != FRANCE, trait(one[1])))


def birth_place(alpha_2: str) -> str | None:
    """The INSEE code of a birth in this country; None for France, where the commune is needed."""
    return None if alpha_2 == FRANCE else _countries()[alpha_2][0]
