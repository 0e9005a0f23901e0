"""The page behind an invitation: the code, then the passkey, then the counter.

Comes in: the token of the address, a code, what an authenticator answered. Goes out: pages that are
kept by nobody. Always holds: a GET answers alike for every token and counts nothing; an address
that is unknown, used, void or too old is the same "not found", and says so only to a POST.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from ecouvillon.entrances.counter.signin.answers import answer_of
from ecouvillon.entrances.counter.signin.cookie import entered, origin_of
from ecouvillon.people.pharmacy.accept import WrongCode, accept, show_code
from ecouvillon.people.signin.ceremony import SignInRefused

_TOKEN = re.compile("[0-9a-f]{32}")


class CodeForm(forms.Form):
    """The code that was given apart from the address."""

    code = forms.CharField(
        label=gettext_lazy("Your code"),
        help_text=gettext_lazy("8 letters and digits, given to you apart from this address."),
        max_length=40,
        error_messages={
            "required": gettext_lazy("Type the code: 8 letters and digits."),
            "max_length": gettext_lazy("A code has 8 letters and digits."),
            "null_characters_not_allowed": gettext_lazy("A code has 8 letters and digits."),
        },
        widget=forms.TextInput(
            {
                "class": "code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The form for the code; then the passkey. Raises `NotFound` and `Unavailable`."""
    if request.method != "POST":
        return _ask(request, CodeForm())
    if "credential" in request.POST:
        try:
            return entered(request, accept(*answer_of(request), origin_of(request)))
        except SignInRefused:
            return _ask(request, CodeForm(), HTTPStatus.FORBIDDEN, refused=True)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    # A token of wrong form is looked up as any other, so that its answer takes the same way.
    secret = bytes.fromhex(token) if _TOKEN.fullmatch(token) else b""
    match show_code(secret, form.cleaned_data["code"], origin_of(request)):
        case WrongCode(left):
            form.add_error("code", _left(left))
            return _ask(request, form, HTTPStatus.FORBIDDEN, void=left == 0)
        case welcome:
            return render(request, "counter/signin/welcome.html", {"welcome": welcome})


invitation.access = "link and code"  # type: ignore[attr-defined] # read by the test of all routes


def _ask(
    request: HttpRequest,
    form: CodeForm,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    refused: bool = False,
    void: bool = False,
) -> HttpResponse:
    context = {"form": form, "refused": refused, "void": void}
    return render(request, "counter/signin/invitation.html", context, status=status)


def _left(attempts: int) -> str:
    if attempts == 0:
        return _("This code is wrong, and the invitation is now void: ask for a new one.")
    return ngettext(
        "This code is wrong. %(left)d try is left.",
        "This code is wrong. %(left)d tries are left.",
        attempts,
    ) % {"left": attempts}
