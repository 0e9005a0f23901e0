"""What a value means, and what to do: for each analyte, in calm sentences that guess nobody's sex.

Comes in: analytes and their values. Goes out: sentences and advice. Always holds: whatever was
found, a test of one analyte has one sentence and three pieces of advice.

The advice names no medicine. Only that on COVID-19 was checked against a source: the health
insurance's page of December 2023 (ameli.fr, "Que faire en cas de test positif au Covid-19 ?").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ecouvillon.terminology.loinc import Analyte
from ecouvillon.terminology.result import ResultValue

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Advice:
    """A question that a reader may have now, and its answer; `drawing` is an icon's name."""

    drawing: str
    question: Text
    answer: Text


# By the analyte's key; each fits into the sentences below.
_AGENTS: dict[str, Text] = {
    "covid": _("the virus of COVID-19"),
    "flu_a": _("the virus of influenza A"),
    "flu_b": _("the virus of influenza B"),
    "rsv": _("the respiratory syncytial virus (RSV)"),
    "strep_a": _("group A streptococcus"),
}

_MEANINGS: dict[ResultValue, Text] = {
    ResultValue.POSITIVE: _("The test found %(agent)s in this sample."),
    ResultValue.NEGATIVE: _("The test did not find %(agent)s in this sample."),
    ResultValue.INDETERMINATE: _(
        "The line was not clear: the test neither finds nor rules out %(agent)s."
    ),
    ResultValue.INVALID: _("The kit did not work: it says nothing about %(agent)s."),
}

_FLU = Advice(
    "user",
    _("65 or older, a pregnancy or a chronic illness?"),
    _("Call your doctor today: a treatment exists, to begin within two days of the first signs."),
)
_POSITIVE = {
    "covid": Advice(
        "user",
        _("65 or older, a pregnancy or a chronic illness?"),
        _("Call your doctor today: a treatment exists, and it must begin early."),
    ),
    "flu_a": _FLU,
    "flu_b": _FLU,
    "rsv": Advice(
        "user",
        _("A baby or an aged person near you?"),
        _("Keep your distance for a few days. If their breathing gets hard, call a doctor."),
    ),
    "strep_a": Advice(
        "user",
        _("An antibiotic?"),
        _("The pharmacist or your doctor tells you. If it is given to you, take it to the end."),
    ),
}
_VIRUS_NOT_FOUND = Advice(
    "user",
    _("You have symptoms?"),
    _("A test may be negative at the beginning. Have another in two days if they last."),
)
_STREPTOCOCCUS_NOT_FOUND = Advice(
    "user",
    _("Your throat hurts?"),
    _("Most sore throats heal by themselves. See your doctor if it lasts beyond three days."),
)
_UNCLEAR = Advice(
    "user",
    _("How to be sure?"),
    _("Have the test done again, at the pharmacy or in a laboratory."),
)
_INVALID = Advice(
    "user",
    _("And your result?"),
    _("The pharmacy does the test again with a new kit."),
)
_FOR_EVERYBODY = (
    Advice(
        "shield",
        _("Protect people at risk."),
        _("Mask, clean hands and open windows as long as you cough or have a fever."),
    ),
    Advice(
        "phone",
        _("You feel worse?"),
        _("Call your doctor. Breathing is hard: call 15 (or 112)."),
    ),
)


def meaning(analyte: Analyte, value: ResultValue) -> str:
    """One sentence: what the test found, or did not, in this sample."""
    return str(_MEANINGS[value]) % {"agent": _AGENTS[analyte.key]}


def advice(findings: Sequence[tuple[Analyte, ResultValue]]) -> list[Advice]:
    """What to do: a piece for each finding, said once, then two for everybody."""
    own = dict.fromkeys(_for(analyte, value) for analyte, value in findings)
    return [*own, *_FOR_EVERYBODY]


def _for(analyte: Analyte, value: ResultValue) -> Advice:
    match value:
        case ResultValue.POSITIVE:
            return _POSITIVE[analyte.key]
        case ResultValue.NEGATIVE:
            return _STREPTOCOCCUS_NOT_FOUND if analyte.key == "strep_a" else _VIRUS_NOT_FOUND
        case ResultValue.INDETERMINATE:
            return _UNCLEAR
        case ResultValue.INVALID:
            return _INVALID
