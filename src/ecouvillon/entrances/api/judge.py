"""Rules between the fields of a body: each break names the field to mend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from ecouvillon.entrances.api.bodies import (
    CorrectionBody,
    PatientBody,
    ReadingBody,
    ResultBody,
    ScreeningBody,
    TestBody,
)
from ecouvillon.entrances.api.fields import day
from ecouvillon.errors import Problem
from ecouvillon.terminology.nir import Nir

# How far a sender's clock may be ahead of ours.
CLOCK_SKEW = timedelta(minutes=5)


def screening_problems(body: ScreeningBody) -> list[Problem]:
    """What is wrong between the fields of a screening."""
    return [*_patient(body.patient), *_reading_or_none(body.test, body.results, body.patient)]


def correction_problems(body: CorrectionBody) -> list[Problem]:
    """What is wrong between the fields of a correction."""
    if body.patient is None and body.test is None and body.results is None:
        return [
            Problem("", "empty", _("Say what is true after all: the patient, the test, or both."))
        ]
    problems = list(_patient(body.patient)) if body.patient is not None else []
    if body.patient is None and body.sharing_consent is not None:
        problems.append(
            Problem("/patient", "missing", _("A changed consent needs the patient said again."))
        )
    return [*problems, *_reading_or_none(body.test, body.results, body.patient)]


def _reading_or_none(
    test: TestBody | None, results: Sequence[ResultBody] | None, patient: PatientBody | None
) -> Iterator[Problem]:
    if test is None:
        if results is not None:
            yield Problem("/test", "missing", _("Results need the test that they were read on."))
        return
    if results is None:
        yield Problem("/results", "missing", _("A test needs its results, or leave both out."))
        return
    yield from _test(test)
    yield from _results(results)
    if patient is not None and day(test.sampled_at) < patient.birth_date:
        yield Problem(
            "/test/sampled_at", "before_birth", _("The sample is older than the patient.")
        )


def reading_problems(body: ReadingBody) -> list[Problem]:
    """What is wrong between the fields of a reading."""
    return [*_test(body.test), *_results(body.results)]


def _patient(patient: PatientBody) -> Iterator[Problem]:
    if patient.nir is not None:
        # The message doesn't say what the NIR says: it may be somebody else's.
        match Nir.parse(patient.nir).contradicts(patient.sex, patient.birth_date):
            case "sex":
                yield Problem(
                    "/patient/nir",
                    "contradicts_sex",
                    _("The NIR and the sex contradict each other."),
                )
            case "year" | "month":
                yield Problem(
                    "/patient/nir",
                    "contradicts_birth_date",
                    _("The NIR and the birth date contradict each other."),
                )


def _test(test: TestBody) -> Iterator[Problem]:
    if test.read_at < test.sampled_at:
        yield Problem("/test/read_at", "before_sampling", _("It was read before it was sampled."))
    if test.read_at > timezone.now() + CLOCK_SKEW:
        yield Problem("/test/read_at", "future", _("This time is in the future."))
    if test.kit.expiry < day(test.sampled_at):
        yield Problem(
            "/test/kit/expiry",
            "expired",
            _("The kit had expired when the sample was taken: test again with another kit."),
        )


def _results(results: Sequence[ResultBody]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, result in enumerate(results):
        if result.loinc in seen:
            yield Problem(
                f"/results/{number}/loinc", "repeated", _("This analyte has a result already.")
            )
        seen.add(result.loinc)
