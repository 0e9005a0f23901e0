"""Who may do what at the counter, by role, analyte and date: the rule table.

Comes in: an act, a role, the analytes of a kit, a day. Goes out: yes or no. Always holds: what no
line allows is refused. The rules changed four times since 2020, so each line has its dates and its
source; a new rule is a new line.

Sources: arrêté of 1 August 2016 as amended in June 2024 (the pharmacist does the tests and answers
for them); the derogation under which preparers sampled for COVID-19 ended on 1 March 2025, and a
return voted by the Senate in May 2025 is not law as far as could be found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ecouvillon.people.pharmacy.models import Role
from ecouvillon.terminology.loinc import ANALYTES


class Act(StrEnum):
    """What is done: take the sample, type what was read, answer for the result."""

    SAMPLE = "sample"
    READ = "read"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Rule:
    """`roles` may do `act` for `analytes` from `begins` until the day before `ends`."""

    act: Act
    roles: frozenset[Role]
    analytes: frozenset[str]
    begins: date = date.min
    ends: date = date.max


_ALL = frozenset(ANALYTES)
_COVID = frozenset({"94558-4"})
# The owner of a pharmacy is a pharmacist (code de la santé publique, L. 5125-11).
_PHARMACISTS = frozenset({Role.OWNER, Role.PHARMACIST})
_PREPARERS = frozenset({Role.PREPARER})

RULES = (
    Rule(Act.ANSWER, _PHARMACISTS, _ALL),
    Rule(Act.SAMPLE, _PHARMACISTS, _ALL),
    Rule(Act.SAMPLE, _PREPARERS, _COVID, date(2020, 10, 26), date(2025, 3, 1)),
    Rule(Act.READ, _PHARMACISTS, _ALL),
    # A preparer types what the pharmacist who answers has read.
    Rule(Act.READ, _PREPARERS, _ALL),
)


def may(act: Act, role: Role, analytes: Iterable[str], day: date) -> bool:
    """Whether `role` may do `act` for every one of `analytes` on `day`."""
    allowed = {
        analyte
        for rule in RULES
        if rule.act is act and role in rule.roles and rule.begins <= day < rule.ends
        for analyte in rule.analytes
    }
    return set(analytes) <= allowed
