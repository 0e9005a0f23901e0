"""What a page sends back from an authenticator, and questions as a page's script asks for them."""

from __future__ import annotations

import json

from django.http import HttpRequest, JsonResponse

from ecouvillon.people.signin.ceremony import Question, SignInRefused


def answer_of(request: HttpRequest) -> tuple[str, object]:
    """Ticket and answer in a POST; raises `SignInRefused` for what is not JSON."""
    try:
        return request.POST.get("ticket", ""), json.loads(request.POST.get("credential", ""))
    except (ValueError, RecursionError):
        raise SignInRefused from None


def as_json(question: Question) -> JsonResponse:
    """A question for `passkey.js`."""
    return JsonResponse({"options": question.options, "ticket": question.ticket})
