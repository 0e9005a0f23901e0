"""The queue's lines as the page shows them: clocks, and rows in groups.

Comes in: lines of the pathway and names. Goes out: texts, states and addresses for the templates.
Always holds: ringing clocks come first, then those that are too late, then by time left; a line
stands in one group only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ecouvillon.entrances.counter.desk import wording
from ecouvillon.entrances.counter.desk.markup import row_markup
from ecouvillon.frame.strip import digits
from ecouvillon.pathway.queue import Line, Queue
from ecouvillon.pathway.undo import undo_time
from ecouvillon.screening.cassettes import Cassette, Window
from ecouvillon.screening.models import State
from ecouvillon.terminology.visit_number import format_visit_number

GROUPS = ("waiting", "fix", "leaving", "done")


@dataclass(frozen=True, slots=True, repr=False)
class Clock:
    """A running kit: what `frame/clock.html` takes, and what `clocks.js` counts with."""

    screening: UUID
    state: str
    number: str
    name: str
    digits: str
    meaning: str
    limit: str
    elapsed: float
    reading_from: int
    reading_until: int
    kit: str
    url: str
    act: str
    key: str
    urgency: tuple[int, float]


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A visit in one of `GROUPS`; `order` sorts within it; a detail may count (`leaves_in`, s)."""

    screening: UUID
    group: str
    order: int
    number: str
    name: str
    test: str
    chip: str
    chip_words: str
    detail: str
    url: str
    act: str
    leaves_in: int | None = None

    @property
    def html(self) -> SafeString:
        """The row for a page."""
        return row_markup(self)


@dataclass(frozen=True, slots=True, repr=False)
class Dock:
    """The newest reading that can be taken back, and how many more there are."""

    screening: UUID
    number: str
    name: str
    seconds: int
    digits: str
    invalid: bool
    leaves_at: str
    more: int


def clocks(queue: Queue, names: Mapping[UUID, str]) -> list[Clock]:
    """The running clocks, the most urgent first; Enter reads the first that rings."""
    running = [
        clock(line.screening, line.visit, names.get(line.screening, ""), line.cassette)
        for line in queue.lines
        if line.state is State.SAMPLED and line.cassette is not None
    ]
    return sorted(running, key=lambda one: one.urgency)


def clock(screening: UUID, visit: int, name: str, cassette: Cassette) -> Clock:
    """The clock of one cassette."""
    window, elapsed = cassette.window, cassette.elapsed
    opens = cassette.started_at + timedelta(seconds=cassette.reading_from)
    closes = cassette.started_at + timedelta(seconds=cassette.reading_until)
    match window:
        case Window.EARLY:
            urgency = 2, cassette.reading_from - elapsed
            meaning = _("before reading"), _("rings at %(time)s") % {"time": wording.clock(opens)}
            act = ""
        case Window.RINGING:
            urgency = 0, cassette.reading_until - elapsed
            meaning = _("to read"), _("before %(time)s") % {"time": wording.clock(closes)}
            act = _("Read")
        case Window.LATE:
            urgency = 1, cassette.reading_until - elapsed
            meaning = _("after the limit"), _("of %(time)s") % {"time": wording.clock(closes)}
            act = _("Read with a reason, or again")
    return Clock(
        screening=screening,
        state=window.value,
        number=format_visit_number(visit),
        name=name,
        digits=digits(round(abs(urgency[1])), over=window is Window.LATE),
        meaning=meaning[0],
        limit=meaning[1],
        elapsed=elapsed,
        reading_from=cassette.reading_from,
        reading_until=cassette.reading_until,
        kit=_("%(kit)s · lot %(lot)s") % {"kit": cassette.name, "lot": cassette.lot},
        url=reverse("counter:read", args=[screening]) if act else "",
        act=act,
        key="enter" if window is Window.RINGING else "",
        urgency=urgency,
    )


def rows(queue: Queue, names: Mapping[UUID, str]) -> list[Row]:
    """The rows of all groups, in order."""
    made = [
        _row(line, names.get(line.screening, ""))
        for line in queue.lines
        if line.state is not State.SAMPLED
    ]
    return sorted(made, key=lambda row: (GROUPS.index(row.group), row.order))


def _row(line: Line, name: str) -> Row:
    recorded = "" if line.recorded_at is None else wording.clock(line.recorded_at)
    done = Row(
        screening=line.screening,
        group="done",
        # The latest first.
        order=0 if line.recorded_at is None else -int(line.recorded_at.timestamp()),
        number=format_visit_number(line.visit),
        name=name,
        test="" if line.cassette is None else wording.tests(line.cassette.analytes),
        chip="done",
        chip_words="",
        detail=recorded,
        url="",
        act="",
    )
    if line.state is State.REGISTERED:
        return _waiting(line, done)
    if line.refused:
        return replace(
            done,
            group="fix",
            order=line.visit,
            chip="fix",
            detail=_("refused by the national system"),
            url=f"{reverse('counter:to_fix')}?of={line.screening}",
            act=_("Fix"),
        )
    if line.leaves_in is not None and line.leaves_in > 0:
        left = round(line.leaves_in)
        return replace(
            done,
            group="leaving",
            chip="leaving",
            chip_words=_("leaves in %(time)s") % {"time": digits(left)},
            detail=_("recorded at %(time)s") % {"time": recorded},
            # Printing ends the minute: the dock has the button that says so.
            leaves_in=left,
        )
    return replace(done, url=_way("paper", line.screening), act=_("Print"))


def _waiting(line: Line, row: Row) -> Row:
    again = line.cassette is not None and line.cassette.failed_at is not None
    return replace(
        row,
        group="waiting",
        order=line.visit,
        chip="waiting",
        chip_words=_("waits %(minutes)d min") % {"minutes": int(line.waits // 60)},
        detail=_("invalid kit, to do again") if again else wording.came_by(line.came_by),
        url=_way("start", line.screening),
        act=_("Start"),
    )


def _way(page: str, screening: UUID) -> str:
    return f"{_before(page)}{screening}"


@lru_cache(maxsize=16)
def _before(page: str) -> str:
    """The address of a visit's page up to the visit: looking it up 300 times took its time."""
    nobody = UUID(int=0)
    return reverse(f"counter:{page}", args=[nobody]).removesuffix(str(nobody))


def dock(queue: Queue, names: Mapping[UUID, str]) -> Dock | None:
    """What can be taken back now: readings, and kits noted as invalid."""
    found = [
        (left, line)
        for line in queue.lines
        if (left := _left(line, queue.now)) is not None and left > 0
    ]
    if not found:
        return None
    left, line = max(found, key=lambda one: one[0])
    return Dock(
        screening=line.screening,
        number=format_visit_number(line.visit),
        name=names.get(line.screening, ""),
        seconds=round(left),
        digits=digits(round(left)),
        invalid=line.state is State.REGISTERED,
        leaves_at=wording.clock(queue.now + timedelta(seconds=left)),
        more=len(found) - 1,
    )


def _left(line: Line, now: datetime) -> float | None:
    if line.state is State.RESULTED and line.cassette is not None:
        return line.leaves_in
    if line.state is State.REGISTERED and line.cassette and line.cassette.failed_at:
        return (line.cassette.failed_at + undo_time() - now).total_seconds()
    return None
