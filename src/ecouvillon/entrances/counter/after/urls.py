"""The addresses of what comes after a reading."""

from __future__ import annotations

from django.urls import URLPattern, path

from ecouvillon.entrances.counter.after import closing, correct, paper, to_fix

urlpatterns: list[URLPattern] = [
    path("counter/print/<uuid:screening>", paper.print_out, name="print"),
    path("counter/paper/<uuid:screening>", paper.paper, name="paper"),
    path("counter/slip/<uuid:screening>", paper.slip, name="slip"),
    path("counter/correct/<uuid:screening>", correct.correct_page, name="correct"),
    path("counter/cancel/<uuid:screening>", correct.cancel_page, name="cancel"),
    path("counter/swap/<uuid:screening>", correct.swap_page, name="swap"),
    path("counter/closing", closing.closing_page, name="closing"),
    path("counter/telephone/<uuid:screening>", closing.telephone, name="telephone"),
    path("counter/called/<uuid:call>", closing.called, name="called"),
    path("counter/to-fix", to_fix.to_fix, name="to_fix"),
    path("counter/to-fix/<uuid:transmission>", to_fix.mend, name="mend"),
]
