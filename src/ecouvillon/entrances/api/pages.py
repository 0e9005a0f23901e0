"""The API's operations: from a body to a verb of the pathway, and its answer back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError

from ecouvillon import config
from ecouvillon.entrances.api.bodies import (
    Body,
    CancellationBody,
    CorrectionBody,
    ReadingBody,
    ScreeningBody,
    reading,
)
from ecouvillon.entrances.api.callers import Call, Unauthenticated, authenticate
from ecouvillon.entrances.api.judge import (
    correction_problems,
    reading_problems,
    screening_problems,
)
from ecouvillon.entrances.api.problems import (
    answer_error,
    of_error,
    problem,
    shape_problems,
)
from ecouvillon.errors import EcouvillonError, Invalid, KeyReused, Problem
from ecouvillon.pathway.answer import Answer, standing
from ecouvillon.pathway.correct import Correction, cancel, correct
from ecouvillon.pathway.record import Result, record_results
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.submit import Submission, submit

WRITE = "screenings:write"
STATUS = "screenings:status"
LARGEST_BATCH = 500
LONGEST_KEY = 255

Operation = Callable[..., HttpResponse]
SomeBody = TypeVar("SomeBody", bound=Body)


def operation(method: str, scope: str) -> Callable[[Operation], Operation]:
    """An API operation: `method` only, the token's holder has `scope`, errors become problems."""

    def decorate(function: Operation) -> Operation:
        @csrf_exempt  # a bearer token, never a cookie, says who calls
        @wraps(function)
        def view(request: HttpRequest, **path: Any) -> HttpResponse:
            if request.method != method:
                return problem(
                    405,
                    "method-not-allowed",
                    _("This address does not answer that method."),
                    headers={"Allow": method},
                )
            try:
                return function(request, authenticate(request, scope), **path)
            except Unauthenticated:
                return problem(
                    401,
                    "unauthenticated",
                    _("A valid access token is needed: get one from the token endpoint."),
                    headers={"WWW-Authenticate": "Bearer"},
                )
            except RequestDataTooBig:
                return problem(413, "too-large", _("The body is too large: send smaller batches."))
            except EcouvillonError as error:
                return answer_error(error)

        view.access = scope  # type: ignore[attr-defined] # read by the test of all routes
        return view

    return decorate


@operation("POST", WRITE)
def post_screening(request: HttpRequest, call: Call) -> HttpResponse:
    """Registers a patient, and records the result where it is known already."""
    key = _request_key(request)
    sent = _json(request)
    (answer,) = submit(call.actor, [_submission(key, sent)], call.active)
    if isinstance(answer, KeyReused):
        raise answer
    return _answered(answer, 201)


@operation("POST", WRITE)
def post_batch(request: HttpRequest, call: Call) -> HttpResponse:
    """Up to 500 screenings at once, each answered on its own."""
    key = _request_key(request)
    items = _items(_json(request))
    answered: dict[int, dict[str, Any]] = {}
    submissions: dict[int, Submission] = {}
    for index, item in enumerate(items):
        try:
            submissions[index] = _submission(f"{key}/{index}", item)
        except Invalid as invalid:
            answered[index] = _item_problem(index, invalid)
    answers = submit(call.actor, list(submissions.values()), call.active) if submissions else []
    for index, answer in zip(submissions, answers, strict=True):
        answered[index] = (
            _item_problem(index, answer)
            if isinstance(answer, KeyReused)
            else {"index": index, "status": 201, "screening": _representation(answer)}
        )
    return _json_response({"items": [answered[index] for index in range(len(items))]}, 200)


@operation("POST", WRITE)
def post_results(request: HttpRequest, call: Call, screening: UUID) -> HttpResponse:
    """Records the result of a screening that was registered before."""
    key = _request_key(request)
    sent = _json(request)
    body = _body(ReadingBody, sent)
    _refuse(reading_problems(body))
    (answer,) = record_results(
        call.actor,
        [Result(screening, body.reading())],
        [Asked(key, _canonical({"screening": str(screening), "body": sent}))],
        call.active,
    )
    return _answered(answer, 201)


@operation("POST", WRITE)
def post_correction(request: HttpRequest, call: Call, screening: UUID) -> HttpResponse:
    """Says what is true of a screening after all; the last version stays on record."""
    key = _request_key(request)
    sent = _json(request)
    body = _body(CorrectionBody, sent)
    _refuse(correction_problems(body))
    correction = Correction(
        screening,
        body.reason,
        None if body.patient is None else body.patient.registration(body.sharing_consent),
        None if body.test is None or body.results is None else reading(body.test, body.results),
    )
    asked = Asked(key, _canonical({"correction": str(screening), "body": sent}))
    return _answered(correct(call.actor, correction, asked, call.active), 201)


@operation("POST", WRITE)
def post_cancellation(request: HttpRequest, call: Call, screening: UUID) -> HttpResponse:
    """Voids the result of a screening."""
    key = _request_key(request)
    sent = _json(request)
    body = _body(CancellationBody, sent)
    asked = Asked(key, _canonical({"cancellation": str(screening), "body": sent}))
    return _answered(cancel(call.actor, screening, body.reason, asked, call.active), 201)


@operation("GET", STATUS)
def get_screening(request: HttpRequest, call: Call, screening: UUID) -> HttpResponse:  # noqa: ARG001 - a view's form
    """The states of a screening; nothing of its patient."""
    found = standing(call.actor.tenant, [screening])[screening]
    return _json_response(_states(found), 200)


@csrf_exempt
def not_found(request: HttpRequest, **path: str) -> HttpResponse:  # noqa: ARG001 - a view's form
    """Any other address below /api/: a problem, not a page."""
    return problem(404, "not-found", _("There is nothing at this address."))


def _submission(key: str, sent: object) -> Submission:
    body = _body(ScreeningBody, sent)
    _refuse(screening_problems(body))
    read = None
    if body.test is not None and body.results is not None:
        read = reading(body.test, body.results)
    return Submission(
        asked=Asked(key, _canonical(sent), body.external_id),
        registration=body.patient.registration(body.sharing_consent),
        reading=read,
    )


def _request_key(request: HttpRequest) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key or len(key) > LONGEST_KEY or not key.isprintable() or not key.isascii():
        raise Invalid(
            [
                Problem(
                    "/headers/Idempotency-Key",
                    "missing" if not key else "format",
                    _("Send a header Idempotency-Key: 1 to 255 ASCII characters, new each time."),
                )
            ]
        )
    return key


def _json(request: HttpRequest) -> object:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise Invalid([Problem("", "json_invalid", _("This is not JSON."))]) from None


def _canonical(sent: object) -> bytes:
    """The bytes by which the same body is known again, whatever its spaces and order."""
    return json.dumps(sent, sort_keys=True, separators=(",", ":")).encode()


def _body(model: type[SomeBody], sent: object) -> SomeBody:
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        raise Invalid(
            shape_problems(error.errors(include_input=False, include_context=False))
        ) from None


def _items(sent: object) -> list[object]:
    items = sent.get("items") if isinstance(sent, dict) and set(sent) == {"items"} else sent
    if not isinstance(items, list):
        raise Invalid([Problem("", "list_type", _('Send {"items": […]} or a list.'))])
    if not 1 <= len(items) <= LARGEST_BATCH:
        raise Invalid([Problem("", "batch_size", _("A batch has 1 to 500 items."))])
    return items


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise Invalid(list(problems))


def _item_problem(index: int, error: EcouvillonError) -> dict[str, Any]:
    found = of_error(error)
    return {"index": index, "status": found["status"], "problem": found}


def _states(answer: Answer) -> dict[str, Any]:
    return {
        "id": str(answer.id),
        "visit_number": answer.visit_number,
        "state": answer.state,
        "transmissions": [
            {"destination": name, "state": state} for name, state in answer.transmissions
        ],
    }


def _representation(answer: Answer) -> dict[str, Any]:
    found = _states(answer) | {
        "counter_url": f"{config.load().public_url}/counter/screenings/{answer.id}",
        "not_kept": list(answer.not_kept),
    }
    if answer.opened is not None:
        found |= {"link": answer.opened.url, "code": answer.opened.code}
    return found


def _answered(answer: Answer, status: int) -> HttpResponse:
    return _json_response(_representation(answer), status)


def _json_response(found: dict[str, Any], status: int) -> HttpResponse:
    return HttpResponse(
        json.dumps(found, separators=(",", ":")),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
