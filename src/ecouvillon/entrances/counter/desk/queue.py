"""Today's queue: the page, and the parts of it that changed since it was last looked at.

Comes in: a member of staff; for a refresh the token of the last look. Goes out: a page, or changed
lines. Always holds: an idle screen writes nothing and opens nothing; a page of any length costs one
insert into the ledger and one call of the key service; a refresh does not put off the lock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.desk.names import NAMES
from ecouvillon.entrances.counter.desk.rows import GROUPS, Row, clocks, dock, rows
from ecouvillon.entrances.counter.desk.said import said
from ecouvillon.pathway.queue import Queue, changed_since, look
from ecouvillon.pathway.undo import undo_time
from ecouvillon.people.pharmacy.staff import Staff

# Numbers that fit on a locked screen.
MOST_WAITING = 24


@require_safe
@staff()
def queue(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Today's queue."""
    day = timezone.localdate()
    seen = look(staff.pharmacy.tenant, day)
    return render(
        request, "counter/desk/queue.html", _context(staff, day, seen) | {"said": said(request)}
    )


@require_GET
@staff(active=False)
def changes(request: HttpRequest, staff: Staff) -> HttpResponse:
    """What changed since the look of `since`; 204 when nothing did, and 205 when all may have.

    `rings` names visits whose clock has just come to its window, or to the end of it.
    """
    day = timezone.localdate()
    changed = changed_since(staff.pharmacy.tenant, day, request.GET.get("since", ""))
    if changed is None or request.GET.get("day") != day.isoformat():
        # A page left open over midnight shows yesterday.
        return HttpResponse(status=HTTPStatus.RESET_CONTENT)
    changed |= _ids(request.GET.getlist("rings"))
    if not changed:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    seen = look(staff.pharmacy.tenant, day)
    context = _context(staff, day, seen)
    shown = {line.screening for line in seen.lines}
    context["clocks"] = [one for one in context["clocks"] if one.screening in changed]
    context["groups"] = [
        (group, count, [row for row in some if row.screening in changed])
        for group, count, some in context["groups"]
    ]
    return render(
        request, "counter/desk/changes.html", context | {"gone": sorted(changed - shown, key=str)}
    )


@require_GET
@staff(active=False, even_locked=True)
def locked_clocks(request: HttpRequest, staff: Staff) -> HttpResponse:
    """What a locked screen may show: numbers and clocks. Nothing is opened, so no name is there."""
    seen = look(staff.pharmacy.tenant, timezone.localdate())
    context = {
        "clocks": [replace(one, url="", act="", key="") for one in clocks(seen, {})],
        "waiting": [row.number for row in rows(seen, {}) if row.group == "waiting"][:MOST_WAITING],
    }
    return render(request, "counter/desk/locked.html", context)


def _context(staff: Staff, day: date, seen: Queue) -> dict[str, Any]:
    names = NAMES.of(staff, [line.identity for line in seen.lines])
    made = rows(seen, names)
    counts = {"waiting": seen.counts.waiting, "fix": seen.counts.refused, "leaving": None}
    return {
        "staff": staff,
        "day": day,
        "queue": seen,
        "clocks": clocks(seen, names),
        "groups": [
            (group, counts.get(group, seen.counts.results), _of(made, group)) for group in GROUPS
        ],
        "dock": dock(seen, names),
        "undo_seconds": int(undo_time().total_seconds()),
        "nonce": uuid4(),
        "print_nonce": uuid4(),
    }


def _of(made: list[Row], group: str) -> list[Row]:
    return [row for row in made if row.group == group]


def _ids(texts: list[str]) -> set[UUID]:
    found = set()
    for text in texts:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return found
