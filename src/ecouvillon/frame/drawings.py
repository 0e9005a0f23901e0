"""Icons and result shapes as inline SVG, so that they take the colour of their words.

In: the name of a file in `icons/` (Lucide, ISC) or `shapes/` (ours). Out: safe HTML, hidden from
screen readers unless it is given a label. An unknown name is a programming error and raises.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_HERE = Path(__file__).parent


@lru_cache(maxsize=256)
def _drawing(folder: str, name: str) -> str:
    if not name.replace("-", "").isalnum():
        raise ValueError("a drawing's name is letters, digits and dashes")
    text = (_HERE / folder / f"{name}.svg").read_text(encoding="utf-8")
    return text[text.index("<svg ") + len("<svg ") :].strip()


def draw(folder: str, name: str, css_class: str, label: str = "") -> SafeString:
    """The file's SVG with a class, and a text alternative if `label` is given.

    Raises FileNotFoundError for a name that has no file.
    """
    drawing = mark_safe(_drawing(folder, name))  # noqa: S308 - a file of this package
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}" focusable="false" {}',
            css_class,
            label,
            drawing,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false" {}', css_class, drawing
    )
