"""The words and digits of visits, kits and clocks, as staff read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ecouvillon.terminology.loinc import ANALYTES

_FLU_A, _FLU_B = "80382-5", "80383-3"


def analyte(loinc: str) -> str:
    """What a line of a kit looks for."""
    found = ANALYTES[loinc]
    return found.label_fr if get_language() == "fr" else found.label_en


def tests(loincs: Iterable[str]) -> str:
    """What a kit looks for, shortened where people shorten it."""
    names: list[str] = []
    loincs = list(loincs)
    both = _FLU_A in loincs and _FLU_B in loincs
    for loinc in loincs:
        if both and loinc == _FLU_B:
            continue
        names.append(_("influenza A and B") if both and loinc == _FLU_A else analyte(loinc))
    return ", ".join(names)


def came_by(actor_kind: str) -> str:
    """Where a visit was registered."""
    match actor_kind:
        case "person":
            return _("at the counter")
        case "client":
            return _("by your software")
        case _:
            return _("on their telephone")


def clock(at: datetime) -> str:
    """A time of the day at the pharmacy: 10:38."""
    return timezone.localtime(at).strftime("%H:%M")
