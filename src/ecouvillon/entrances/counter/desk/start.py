"""The card of somebody who waits: identity checked on what, which kit, start.

Comes in: a visit, a kit that was scanned or the box that is open. Goes out: a running clock. Always
holds: opening the card is in the ledger before a name is shown; what was wrong is said on the card,
with everything else still chosen.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ecouvillon.entrances.counter.access import staff
from ecouvillon.entrances.counter.desk import card, wording
from ecouvillon.entrances.counter.desk.said import said, say
from ecouvillon.entrances.counter.desk.scan import onward
from ecouvillon.errors import Forbidden, Invalid, KeyReused, WrongState
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.start_reading import Sampler, Start, start_reading
from ecouvillon.pathway.visit import Found, Visit, known_kit, open_box, visit
from ecouvillon.people.pharmacy.kits import PairedKit
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.screening.models import IdentityCheck, State
from ecouvillon.terminology.visit_number import format_visit_number

CHECKS = (
    (IdentityCheck.IDENTITY_CARD, gettext_lazy("Identity card")),
    (IdentityCheck.PASSPORT, gettext_lazy("Passport")),
    (IdentityCheck.RESIDENCE_PERMIT, gettext_lazy("Residence permit")),
    (IdentityCheck.NONE, gettext_lazy("Other, or no document")),
)


@dataclass(frozen=True, slots=True)
class ShownBox:
    """The box that a kit comes from; `since`: the visit that it was opened for, if remembered."""

    kit: PairedKit
    lot: str
    expiry: date
    since: str

    @property
    def test(self) -> str:
        """What it looks for."""
        return wording.tests(self.kit.pairing.analytes)

    @property
    def from_minutes(self) -> int:
        """The first whole minute of the window."""
        return self.kit.pairing.reading_from // 60

    @property
    def until_minutes(self) -> int:
        """The last whole minute of the window."""
        return self.kit.pairing.reading_until // 60

    @property
    def expired(self) -> bool:
        """Whether its last day is over."""
        return self.expiry < timezone.localdate()


class ScannedBox(forms.Form):
    """What a scan says, as it travels in an address or a form."""

    gtin = forms.RegexField(r"\A[0-9]{14}\Z")
    lot = forms.RegexField(r"\A[!-~]{1,20}\Z")
    expiry = forms.DateField(input_formats=["%Y-%m-%d"])


class StartForm(ScannedBox):
    """The card, as it was sent."""

    nonce = forms.UUIDField()
    identity_check = forms.ChoiceField(choices=CHECKS)


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def start(request: HttpRequest, staff: Staff, screening: UUID) -> HttpResponse:
    """The card; a POST starts the clock."""
    found = visit(staff.pharmacy.tenant, screening)
    if request.method == "POST":
        return _start(request, staff, found)
    if found.state is not State.REGISTERED:
        return onward(Found(screening, found.state), found.visit)
    return _card(request, staff, found, _box(staff, ScannedBox(request.GET)), "")


def _start(request: HttpRequest, staff: Staff, found: Visit) -> HttpResponse:
    form = StartForm(request.POST)
    box = _box(staff, ScannedBox(request.POST))
    if not form.is_valid():
        missing = "identity_check" in form.errors
        unchecked = _("Say on which document identity was checked.") if missing else ""
        wrong = _("Scan the kit.") if box is None or not missing else ""
        return _card(request, staff, found, box, wrong, unchecked=unchecked)
    typed = form.cleaned_data
    asked = Asked(f"counter:{typed['nonce']}", json.dumps(typed, default=str).encode())
    try:
        start_reading(
            staff.actor,
            Start(
                found.screening,
                IdentityCheck(typed["identity_check"]),
                typed["gtin"],
                typed["lot"],
                typed["expiry"],
            ),
            _samplers(staff),
            asked,
        )
    except Invalid:
        wrong = _("This kit has expired, or is not known here: scan another one.")
        return _card(request, staff, found, box, wrong)
    except Forbidden:
        return _card(request, staff, found, box, _("First say which pharmacist answers."))
    except WrongState:
        return say("started", found.visit)
    except KeyReused:
        return say("reused")
    return HttpResponseRedirect(reverse("counter:queue"))


def _samplers(staff: Staff) -> tuple[Sampler, ...]:
    own = Sampler(staff.person_id, staff.role)
    if staff.performer is None:
        return (own,)
    # Only a pharmacist has an RPPS number, and only who has one answers.
    return own, Sampler(staff.performer.person_id, Role.PHARMACIST)


def _box(staff: Staff, scanned: ScannedBox) -> ShownBox | None:
    tenant = staff.pharmacy.tenant
    if scanned.is_valid():
        kit = known_kit(tenant, scanned.cleaned_data["gtin"])
        if kit is not None:
            return ShownBox(kit, scanned.cleaned_data["lot"], scanned.cleaned_data["expiry"], "")
    last = open_box(tenant, timezone.localdate())
    if last is None:
        return None
    return ShownBox(last.kit, last.lot, last.expiry, format_visit_number(last.since_visit))


def _card(
    request: HttpRequest,
    staff: Staff,
    found: Visit,
    box: ShownBox | None,
    wrong: str,
    *,
    unchecked: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "staff": staff,
        "visit": card.shown(found, found.open(staff.actor)),
        "box": box,
        "said": said(request),
        "wrong": wrong,
        "unchecked": unchecked,
        "checks": [(number, check, label) for number, (check, label) in enumerate(CHECKS, start=1)],
        "checked": request.POST.get("identity_check", ""),
        "nonce": uuid4(),
        "clocks": card.running(staff, timezone.localdate()),
    }
    return render(request, "counter/desk/start.html", context)
