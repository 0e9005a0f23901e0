"""What a page says once after something was asked: a code in its address, a sentence on it.

Comes in: `?said=` and `?visit=`. Goes out: a sentence, or nothing. Always holds: only these
sentences exist, so that an address can't put words into the counter's mouth.
"""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecouvillon.terminology.visit_number import format_visit_number, parse_visit_number

_SENTENCES = {
    "started": gettext_lazy("Somebody else has just started %(visit)s. Its clock is above."),
    "read": gettext_lazy("Somebody else has just recorded %(visit)s. Nothing was changed."),
    "amended": gettext_lazy("Somebody else has just amended %(visit)s. Open it again."),
    "left": gettext_lazy("%(visit)s can no longer be taken back: correct it instead."),
    "over": gettext_lazy("%(visit)s was cancelled."),
    "unknown": gettext_lazy("Nothing of today has this number. Look at it, or type it again."),
    "elsewhere": gettext_lazy("This code is of another pharmacy."),
    "yesterday": gettext_lazy("This code is of another day: register the patient again."),
    "unreadable": gettext_lazy("This code can’t be read here. Scan again, or type the number."),
    "kit": gettext_lazy("Kit read. Now choose the patient, then scan the kit again."),
    "paired": gettext_lazy("The kit is known from now on."),
    "nothing-rings": gettext_lazy("Nothing rings. Scan, or type a number."),
    "reused": gettext_lazy("This page was sent before with other answers. Nothing was changed."),
    "unprinted": gettext_lazy("There is no result to print yet: it still waits for its minute."),
    "no-code": gettext_lazy("The code comes with the result: read the kit first."),
    "uncorrected": gettext_lazy("%(visit)s has no result that could be corrected."),
    "corrected": gettext_lazy("%(visit)s is corrected. The new result has left."),
    "cancelled": gettext_lazy("The result of %(visit)s is void. That has left, too."),
    "swapped": gettext_lazy("Swapped: %(visit)s and the other have each other’s result now."),
    "changed": gettext_lazy("Somebody else has just changed %(visit)s. Nothing of yours was kept."),
    "taken-back": gettext_lazy("%(visit)s is to be read again."),
}


def say(code: str, visit: int | None = None) -> HttpResponseRedirect:
    """Back to the queue, which says so."""
    fields = {"said": code} | ({} if visit is None else {"visit": format_visit_number(visit)})
    return HttpResponseRedirect(f"{reverse('counter:queue')}?{urlencode(fields)}")


def said(request: HttpRequest) -> str:
    """The sentence that the address asks for; empty for none."""
    sentence = _SENTENCES.get(request.GET.get("said", ""))
    count = parse_visit_number(request.GET.get("visit", ""))
    visit = _("This visit") if count is None else format_visit_number(count)
    return "" if sentence is None else str(sentence) % {"visit": visit}
