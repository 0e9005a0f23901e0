"""Pages that exist only to be looked at and measured: every component, and every way to fail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

from ecouvillon import errors
from ecouvillon.frame import pages
from ecouvillon.frame.birth_date import BirthDateField
from ecouvillon.frame.security_headers import with_policy
from ecouvillon.frame.strip import digits

SEXES = [("female", "Féminin"), ("male", "Masculin")]


class IdentityForm(forms.Form):
    birth_name = forms.CharField(label="Nom de naissance")
    first_names = forms.CharField(label="Prénoms", help_text="Tous, dans l’ordre")
    birth_date = BirthDateField(label="Date de naissance", help_text="Par exemple 29 2 1984")
    sex = forms.ChoiceField(label="Sexe à l’état civil", choices=SEXES, widget=forms.RadioSelect)
    country = forms.ChoiceField(label="Pays de naissance", choices=[("FR", "France")])
    code = forms.CharField(
        label="Votre code", required=False, widget=forms.TextInput({"class": "code"})
    )


TYPED = {
    "birth_name": "MARTIN",
    "birth_date_day": "31",
    "birth_date_month": "02",
    "birth_date_year": "1984",
    "sex": "female",
    "country": "FR",
    "code": "7K4M 2XQP",
}


def clock(state: str, number: str, name: str, **more: Any) -> dict[str, Any]:
    return {"state": state, "number": number, "name": name, "kit": "Panbio · lot L42"} | more


CLOCKS = [
    clock(
        "ringing",
        "B-037",
        "Inès B.",
        digits=digits(192),
        meaning="pour lire",
        limit="avant 10:24",
        elapsed=708,
        reading_from=600,
        reading_until=900,
        url="#read",
        act="Lire",
        key="enter",
    ),
    clock(
        "late",
        "B-035",
        "Yann L.",
        digits=digits(130, over=True),
        meaning="après la limite",
        limit="de 10:18",
        elapsed=1330,
        reading_from=900,
        reading_until=1200,
        url="#late",
        act="Lire avec motif, ou refaire",
    ),
    clock(
        "early",
        "B-039",
        "Odette R.",
        digits=digits(252),
        meaning="avant lecture",
        limit="sonne à 10:25",
        elapsed=648,
        reading_from=900,
        reading_until=1200,
    ),
]


def components(request: HttpRequest) -> HttpResponse:
    form = IdentityForm(TYPED)
    form.is_valid()
    return render(
        request,
        "frame/components.html",
        {
            "clocks": CLOCKS,
            "form": form,
            "demo": "demo" in request.GET,
            "values": ["negative", "positive", "indeterminate"],
            "all_values": ["negative", "positive", "indeterminate", "invalid"],
            "lines": [
                {"key": "covid", "name": "COVID-19", "value": "negative"},
                {"key": "flu_a", "name": "Grippe A", "value": "positive"},
            ],
            "waiting": [
                ("B-040", "Karim T.", "COVID-19", "attend 9 min", "depuis son téléphone"),
                (
                    "B-041",
                    "Louise P.",
                    "COVID-19, grippe A et B, VRS",
                    "attend 6 min",
                    "au comptoir",
                ),
            ],
        },
    )


def patient(request: HttpRequest, value: str = "negative") -> HttpResponse:
    form = IdentityForm(TYPED) if "wrong" in request.GET else IdentityForm()
    return render(request, "frame/patient_page.html", {"form": form, "value": value})


def fail(error: type[Exception]) -> Any:
    def view(request: HttpRequest) -> HttpResponse:
        raise error("Camille MARTIN")

    return view


@with_policy({"frame-src": "'self'"})
def tour(request: HttpRequest) -> HttpResponse:
    return HttpResponse("tour")


def kept(request: HttpRequest) -> HttpResponse:
    return HttpResponse("kept", headers={"Cache-Control": "private, max-age=60"})


urlpatterns = [
    path("", include("ecouvillon.frame.urls")),
    path("components", components),
    path("patient", patient),
    path("patient/<str:value>", patient),
    path("400", fail(BadRequest)),
    path("403", fail(PermissionDenied)),
    path("404", fail(Http404)),
    path("500", fail(RuntimeError)),
    path("counter/503", fail(errors.Unavailable)),
    path("503", fail(errors.Unavailable)),
    path("503-database", fail(OperationalError)),
    path("not-found", fail(errors.NotFound)),
    path("forbidden", fail(errors.Forbidden)),
    path("tour", tour),
    path("kept", kept),
]
handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.failed
