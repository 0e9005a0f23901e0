"""The error pages, and the sheet of paper that replaces the counter while nothing answers.

In: a request, and what went wrong. Out: a page that says what it means, what to do and a code for
support, in the reader's language. What always holds: no database, session or key service is asked;
the incident's code stands in the log and on the page, and nothing else joins the two.
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from ecouvillon.frame import troubles
from ecouvillon.frame.troubles import Trouble, Words

_log = logging.getLogger(__name__)

# The addresses of staff (design, section 9): they need to know about the test under way.
STAFF_PATHS = ("/counter/", "/oversight/")

# Django passes `exception` and `reason` by name; the pages say the same whatever they hold.
# ruff: noqa: ARG001

# Crockford's base32, since the code is read aloud on the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler400`."""
    return _page(request, troubles.bad_request)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler403`."""
    return _page(request, troubles.forbidden)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`: the page was open over midnight, or cookies are refused."""
    return _page(request, troubles.too_old)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`handler404`: unknown, closed and destroyed look alike."""
    return _page(request, troubles.not_found)


def failed(request: HttpRequest) -> HttpResponse:
    """`handler500`."""
    return _page(request, troubles.failed)


def keys_silent(request: HttpRequest) -> HttpResponse:
    """503: the key service does not answer, so that no record can be opened or sealed."""
    return _page(request, lambda: troubles.keys_silent(_is_staff(request)))


def database_silent(request: HttpRequest) -> HttpResponse:
    """503: the database does not answer."""
    return _page(request, lambda: troubles.database_silent(_is_staff(request)))


def paper_sheet(request: HttpRequest) -> HttpResponse:
    """A sheet to fill by hand during an outage: empty, so that anybody may have it."""
    return render(request, "frame/paper_sheet.html")


def _page(request: HttpRequest, words: Words) -> HttpResponse:
    # LocaleMiddleware may not have run yet: an error can come from a middleware before it.
    language = translation.get_language_from_request(request)
    sent = request.method not in ("GET", "HEAD")
    with translation.override(language):
        trouble = words()
        if sent and trouble.again:
            trouble = troubles.after_sending(trouble)
        response = render(
            request,
            f"{trouble.status}.html",
            _context(request, trouble, incident := _incident()),
            status=trouble.status,
        )
    response.headers["Content-Language"] = language
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    if trouble.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "5"
    _log.log(
        logging.ERROR if trouble.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO,
        "error page",
        extra={"incident": incident, "status": trouble.status},
    )
    return response


def _context(request: HttpRequest, trouble: Trouble, incident: str) -> dict[str, object]:
    return {
        "status": trouble.status,
        "short": trouble.short,
        "heading": trouble.heading,
        "lead": trouble.lead,
        "notes": trouble.notes,
        "retry": request.get_full_path() if trouble.again else "",
        "staff": _is_staff(request),
        "incident": incident,
        "time": timezone.localtime().strftime("%H:%M:%S"),
    }


def _incident() -> str:
    code = "".join(secrets.choice(_ALPHABET) for _position in range(8))
    return f"{code[:4]}-{code[4:]}"


def _is_staff(request: HttpRequest) -> bool:
    return request.path.startswith(STAFF_PATHS)
