"""The bar that says to go on: outside, somebody does not answer, and nothing is lost.

Comes in: a question of the queue's page, every few seconds, since an outage begins by nothing but
time. Goes out: the bar, or nothing. Always holds: nothing is opened or written.
"""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecouvillon.entrances.counter.access import staff
from ecouvillon.pathway.outage import outage
from ecouvillon.people.pharmacy.staff import Staff


@require_GET
@staff(active=False)
def outage_bar(request: HttpRequest, staff: Staff) -> HttpResponse:
    """The bar; 204 while all is well."""
    found = outage(staff.pharmacy.tenant)
    if found is None:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "counter/desk/outage.html", {"outage": found})
