"""What a browser would send: the fields of a page's form."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')


def cursor(answer: Any) -> list[str]:
    """The inputs on which a page puts the cursor: their names."""
    page = answer.content.decode()
    found = [dict(_ATTRIBUTE.findall(tag)) for tag in _INPUT.findall(page)]
    return [one["name"] for one in found if "autofocus" in one]


def form_of(answer: Any, action: str) -> dict[str, str]:
    """The fields, as they stand, of the form of a page that goes to `action` (or to itself)."""
    page = answer.content.decode()
    found = re.search(rf'<form\b[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', page, re.DOTALL)
    if found is None:
        found = re.search(r"<main\b.*?(<form\b.*?</form>)", page, re.DOTALL)
    assert found, page
    fields = {}
    for tag in _INPUT.findall(found[0]):
        attributes = dict(_ATTRIBUTE.findall(tag))
        chosen = attributes.get("type") not in ("radio", "checkbox") or "checked" in attributes
        if chosen and "name" in attributes:
            fields[attributes["name"]] = unescape(attributes.get("value", ""))
    fields.pop("csrfmiddlewaretoken", None)
    return fields
