"""What proves delivery, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exits.reporting.wire.conftest import answer

from ecouvillon.exits.reporting.acknowledgement import (
    Acknowledged,
    Doubt,
    Refused,
    Rejected,
    Unconfirmed,
    judge,
)

OURS = "ABCDEFGHIJKLMNOPQRST"


def test_an_aa_for_our_message_is_an_acknowledgement() -> None:
    assert judge(answer(OURS), OURS) == Acknowledged()


@pytest.mark.parametrize("code", ["AA", "AE", "AR", "CA", "CE", "CR"])
@pytest.mark.parametrize(
    "other", ["", "X" + OURS, OURS[:-1], OURS.lower(), OURS + "^1", " " + OURS]
)
def test_an_answer_for_another_message_proves_nothing(code: str, other: str) -> None:
    assert judge(answer(other, code), OURS) == Unconfirmed(Doubt.OTHER_MESSAGE)


def test_a_content_error_says_where_and_what_to_whoever_mends_it() -> None:
    error = "ERR||PID^1^7|102^Data type error^HL70357|E||||Date of Zoé MARTIN"
    verdict = judge(answer(OURS, "AE", error), OURS)
    assert isinstance(verdict, Rejected)
    assert (verdict.location, verdict.code) == ("PID^1^7", "102")
    assert verdict.text == error


def test_the_first_of_several_errors_is_the_one_to_mend_and_all_are_kept() -> None:
    errors = ["ERR||PID^1^8|103^^HL70357|E", "ERR||OBX^1^5|103^^HL70357|E"]
    verdict = judge(answer(OURS, "AE", *errors), OURS)
    assert verdict == Rejected("PID^1^8", "103", "\r".join(errors))


def test_a_content_error_without_details_is_still_a_rejection() -> None:
    assert judge(answer(OURS, "AE"), OURS) == Rejected("", "", "")


def test_an_error_told_in_words_gives_no_location_and_no_code() -> None:
    error = "ERR||Patient MARTIN|MARTIN^Zoé|E"
    verdict = judge(answer(OURS, "AE", error), OURS)
    assert isinstance(verdict, Rejected)
    assert (verdict.location, verdict.code) == ("", "")


def test_a_representation_never_shows_the_other_sides_text() -> None:
    error = "ERR||PID^1^5|102^MARTIN|E||||MARTIN"
    for code in ("AE", "AR"):
        verdict = judge(answer(f"{OURS}|MARTIN", code, error), OURS)
        assert isinstance(verdict, Rejected | Refused)
        assert "MARTIN" in verdict.text
        assert "MARTIN" not in repr(verdict)


@pytest.mark.parametrize("code", ["AR", "CR"])
def test_a_refusal_of_the_channel_is_told_from_an_error_in_content(code: str) -> None:
    error = "ERR||MSH^1^12|203^Unsupported version id^HL70357|E"
    assert judge(answer(OURS, code, error), OURS) == Refused("203", error)


@pytest.mark.parametrize(
    ("code", "doubt"),
    [
        ("CA", Doubt.ONLY_RECEIVED),
        ("CE", Doubt.COMMIT_ERROR),
        ("", Doubt.UNKNOWN_CODE),
        ("aa", Doubt.UNKNOWN_CODE),
        ("AA ", Doubt.UNKNOWN_CODE),
        ("AA^", Doubt.UNKNOWN_CODE),
    ],
)
def test_any_other_code_leaves_the_message_in_doubt(code: str, doubt: Doubt) -> None:
    assert judge(answer(OURS, code), OURS) == Unconfirmed(doubt)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\r",
        b"OK",
        b"MSH",
        b"MSH|",
        b"MSH|^~\\&",
        b"MSH\r",
        f"MSA|AA|{OURS}\r".encode(),
        answer(OURS).replace(b"MSA", b"MSB"),
        answer(OURS).replace(b"\r", b"\n"),
        answer(OURS) + f"MSA|AE|{OURS}\r".encode(),
        answer(OURS) + answer(OURS),
        answer(OURS).replace(b"^~", b"~^", 1),
        answer(OURS).replace(b"|^~", b"|00^~", 1),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_garbage_proves_nothing(garbage: bytes) -> None:
    assert judge(garbage, OURS) == Unconfirmed(Doubt.UNREADABLE)


def test_an_answer_in_8859_15_is_read() -> None:
    latin = answer(OURS, "AE", "ERR||PID^1^5|102|E||||Prénom").decode().encode("iso-8859-15")
    verdict = judge(latin, OURS)
    assert isinstance(verdict, Rejected)
    assert verdict.text.endswith("Prénom")


@settings(deadline=None)
@given(st.binary() | st.binary().map(lambda tail: b"MSH" + tail))
def test_no_bytes_make_an_acknowledgement_by_accident(noise: bytes) -> None:
    assert judge(noise, OURS) == Unconfirmed(Doubt.UNREADABLE)


@settings(deadline=None)
@given(
    st.integers(0, len(answer(OURS))),
    st.text("|^~\\&\rMSAERF 0\x00é").map(str.encode) | st.binary(max_size=8),
)
def test_an_answer_that_was_damaged_is_judged_without_failing(at: int, noise: bytes) -> None:
    whole = answer(OURS)
    damaged = whole[:at] + noise + whole[at:]
    verdict = judge(damaged, OURS)
    if verdict == Acknowledged():
        lines = damaged.decode("utf-8", "replace").strip().split("\r")
        (told,) = [line.split("|") for line in lines if line.split("|")[0] == "MSA"]
        assert told[1:3] == ["AA", OURS]
