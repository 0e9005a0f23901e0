"""`{% load frame %}`: the components that rooms place in their pages.

In: names and values. Out: markup of the design system. Words are translated here, so that a state,
a result or a key has one name in the whole house; nothing here opens or computes data.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecouvillon.frame import drawings
from ecouvillon.frame import strip as strips

register = template.Library()

# screening's values of a version, and the words that patients and staff read.
RESULTS = {
    "negative": gettext_lazy("Negative"),
    "positive": gettext_lazy("Positive"),
    "indeterminate": gettext_lazy("Unclear"),
    "invalid": gettext_lazy("Invalid"),
}

# State of a visit at the counter: icon and word. A fill means that somebody must act or wait.
CHIPS = {
    "waiting": ("circle", gettext_lazy("Waiting")),
    "early": ("clock", gettext_lazy("Too early")),
    "ringing": ("bell", gettext_lazy("To read")),
    "late": ("circle-alert", gettext_lazy("Too late")),
    "leaving": ("clock", gettext_lazy("Leaves soon")),
    "fix": ("triangle-alert", gettext_lazy("To fix")),
    "done": ("check", gettext_lazy("Handed over")),
}

# As printed on the keyboard that is sold with the language.
KEYS = {
    "enter": gettext_lazy("Enter"),
    "escape": gettext_lazy("Esc"),
    "backspace": gettext_lazy("Backspace"),
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "lock" %}`; with a label only where no word stands beside it."""
    return drawings.draw("icons", name, "icon", label)


@register.simple_tag
def result_shape(value: str) -> SafeString:
    """The shape of a result, without its word: for a segment or a table that has the word."""
    if value not in RESULTS:
        raise template.TemplateSyntaxError("not a value that a result can have")
    return drawings.draw("shapes", value, "shape")


@register.simple_tag
def result_word(value: str) -> str:
    """The word of a result."""
    return str(RESULTS[value])


@register.simple_tag
def result(value: str, css_class: str = "") -> SafeString:
    """Shape and word; `css_class="large"` on a patient's page. Never a colour."""
    return format_html(
        '<span class="result {}">{}<span>{}</span></span>',
        css_class,
        result_shape(value),
        RESULTS[value],
    )


@register.simple_tag
def chip(state: str, words: str = "") -> SafeString:
    """`{% chip "late" %}`, or `{% chip "waiting" "waits 9 min" %}` with words of the page's own."""
    drawing, word = CHIPS[state]
    return format_html(
        '<span class="chip {}">{}<span data-words>{}</span></span>',
        state,
        drawings.draw("icons", drawing, "icon"),
        words or word,
    )


@register.simple_tag
def key(name: str) -> SafeString:
    """A key's cap, inside the button that it presses: `{% key "enter" %}`, `{% key "F2" %}`."""
    cap = format_html('<kbd class="key">{}', KEYS.get(name, name))
    if name == "backspace":
        cap = format_html("{}{}", cap, drawings.draw("icons", "delete", "icon"))
    return format_html("{}</kbd>", cap)


@register.inclusion_tag("frame/strip.html")
def strip(elapsed: float, reading_from: float, reading_until: float) -> dict[str, Any]:
    """The test strip of a clock; seconds since the kit's start, and the kit's window in seconds."""
    return {"strip": strips.strip(elapsed, reading_from, reading_until)}


@register.inclusion_tag("frame/menu_entry.html")
def menu_entry(url: str, label: str, current: bool = False, count: int = 0) -> dict[str, Any]:
    """One entry of the band's menu; a count of 0 is not shown."""
    return {"url": url, "label": label, "current": current, "count": count}


@register.inclusion_tag("frame/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form's field: label, hint, error above the input, and the ARIA that ties them together.

    Radio buttons become options, fields in parts become parts, all as a fieldset. An optional field
    says so; a required one says nothing, since most are.
    """
    return {
        "field": bound,
        "kind": getattr(bound.field.widget, "frame_kind", "")
        or ("options" if bound.use_fieldset else "input"),
        "described_by": bound.aria_describedby if bound.use_fieldset else "",
        "optional": not bound.field.required,
    }


@register.inclusion_tag("frame/summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """All that is to be mended, as links to the fields; empty when nothing is."""
    return {
        "form": form,
        "title": _("Please check these answers"),
        "fields": [bound for bound in form if bound.errors],
    }
