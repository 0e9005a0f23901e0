"""A result as its page shows it: who, what, what it means, what to do, and who has looked.

Comes in: what the code unlocked. Goes out: texts and times for the template. Always holds: what is
handed over has all that the traceability rule of June 2024 asks for (result, device, lot, reader's
lot if any, date and time, the professional's identity).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from ecouvillon.entrances.patient import access_log
from ecouvillon.entrances.patient.access_log import Line
from ecouvillon.entrances.patient.words import Advice, advice, meaning
from ecouvillon.pathway.unlock import Unlocked
from ecouvillon.screening.patient import Performer, Reading
from ecouvillon.terminology.loinc import ANALYTES, Analyte
from ecouvillon.terminology.result import ResultValue


@dataclass(frozen=True, slots=True)
class Finding:
    """One analyte: its name, its value, the sentence that says what it means."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the access log."""

    who: str
    why: str
    when: str


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """All that the page shows."""

    name: str
    used_name: str | None
    born: str
    pharmacy: str
    corrected: str
    findings: list[Finding]
    facts: list[tuple[str, str]]
    advice: list[Advice]
    looked: list[Entry]
    done: list[Entry]


def sheet(found: Unlocked) -> Sheet:
    """The sheet of `found`, in the active language."""
    identity = found.identity
    findings = _in_order(found.reading)
    return Sheet(
        name=f"{identity.birth_name} {' '.join(identity.first_names)}",
        used_name=identity.used_name,
        born=_day(identity.birth_date),
        pharmacy=found.pharmacy,
        corrected="" if found.corrected_at is None else moment(found.corrected_at),
        findings=[
            Finding(_name(analyte), value.value, meaning(analyte, value))
            for analyte, value in findings
        ],
        facts=_facts(found.pharmacy, found.reading),
        advice=advice(findings),
        looked=[_entry(line) for line in access_log.looked(found.ledger)],
        done=[_entry(line) for line in access_log.done(found.ledger)],
    )


def moment(at: datetime) -> str:
    """A day and a time at the pharmacy, as people write them."""
    # Translators: Django's date format; French: j F Y à G, then a literal h, then i.
    return format_date(timezone.localtime(at), pgettext("a moment", "j F Y, H:i"))


def _day(day: date) -> str:
    # Translators: Django's date format of a day.
    return format_date(day, pgettext("a day", "j F Y"))


def _in_order(reading: Reading) -> list[tuple[Analyte, ResultValue]]:
    values = dict(reading.values)
    return [(analyte, values[loinc]) for loinc, analyte in ANALYTES.items() if loinc in values]


def _name(analyte: Analyte) -> str:
    return analyte.label_fr if get_language() == "fr" else analyte.label_en


def _facts(pharmacy: str, reading: Reading) -> list[tuple[str, str]]:
    kit = reading.kit
    facts = [
        (pgettext("result", "Sampled"), moment(reading.sampled_at)),
        (pgettext("result", "Read"), moment(reading.read_at)),
        (pgettext("result", "Pharmacy"), pharmacy),
        (pgettext("result", "Answers for the result"), _performer(reading.performer)),
        (pgettext("result", "Device"), _("no. %(id)s of the European list") % {"id": kit.device}),
        (pgettext("result", "Lot"), kit.lot),
        (pgettext("result", "Expiry"), _day(kit.expiry)),
    ]
    if kit.reader_lot is not None:
        facts.append((pgettext("result", "Reader’s lot"), kit.reader_lot))
    return facts


def _performer(performer: Performer) -> str:
    names = " ".join(part for part in (performer.given, performer.family) if part)
    number = f"RPPS {performer.rpps}"
    return f"{names} ({number})" if names else number


def _entry(line: Line) -> Entry:
    repeated = ngettext(
        "%(times)d time since %(first)s", "%(times)d times since %(first)s", line.times
    ) % {"times": line.times, "first": _short(line.first)}
    return Entry(
        who=str(line.who),
        why=str(line.why) if line.times == 1 else f"{line.why}, {repeated}",
        when=_short(line.at),
    )


def _short(at: datetime) -> str:
    # Translators: Django's date format of a day and a time; the year is this one or the last.
    return format_date(timezone.localtime(at), pgettext("a moment in a list", "j N, H:i"))
