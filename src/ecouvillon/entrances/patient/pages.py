"""The page behind a link: a form for the code, and what the code opens.

Comes in: a link's token, a code. Goes out: pages that are kept by nobody (`no-store`). Always
holds: a GET answers alike for every token, opens nothing and counts nothing; whether a link lives
is said only to a POST, and an unknown, dead or misspelt one is the same "not found".
"""

from __future__ import annotations

import re
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from ecouvillon.entrances.patient.code_form import CodeForm
from ecouvillon.entrances.patient.sheet import sheet
from ecouvillon.pathway.unlock import NothingToRead, Unlocked, WrongCode, unlock

_TOKEN = re.compile("[0-9a-fA-F]{32}")

# Bytes. Every result's page is padded to a multiple of it, so that its length on the wire does not
# tell what was found (security.md, attack 12); a page with a long access log takes two.
_PAGE_CLASS = 32 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
def result(request: HttpRequest, token: str) -> HttpResponse:
    """The form for the code; for a POST, what it opens. Raises `NotFound` and `Unavailable`."""
    if request.method != "POST":
        return _ask(request, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    # A token of wrong form is looked up as any other, so that its answer takes the same way.
    secret = bytes.fromhex(token) if _TOKEN.fullmatch(token) else b""
    match unlock(secret, form.cleaned_data["code"], request.META.get("REMOTE_ADDR", "")):
        case WrongCode() as wrong:
            form.add_error("code", _left(wrong.left))
            return _ask(request, form, wrong)
        case NothingToRead() as nothing:
            return render(request, "patient/nothing.html", {"nothing": nothing})
        case Unlocked() as found:
            page = render(request, "patient/result.html", {"sheet": sheet(found)})
            page.content += b" " * (-len(page.content) % _PAGE_CLASS)
            return page


result.access = "link and code"  # type: ignore[attr-defined] # read by the test of all routes


def _ask(request: HttpRequest, form: CodeForm, wrong: WrongCode | None = None) -> HttpResponse:
    status = HTTPStatus.OK if wrong is None else HTTPStatus.FORBIDDEN
    return render(request, "patient/code.html", {"form": form, "wrong": wrong}, status=status)


def _left(attempts: int) -> str:
    if attempts == 0:
        return _("This code does not open the result. The link is now closed.")
    return ngettext(
        "This code does not open the result. %(left)d try is left.",
        "This code does not open the result. %(left)d tries are left.",
        attempts,
    ) % {"left": attempts}
