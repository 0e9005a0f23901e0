"""`{% after_menu %}`: the counter's menu, with how much is to fix."""

from __future__ import annotations

from typing import Any

from django import template

from ecouvillon.pathway import to_fix

register = template.Library()


@register.inclusion_tag("counter/after/menu.html", takes_context=True)
def after_menu(context: dict[str, Any]) -> dict[str, Any]:
    """The entries; which one is current is the address's."""
    page = context["request"].resolver_match.url_name
    return {
        "page": {"mend": "to_fix"}.get(page, page),
        "to_fix": to_fix.count(context["staff"].pharmacy.tenant),
    }
