"""What is wrong, where, what to do: and nothing of it is stored, repeated or logged."""

from __future__ import annotations

import json
import logging
import traceback
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.cast import Api, altered, patient, rows_of, screening
from tests.installation import Installed

BATCH = "/api/v1/screenings/batch"


@dataclass(frozen=True)
class Days:
    """A date so many days from today, asked when it is sent."""

    number: int

    def __call__(self) -> str:
        return (timezone.localdate() + timedelta(days=self.number)).isoformat()


@dataclass(frozen=True)
class Minutes:
    """A time so many minutes from now, asked when it is sent."""

    number: int

    def __call__(self) -> str:
        return (timezone.now() + timedelta(minutes=self.number)).isoformat()


# Where, what is sent there, and the code that names the mistake.
WRONG: list[tuple[str, object, str]] = [
    # Dates of birth
    ("/patient/birth_date", "1984-02-30", "impossible"),
    ("/patient/birth_date", "1983-02-29", "impossible"),
    ("/patient/birth_date", "1984-13-01", "impossible"),
    ("/patient/birth_date", "1984-00-10", "impossible"),
    ("/patient/birth_date", Days(1), "future"),
    ("/patient/birth_date", "9999-12-31", "future"),
    ("/patient/birth_date", "1850-01-01", "too_old"),
    ("/patient/birth_date", "0000-00-00", "impossible"),
    ("/patient/birth_date", "29/02/1984", "format"),
    ("/patient/birth_date", "1984-W09-3", "format"),
    ("/patient/birth_date", "1984-02-29T00:00:00Z", "format"),
    ("/patient/birth_date", "١٩٨٤-٠٢-٢٩", "format"),
    ("/patient/birth_date", "", "format"),
    ("/patient/birth_date", 446774400, "string_type"),
    ("/patient/birth_date", None, "string_type"),
    # The NIR (this one's key is 64, its person a woman born in February 1984)
    ("/patient/nir", "284027505600165", "key"),
    ("/patient/nir", "28402750560016", "format"),
    ("/patient/nir", "2840275056001644", "format"),
    ("/patient/nir", "984027505600164", "sex"),
    ("/patient/nir", 284027505600164, "string_type"),
    ("/patient/nir", "184027505600117", "contradicts_sex"),
    ("/patient/nir", "284037505600180", "contradicts_birth_date"),
    ("/patient/nir", "285027505600115", "contradicts_birth_date"),
    # Names
    ("/patient/birth_name", "MARTIN\rOBX|1", "control_character"),
    ("/patient/birth_name", "MARTIN\nOBX|1", "control_character"),
    ("/patient/birth_name", "OBX|1", "unexpected_character"),
    ("/patient/birth_name", "MARTIN^CAMILLE", "unexpected_character"),
    ("/patient/birth_name", "MARTIN\\F\\", "unexpected_character"),
    ("/patient/birth_name", "<script>alert(1)</script>", "unexpected_character"),
    ("/patient/birth_name", "'; DROP TABLE screening; --", "unexpected_character"),
    ("/patient/birth_name", "=HYPERLINK(1)", "unexpected_character"),
    ("/patient/birth_name", "MAR\0TIN", "control_character"),
    ("/patient/birth_name", "MAR\u202eTIN", "bidi_mark"),
    ("/patient/birth_name", "MAR\u2066TIN", "bidi_mark"),
    ("/patient/birth_name", "MAR\u200bTIN", "unexpected_character"),
    ("/patient/birth_name", "MAR\ud800TIN", "unexpected_character"),
    ("/patient/birth_name", "M" * 10_000, "too_long"),
    ("/patient/birth_name", "M" * 101, "too_long"),
    ("/patient/birth_name", "", "empty"),
    ("/patient/birth_name", " \u00a0 ", "empty"),
    ("/patient/birth_name", "...", "unexpected_character"),
    ("/patient/birth_name", ["MARTIN"], "string_type"),
    ("/patient/birth_name", {"family": "MARTIN"}, "string_type"),
    ("/patient/birth_name", 7, "string_type"),
    ("/patient/birth_name", True, "string_type"),
    ("/patient/birth_name", None, "string_type"),
    ("/patient/used_name", "<b>", "unexpected_character"),
    ("/patient/first_names", [], "too_short"),
    ("/patient/first_names", ["Camille"] * 11, "too_long"),
    ("/patient/first_names", "Camille", "list_type"),
    ("/patient/first_names/0", "Camille\x07", "control_character"),
    # The rest of the patient
    ("/patient/sex", "femme", "enum"),
    ("/patient/sex", "FEMALE", "enum"),
    ("/patient/sex", None, "enum"),
    ("/patient/birth_place", "75000", "format"),
    ("/patient/birth_place", "Paris", "format"),
    ("/patient/email", "camille", "email"),
    ("/patient/email", "camille@example.org\nBcc: all@example.org", "control_character"),
    ("/patient/email", "camille@example.org, all@example.org", "email"),
    ("/patient/phone", "12", "phone"),
    ("/patient/phone", "+33612345678;ext=1", "phone"),
    ("/patient/phone", 33612345678, "string_type"),
    ("/patient/address", "1 rue de la Paix", "model_type"),
    ("/patient/address", {"lines": [], "postal_code": "75002", "city": "Paris", "country": "FR"},
     "too_short"),
    ("/patient/address", {"lines": ["1"], "postal_code": "75002", "city": "Paris",
     "country": "France"}, "country"),
    ("/patient", None, "model_type"),
    ("/patient", [], "model_type"),
    ("/sharing_consent", "yes", "bool_type"),
    ("/sharing_consent", 1, "bool_type"),
    ("/external_id", "A" * 101, "too_long"),
    ("/external_id", "A\0", "control_character"),
    # The test
    ("/test/kit/expiry", Days(-2), "expired"),
    ("/test/kit/expiry", "2027-02-30", "date"),
    ("/test/kit/expiry", "270331", "date"),
    ("/test/kit/device", "1232 ", "device"),
    ("/test/kit/device", "../../etc/passwd", "device"),
    ("/test/kit/lot", "L 42", "lot"),
    ("/test/kit/lot", "L\r42", "lot"),
    ("/test/kit/lot", "L" * 21, "lot"),
    ("/test/read_at", Minutes(-60), "before_sampling"),
    ("/test/read_at", Minutes(30), "future"),
    ("/test/sampled_at", Minutes(30), "future"),
    ("/test/sampled_at", "1970-01-01T00:00:00Z", "before_birth"),
    ("/test/sampled_at", "2026-11-23T10:05:00", "datetime"),
    ("/test/sampled_at", "2026-11-31T10:05:00Z", "datetime"),
    ("/test/sampled_at", "2026-11-23 10:05:00Z", "datetime"),
    ("/test/sampled_at", "2026-11-23T25:05:00Z", "datetime"),
    ("/test/sampled_at", "0001-01-01T00:00:00+14:00", "datetime"),
    ("/test/read_at", "9999-12-31T23:59:59-12:00", "datetime"),
    ("/test/sampled_at", "1764000000", "datetime"),
    ("/test/sampled_at", 1764000000, "string_type"),
    ("/test/performer_rpps", "10001234566", "key"),
    ("/test/performer_rpps", "1000123456", "format"),
    ("/test/performer_name", {"family": "LEROY"}, "missing"),
    ("/test", None, "missing"),
    ("/test", {}, "missing"),
    # The results
    ("/results", None, "missing"),
    ("/results", [], "too_short"),
    ("/results/0/loinc", "94559-2", "unknown_analyte"),
    ("/results/0/loinc", "covid", "unknown_analyte"),
    ("/results/0/value", "Positive", "enum"),
    ("/results/0/value", True, "enum"),
    ("/results/1", {"loinc": "94558-4", "value": "positive"}, "repeated"),
    # Fields that nobody knows
    ("/patient/birthname", "MARTIN", "extra_forbidden"),
    ("/patient/ins", "284027505600164", "extra_forbidden"),
    ("/tenant", "00000000-0000-0000-0000-000000000000", "extra_forbidden"),
    ("/test/kit/gtin", "03760000000000", "extra_forbidden"),
    ("/results/0/note", "toux", "extra_forbidden"),
]  # fmt: skip

# Where the mistake shows when it isn't where it was made.
ELSEWHERE = {
    ("/test/sampled_at", "future"): "/test/read_at",
    ("/patient/address", "too_short"): "/patient/address/lines",
    ("/patient/address", "country"): "/patient/address/country",
    ("/test/performer_name", "missing"): "/test/performer_name/given",
    ("/results/1", "repeated"): "/results/1/loinc",
}


def sent_with(pointer: str, value: object) -> dict[str, Any]:
    changed: dict[str, Any] = altered(screening(), pointer, value() if callable(value) else value)
    if pointer == "/test/sampled_at" and callable(value):
        changed["test"]["read_at"] = Minutes(40)()
    return changed


def name_of(row: object) -> str:
    text = str(row)
    return text if len(text) < 40 else f"{text[:20]}…"


def typed(value: object) -> list[str]:
    """The texts in what was sent, long enough to be told from words of ours."""
    if callable(value):
        return typed(value())
    if isinstance(value, dict):
        return [text for one in value.values() for text in typed(one)]
    if isinstance(value, list):
        return [text for one in value for text in typed(one)]
    return [str(value)] if len(str(value)) >= 5 and value not in (True, None) else []


def all_that_was_logged(caplog: pytest.LogCaptureFixture) -> str:
    """Messages, arguments and traces of all loggers, more than the real formatter would write."""
    lines = []
    for record in caplog.records:
        lines.append(record.getMessage())
        lines.append(repr(record.args))
        if record.exc_info:
            lines += traceback.format_exception(*record.exc_info)
    return "\n".join(lines)


@pytest.mark.parametrize(("pointer", "value", "code"), WRONG, ids=name_of)
def test_a_wrong_field_is_named_and_nothing_is_stored_repeated_or_logged(
    *,
    api: Api,
    installed: Installed,
    caplog: pytest.LogCaptureFixture,
    pointer: str,
    value: object,
    code: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    before = rows_of(installed, api.tenant)
    answer = api.submit(sent_with(pointer, value))
    assert answer.status_code == 422, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    found = answer.json()
    named = [(error["pointer"], error["code"]) for error in found["errors"]]
    assert (ELSEWHERE.get((pointer, code), pointer), code) in named or (
        # An empty test misses each of its fields.
        value == {} and (f"{pointer}/kit", code) in named
    ), named
    assert rows_of(installed, api.tenant) == before
    said = json.dumps(found, ensure_ascii=False) + all_that_was_logged(caplog)
    for text in typed(value):
        assert text not in said
        assert json.dumps(text)[1:-1] not in said


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json_invalid"),
        (b"{", "json_invalid"),
        (b"patient=MARTIN", "json_invalid"),
        (b'{"patient": {"birth_name": "MARTIN\xff"}}', "json_invalid"),
        (b"[" * 100_000, "json_invalid"),
        (b'{"a":' * 100_000, "json_invalid"),
        (b"1" * 10_000, "json_invalid"),
        (b"null", "model_type"),
        (b"[]", "model_type"),
        (b'"MARTIN"', "model_type"),
        (b"{}", "missing"),
        (b'{"patient": NaN}', "model_type"),
        (b'{"patient": ' + b"[" * 500 + b"]" * 500 + b"}", "model_type"),
        (b'{"\\ud800": 1, "patient": {}}', "string_unicode"),
        (b"{%s}" % b",".join(b'"f%d": 1' % n for n in range(10_000)), "extra_forbidden"),
    ],
    ids=name_of,
)
def test_what_is_no_screening_at_all_is_refused(
    api: Api, installed: Installed, caplog: pytest.LogCaptureFixture, body: bytes, code: str
) -> None:
    caplog.set_level(logging.DEBUG)
    before = rows_of(installed, api.tenant)
    answer = api.submit(body)
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert code in {error["code"] for error in errors}
    assert len(errors) <= 100
    assert rows_of(installed, api.tenant) == before
    assert "MARTIN" not in answer.content.decode() + all_that_was_logged(caplog)


def test_a_body_larger_than_any_batch_is_refused_as_a_problem(api: Api) -> None:
    answer = api.post(BATCH, b" " * (5 * 1024 * 1024))
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"


def test_all_that_is_wrong_is_named_at_once(api: Api) -> None:
    sent = screening(patient=patient(sex="?", birth_date="1984-02-30"))
    found = {error["pointer"] for error in api.submit(sent).json()["errors"]}
    assert found == {"/patient/sex", "/patient/birth_date"}


def test_what_is_wrong_with_a_later_result_is_named_and_leaves_the_registration(
    api: Api, installed: Installed
) -> None:
    made = api.submit({"patient": patient()}).json()
    before = rows_of(installed, api.tenant)
    sent = sent_with("/test/kit/expiry", Days(-2))
    del sent["patient"]
    answer = api.post(f"/api/v1/screenings/{made['id']}/results", sent)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/test/kit/expiry", "expired")
    assert rows_of(installed, api.tenant) == before


@pytest.mark.parametrize(
    ("language", "title", "word"),
    [
        ("fr", "Des champs", "permises"),
        ("en", "Some fields", "allowed"),
        ("", "Des champs", "permises"),
        ("de", "Des champs", "permises"),
    ],
)
def test_a_problem_is_said_in_french_unless_english_is_asked_for(
    api: Api, language: str, title: str, word: str
) -> None:
    answer = api.submit({"patient": patient(sex="?")}, Accept_Language=language).json()
    (error,) = answer["errors"]
    assert word in error["message"]
    assert answer["title"].startswith(title)


def test_the_title_of_a_problem_is_said_in_the_language_asked_for(api: Api) -> None:
    answer = api.get("/api/v1/nowhere", **{"Accept-Language": "en"})
    assert answer.json()["title"] == "There is nothing at this address."
    assert api.get("/api/v1/nowhere").json()["title"] == "Il n’y a rien à cette adresse."
