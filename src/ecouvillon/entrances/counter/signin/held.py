"""What a form sent while the screen was locked, kept on the page until its author is back.

Comes in: a POST. Goes out: one text for a hidden field, and after the touch the same address and
fields again. Always holds: the text is encrypted under a key of this session, so that a locked
screen's source shows no name; nothing of it is stored on the server; a form's own nonce keeps it
from counting twice.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

_SALT = "ecouvillon.entrances.counter.held"
# Longer than a screen may stay locked, then a new sign-in is needed.
_SECONDS = 4 * 3600


@dataclass(frozen=True, slots=True)
class Held:
    """A form to be sent again: its address and its fields, without its CSRF token."""

    path: str
    fields: tuple[tuple[str, str], ...]


def hold(request: HttpRequest, session: UUID) -> str:
    """The POST of `request` as a text that only this session's server side can read."""
    fields = [
        (name, str(value))
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    content = urlencode([("", request.get_full_path()), *fields])
    return _key(session).encrypt(content.encode()).decode()


def let_go(text: str, session: UUID) -> Held | None:
    """What was held; None for a text that is not this session's, or too old."""
    try:
        content = _key(session).decrypt(text.encode(), ttl=_SECONDS).decode()
    except (InvalidToken, UnicodeEncodeError):
        return None
    (_, path), *fields = parse_qsl(content, keep_blank_values=True)
    return Held(path, tuple(fields))


def _key(session: UUID) -> Fernet:
    derived = salted_hmac(_SALT, str(session), algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(derived))
