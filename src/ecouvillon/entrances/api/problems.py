"""Errors as RFC 9457 problems: what is wrong, where (a JSON pointer), what to do; never a value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic_core import ErrorDetails

from ecouvillon.errors import (
    EcouvillonError,
    Forbidden,
    Invalid,
    KeyReused,
    NotFound,
    Problem,
    StillRunning,
    Unavailable,
    WrongState,
)

# What pydantic finds wrong with a shape, in our words.
_SHAPES = {
    "missing": gettext_noop("This field is required."),
    "extra_forbidden": gettext_noop("This field is unknown: remove it, or check its spelling."),
    "json_invalid": gettext_noop("This is not JSON."),
    "too_short": gettext_noop("This list is too short."),
    "too_long": gettext_noop("This list is too long."),
    "enum": gettext_noop("This is none of the allowed values."),
    "model_type": gettext_noop("This must be an object."),
    "model_attributes_type": gettext_noop("This must be an object."),
    "dict_type": gettext_noop("This must be an object."),
    "list_type": gettext_noop("This must be a list."),
    "bool_type": gettext_noop("This must be true, false or null."),
    "string_type": gettext_noop("This must be text."),
}
_OTHER_SHAPE = gettext_noop("This does not have the form that is expected here.")
# A body of unknown fields only must not make an answer of many times its size.
_MOST_PROBLEMS = 100


def problem(
    status: int,
    code: str,
    title: str,
    *,
    errors: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """A problem as a response; `code` ends its type."""
    return HttpResponse(
        json.dumps(document(status, code, title, errors), ensure_ascii=False),
        status=status,
        content_type="application/problem+json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def document(status: int, code: str, title: str, errors: Sequence[Problem] = ()) -> dict[str, Any]:
    """A problem as JSON; also what a batch answers for an item."""
    found: dict[str, Any] = {
        "type": f"urn:ecouvillon:problem:{code}",
        "title": title,
        "status": status,
    }
    if errors:
        found["errors"] = [
            {"pointer": error.pointer, "code": error.code, "message": error.message}
            for error in errors
        ]
    return found


# What an error means to a program: status, code, title.
_MEANINGS: dict[type[EcouvillonError], tuple[int, str, str]] = {
    Invalid: (422, "invalid", gettext_noop("Some fields must be mended; nothing was stored.")),
    NotFound: (404, "not-found", gettext_noop("There is no such screening in this pharmacy.")),
    Forbidden: (403, "forbidden", gettext_noop("This client's scopes do not allow it.")),
    WrongState: (
        409,
        "wrong-state",
        gettext_noop("The screening's state does not allow this any more."),
    ),
    KeyReused: (
        422,
        "key-reused",
        gettext_noop("This Idempotency-Key was used with another body: use a new key."),
    ),
    StillRunning: (
        409,
        "still-running",
        gettext_noop("The same request is still running: ask again in a moment."),
    ),
    Unavailable: (
        503,
        "unavailable",
        gettext_noop("The service can't record just now; nothing was stored. Send it again soon."),
    ),
}


def of_error(error: EcouvillonError) -> dict[str, Any]:
    """The problem that says what `error` means to a program."""
    for kind, (status, code, title) in _MEANINGS.items():
        if isinstance(error, kind):
            errors = error.problems if isinstance(error, Invalid) else ()
            return document(status, code, _(title), errors)
    raise error


def answer_error(error: EcouvillonError) -> HttpResponse:
    """The response that says what `error` means to a program."""
    found = of_error(error)
    headers = {"Cache-Control": "no-store"}
    if found["status"] == 503:  # noqa: PLR2004 - Service Unavailable
        headers["Retry-After"] = "5"
    return HttpResponse(
        json.dumps(found, ensure_ascii=False),
        status=found["status"],
        content_type="application/problem+json",
        headers=headers,
    )


def shape_problems(errors: Sequence[ErrorDetails]) -> list[Problem]:
    """What pydantic found, as our problems: pointer, code and sentence; at most a hundred."""
    return [_shape(error) for error in errors[:_MOST_PROBLEMS]]


def _shape(error: ErrorDetails) -> Problem:
    kind = error["type"]
    if "url" not in error:
        # Our own (PydanticCustomError): a rule's fixed sentence, with no page in pydantic's manual.
        message = _(error["msg"])
    elif kind in _SHAPES:
        message = _(_SHAPES[kind])
    else:
        message = _(_OTHER_SHAPE)
    return Problem(pointer(error["loc"]), kind, message)


def pointer(path: Sequence[int | str]) -> str:
    """A JSON pointer (RFC 6901) to a place in the body."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
