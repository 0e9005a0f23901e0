"""`{% after_menu %}`: the counter's menu, with how much is to fix."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy

from ecouvillon.pathway import to_fix

register = template.Library()

_ENTRIES = (
    ("queue", gettext_lazy("Today’s queue")),
    ("to_fix", gettext_lazy("To fix")),
    ("closing", gettext_lazy("Closing")),
)
_SAME = {"to_fix": "to_fix", "mend": "to_fix", "closing": "closing", "telephone": "closing"}


@register.inclusion_tag("counter/after/menu.html", takes_context=True)
def after_menu(context: dict[str, Any]) -> dict[str, Any]:
    """The entries; which one is current is the address's, and else the queue's."""
    page = context["request"].resolver_match.url_name
    here = _SAME.get(page, "queue")
    count = to_fix.count(context["staff"].pharmacy.tenant)
    return {
        "entries": [
            {
                "url": reverse(f"counter:{name}"),
                "label": label,
                "current": name == here,
                "count": count if name == "to_fix" else 0,
            }
            for name, label in _ENTRIES
        ]
    }
