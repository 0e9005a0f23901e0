"""A visit as its card shows it: who, born when, registered where, and the clocks beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ecouvillon.entrances.counter.desk import wording
from ecouvillon.entrances.counter.desk.names import NAMES
from ecouvillon.entrances.counter.desk.rows import Clock, clocks
from ecouvillon.pathway.queue import look
from ecouvillon.pathway.visit import Visit
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.screening.cassettes import Cassette
from ecouvillon.screening.patient import Identity
from ecouvillon.terminology.sex import Sex
from ecouvillon.terminology.visit_number import format_visit_number


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A visit with its patient; `digits` are what is written on the cassette."""

    screening: UUID
    at: str
    number: str
    digits: str
    birth_name: str
    first_names: str
    used_name: str
    birth_date: date
    age: str
    sex: str
    came: str
    again: bool
    cassette: Cassette | None
    kit_test: str


def shown(visit: Visit, identity: Identity) -> Shown:
    """The card of `visit`."""
    number = format_visit_number(visit.visit)
    failed = visit.cassette is not None and visit.cassette.failed_at is not None
    return Shown(
        screening=visit.screening,
        at=str(visit.screening),
        number=number,
        digits=number[-3:],
        birth_name=identity.birth_name,
        first_names=" ".join(identity.first_names),
        used_name=identity.used_name or "",
        birth_date=identity.birth_date,
        age=_age(identity.birth_date),
        sex=_SEXES[identity.sex](),
        came=_("%(where)s, %(time)s")
        % {"where": wording.came_by(visit.came_by), "time": wording.clock(visit.registered_at)},
        again=failed,
        cassette=visit.cassette,
        kit_test="" if visit.cassette is None else wording.tests(visit.cassette.analytes),
    )


_SEXES = {
    Sex.FEMALE: lambda: pgettext("civil register", "female"),
    Sex.MALE: lambda: pgettext("civil register", "male"),
    Sex.UNKNOWN: lambda: pgettext("civil register", "unknown"),
}


def _age(born: date) -> str:
    today = timezone.localdate()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return ngettext("%(years)d year", "%(years)d years", years) % {"years": years}


def running(staff: Staff, day: date) -> list[Clock]:
    """The clocks that run beside an open card."""
    seen = look(staff.pharmacy.tenant, day)
    lines = [line for line in seen.lines if line.state.value == "sampled"]
    return clocks(seen, NAMES.of(staff, [line.identity for line in lines]))
