"""The page behind a pharmacy's poster: the form, and what the patient shows at the counter.

Comes in: a pharmacy's slug, a form. Goes out: the form, or the visit number, its QR and the code.
Always holds: nothing is kept before the form is sent whole; known and unknown people get the same
answer; a language chosen on the way keeps what was typed.
"""

from __future__ import annotations

import secrets

import segno
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods

from ecouvillon.entrances.patient.registration_form import RegistrationForm
from ecouvillon.errors import KeyReused
from ecouvillon.exits.reporting.routing import ROUTES, Route, routes
from ecouvillon.pathway.register import Registered, register
from ecouvillon.people.pharmacy.models import Pharmacy
from ecouvillon.people.pharmacy.poster import pharmacy_of_poster
from ecouvillon.terminology.link_code import display_link_code
from ecouvillon.trust.isolation.change import ask


@require_http_methods(["GET", "HEAD", "POST"])
def registration(request: HttpRequest, slug: str) -> HttpResponse:
    """The form; for a POST, the visit number. Raises `NotFound` and `Unavailable`."""
    pharmacy = pharmacy_of_poster(slug)
    (rows,) = ask(ROUTES)
    active = routes(rows)
    if request.method != "POST":
        return _page(request, pharmacy, _new(active))
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        return _in_language(request, pharmacy, active, language)
    form = RegistrationForm(active, request.POST)
    if not form.is_valid():
        if form.errors.get("nonce"):
            raise BadRequest
        return _page(request, pharmacy, form)
    try:
        origin = request.META.get("REMOTE_ADDR", "")
        registered = register(pharmacy.tenant, form.registration(), form.asked(), active, origin)
    except KeyReused:
        return _page(request, pharmacy, _again(request, active), sent_before=True)
    return _registered(request, pharmacy, registered)


registration.access = "anyone"  # type: ignore[attr-defined] # read by the test of all routes


def counter_code(slug: str, registered: Registered) -> str:
    """What the QR holds for the counter: a visit of a day, nothing of the patient."""
    return f"ECV1:{slug}:{registered.day.isoformat()}:{registered.visit_number}"


def _new(active: list[Route]) -> RegistrationForm:
    return RegistrationForm(active, initial={"nonce": secrets.token_hex(16)})


def _again(request: HttpRequest, active: list[Route]) -> RegistrationForm:
    """The form as typed, to be sent as a new one."""
    typed: QueryDict = request.POST.copy()
    typed["nonce"] = secrets.token_hex(16)
    return RegistrationForm(active, typed)


def _in_language(
    request: HttpRequest, pharmacy: Pharmacy, active: list[Route], language: str
) -> HttpResponse:
    translation.activate(language)
    form = RegistrationForm(active, request.POST)
    form.full_clean()
    # The reader asked for another language, not for a judgement.
    form.errors.clear()
    form.fields["birth_date"].widget.wrong = frozenset()
    page = _page(request, pharmacy, form)
    page.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Strict",
    )
    return page


def _page(
    request: HttpRequest, pharmacy: Pharmacy, form: RegistrationForm, *, sent_before: bool = False
) -> HttpResponse:
    context = {"pharmacy": pharmacy, "form": form, "sent_before": sent_before}
    return render(request, "patient/registration.html", context)


def _registered(request: HttpRequest, pharmacy: Pharmacy, registered: Registered) -> HttpResponse:
    drawing = segno.make(counter_code(pharmacy.slug, registered), error="m", micro=False)
    return render(
        request,
        "patient/registered.html",
        {
            "pharmacy": pharmacy,
            "visit_number": registered.visit_number,
            "code": display_link_code(registered.opened.code),
            # Drawn by us from a slug, a day and a number: there is nothing in it to escape.
            "qr": mark_safe(drawing.svg_inline(border=0, omitsize=True)),  # noqa: S308
        },
    )
