"""Who has looked at a file, and what was done with it, in words for the person it is about.

Comes in: what the ledger says of a record. Goes out: lines with who, why and when; what the same
one did again and again is one line with its number. Always holds: an opening is told apart from a
change, an opening from a name in a list, and nothing of the ledger is left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecouvillon.pathway.unlock import LedgerLine
from ecouvillon.trust.ledger.actor import ActorKind

Text = str | Promise

_WHO: dict[ActorKind, Text] = {
    "link": pgettext_lazy("access log", "You"),
    "client": _("The pharmacy’s software"),
    "person": _("The pharmacy’s team"),
    "job": _("This service, by itself"),
    "operator": _("The operator of this service"),
}

_WHY_OPENED: dict[str, Text] = {
    "deliver": _("with your code"),
    "forward": _("to send your result to the national system"),
    "notify": _("to tell you that there is something to read"),
    "care": _("to look after you"),
    "correct": _("to correct your file"),
}
_WHAT_DONE: dict[str, Text] = {
    "screening registered": _("registered your visit"),
    "result recorded": _("recorded your result"),
    "result corrected": _("corrected your result"),
    "result cancelled": _("withdrew your result"),
    "reading taken back": _("took a reading back"),
    "clock started": _("started the clock of your test"),
    "kit invalid": _("noted that a kit did not work"),
    "acknowledged": _("received the national system’s receipt for your result"),
    "result handed over": _("gave you your result on paper"),
    "code printed": _("gave you your code on paper"),
    "identity amended": _("put your identity right"),
    "message composed": _("prepared your result for the national system"),
    "nothing to send": _("had nothing to send to the national system"),
    "patient told": _("called you about a correction"),
    "notice sent": _("sent you an e-mail with the link to this page"),
    "notice undeliverable": _("could not send you an e-mail: no such address"),
    "rejected": _("had your result sent back by the national system, to be mended"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `at` is the latest time (aware), `first` the earliest where there were `times`."""

    who: Text
    why: Text
    at: datetime
    first: datetime
    times: int = 1


def looked(ledger: Iterable[LedgerLine]) -> list[Line]:
    """Who has opened the file or seen its name in a list, latest first."""
    return _lines(line for line in ledger if line.purpose is not None)


def done(ledger: Iterable[LedgerLine]) -> list[Line]:
    """What else was done with it, latest first."""
    return _lines(line for line in ledger if line.purpose is None)


def _lines(ledger: Iterable[LedgerLine]) -> list[Line]:
    found = []
    for _same, group in groupby(map(_line, ledger), key=lambda line: (line.who, line.why)):
        some = list(group)
        found.append(replace(some[0], first=some[-1].at, times=len(some)))
    return found


def _line(entry: LedgerLine) -> Line:
    who, why = _WHO[entry.actor_kind], _why(entry)
    if entry.action == "wrong code":
        who, why = _("Somebody with your link"), _("tried a wrong code")
    return Line(who, why, entry.at, entry.at)


def _why(entry: LedgerLine) -> Text:
    if entry.action == "listed":
        return _("saw your first name in the list of the day")
    if entry.purpose == "deliver" and entry.actor_kind != "link":
        return _("to print your result for you")
    if entry.purpose is not None:
        return _WHY_OPENED.get(entry.purpose, _("for a purpose that the register names"))
    if entry.action.startswith("identity checked"):
        return _("checked your identity")
    return _WHAT_DONE.get(entry.action, _("changed something that the register names"))
