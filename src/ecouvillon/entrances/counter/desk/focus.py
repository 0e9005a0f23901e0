"""Where the cursor stands when a form opens: on the first field, or on the first that is refused.

Comes in: a form, and the field that it begins with. Goes out: the same form, one input of which has
`autofocus`. Always holds: one input at most, so that a hand can type without reaching for a mouse.
"""

from __future__ import annotations

from typing import Any

from django import forms


class Choices(forms.RadioSelect):
    """Radio buttons of which the first only may have `autofocus`."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(*args, **kwargs)
        if option["index"] != "0":
            option["attrs"].pop("autofocus", None)
        return option


def focus(form: forms.BaseForm, first: str) -> None:
    """Puts the cursor on the first field that is refused, else on `first`, if the form has it."""
    refused = [name for name in form.fields if form.is_bound and name in form.errors]
    name = refused[0] if refused else first
    if name not in form.fields:
        return
    widget = form.fields[name].widget
    target = widget.widgets[0] if isinstance(widget, forms.MultiWidget) else widget
    target.attrs["autofocus"] = True
