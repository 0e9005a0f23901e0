"""Whatever is scanned or typed, the next thing follows: the one field of every page.

Comes in: a patient's QR, a kit's barcode, a visit number or the three digits on a cassette; a
scanner may have typed them in the wrong keyboard layout. Goes out: the page where that goes on.
Always holds: a scan changes nothing by itself, and never names a patient in an address.
"""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.desk.said import say
from ecouvillon.pathway.queue import look
from ecouvillon.pathway.visit import Found, by_digits, by_number, known_kit, visit
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.screening.cassettes import Window
from ecouvillon.screening.models import State
from ecouvillon.terminology.gs1 import InvalidScan, KitScan, parse_kit_scan
from ecouvillon.terminology.scan_layout import as_scanned
from ecouvillon.terminology.visit_number import parse_visit_number

# What the patient's QR holds: a number that means nothing outside the pharmacy and the day.
_QR = re.compile(
    r"ECV1:(?P<slug>[a-z0-9-]{1,60}):(?P<day>\d{4}-\d{2}-\d{2}):(?P<visit>[A-Z0-9-]{1,8})",
    re.ASCII | re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]{1,3}", re.ASCII)


@require_POST
@staff()
def scan(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Where the scan leads; `at` names the visit whose card is open, `on` the one that is read."""
    typed = request.POST.get("scan", "").strip()[:500]
    today = timezone.localdate()
    if not typed:
        return _most_urgent(staff, today)
    text = as_scanned(typed)
    if (code := _QR.fullmatch(text)) is not None:
        return _patient(request, staff, today, code)
    if (count := parse_visit_number(text)) is not None:
        return onward(by_number(staff.pharmacy.tenant, today, count), count)
    if _DIGITS.fullmatch(text):
        return onward(by_digits(staff.pharmacy.tenant, today, int(text)), None)
    try:
        return _kit(request, staff, parse_kit_scan(typed))
    except InvalidScan:
        return _unreadable(request)


@require_safe
@staff()
def screening_page(
    request: HttpRequest,  # noqa: ARG001 - a view's form
    staff: Staff,
    screening: UUID,
) -> HttpResponse:
    """The address that the API gives a vendor's software: where this visit goes on."""
    found = visit(staff.pharmacy.tenant, screening)
    return onward(Found(screening, found.state), found.visit)


def onward(found: Found | None, number: int | None) -> HttpResponseRedirect:
    """The page where this visit goes on."""
    if found is None:
        return say("unknown")
    match found.state:
        case State.REGISTERED:
            return _to("start", found.screening)
        case State.SAMPLED:
            return _to("read", found.screening)
        case State.RESULTED:
            return _to("paper", found.screening)  # which says so while its minute runs
        case State.CANCELLED:
            return say("over", number)


def _to(page: str, screening: UUID, query: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(f"counter:{page}", args=[screening]) + query)


def _unreadable(request: HttpRequest) -> HttpResponseRedirect:
    """Said on the page that is open, so that nobody has to look for the patient again."""
    for name, page in (("at", "start"), ("on", "read")):
        try:
            return _to(page, UUID(request.GET.get(name, "")), "?said=unreadable")
        except ValueError:
            continue
    return say("unreadable")


def _most_urgent(staff: Staff, today: date) -> HttpResponseRedirect:
    """Enter alone reads the clock that rings for longest."""
    ringing = [
        (line.cassette.reading_until - line.cassette.elapsed, line.screening)
        for line in look(staff.pharmacy.tenant, today).lines
        if line.state is State.SAMPLED
        and line.cassette is not None
        and line.cassette.window is Window.RINGING
    ]
    return _to("read", min(ringing)[1]) if ringing else say("nothing-rings")


def _patient(
    request: HttpRequest, staff: Staff, today: date, code: re.Match[str]
) -> HttpResponseRedirect:
    if code["slug"].lower() != staff.pharmacy.slug:
        return say("elsewhere")
    if code["day"] != today.isoformat():
        return say("yesterday")
    count = parse_visit_number(code["visit"])
    if count is None:
        return _unreadable(request)
    return onward(by_number(staff.pharmacy.tenant, today, count), count)


def _kit(request: HttpRequest, staff: Staff, kit: KitScan) -> HttpResponseRedirect:
    at = request.GET.get("at", "")
    fields = {"gtin": kit.gtin, "lot": kit.lot, "expiry": kit.expiry.isoformat()}
    if known_kit(staff.pharmacy.tenant, kit.gtin) is None:
        return HttpResponseRedirect(
            f"{reverse('counter:pair')}?{urlencode(fields | ({'at': at} if at else {}))}"
        )
    try:
        return _to("start", UUID(at), f"?{urlencode(fields)}")
    except ValueError:
        return say("kit")
