"""The national system's own page: what it holds, and the plug.

Comes in: the control socket of the simulator. Goes out: results as the national system understood
them, the newest first. Always holds: what is shown comes from the simulator alone, never from us.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from ecouvillon import config
from ecouvillon.errors import NotFound
from ecouvillon.nationalsim.control_client import ControlRefused, ask
from ecouvillon.operations.demo import house
from ecouvillon.operations.demo.cast import Cast
from ecouvillon.operations.demo.tour.gate import demo_only
from ecouvillon.terminology.loinc import ANALYTES
from ecouvillon.terminology.result import ResultValue

_NEWEST = 12
_WORDS = {value.snomed.code: value.snomed.display for value in ResultValue}


@dataclass(frozen=True, slots=True)
class Held:
    """One result as the national system has it."""

    message: str
    status: str
    who: str
    born: str
    tests: list[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@demo_only
def national(request: HttpRequest, _cast: Cast) -> HttpResponse:
    """What is held; a POST of `do` cuts the national system off, or restores it."""
    control = house.control(config.load())
    try:
        if request.method == "POST":
            command = request.POST.get("do", "")
            if command not in ("cut", "restore"):
                raise NotFound
            ask(control, command)
            return HttpResponseRedirect(reverse("demo-national"))
        status = ask(control, "status")
        held = ask(control, "results")["results"]
    except (OSError, ControlRefused):
        # Killed by a visitor: the supervisor starts it again within a second.
        return render(request, "tour/national.html", {"status": None})
    newest = [_held(one) for one in list(held.values())[: -_NEWEST - 1 : -1]]
    return render(request, "tour/national.html", {"status": status, "newest": newest})


def _held(result: dict[str, Any]) -> Held:
    name = f"{result['family']} {result['given']}".strip()
    return Held(
        message=result["control_id"],
        status=result["status"],
        who="" if result["pseudonymised"] else name,
        born=result["birth_date"],
        tests=[
            (ANALYTES[loinc].label_en, _WORDS.get(value, value))
            for loinc, value in result["observations"].items()
        ],
    )
