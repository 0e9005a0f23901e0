"""Names and other text: what is kept, and that hostile text is refused with a code."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.terminology.text import UnsafeText, clean_text, person_name


@pytest.mark.parametrize(
    "name",
    ["MARTIN", "Zoé", "Jean-Luc", "D’Artagnan", "O'Neil", "St. Clair", "Nguyễn", "Дмитрий", "李"],
)
def test_a_name_of_any_script_is_kept_as_it_is(name: str) -> None:
    assert person_name(name) == name


def test_outer_and_doubled_spaces_of_a_name_go_and_odd_hyphens_become_plain() -> None:
    assert person_name("  Anne\u00a0 Marie‑Rose ") == "Anne Marie-Rose"


def test_a_name_in_decomposed_form_is_stored_composed() -> None:
    assert person_name("Zoe\u0301") == "Zo\u00e9"


def test_a_hundred_letters_typed_in_decomposed_form_are_not_too_long() -> None:
    assert person_name("e\u0301" * 100) == "é" * 100


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("X\rOBX|1", "control_character"),
        ("X\x00", "control_character"),
        ("MARTIN\n", "control_character"),
        ("MAR\u2028TIN", "control_character"),
        ("<script>", "unexpected_character"),
        ("A|B^C&D", "unexpected_character"),
        ("Camille2", "unexpected_character"),
        ("MAR\u200bTIN", "unexpected_character"),
        ("MAR\ud800TIN", "unexpected_character"),
        ("-'.", "unexpected_character"),
        ("MAR\u202eNIT", "bidi_mark"),
        ("\u200fMARTIN", "bidi_mark"),
        ("A" * 101, "too_long"),
        ("A" * 10_000, "too_long"),
        ("", "empty"),
        ("  \u00a0 ", "empty"),
    ],
)
def test_a_hostile_or_impossible_name_is_refused_with_its_code(name: str, code: str) -> None:
    with pytest.raises(UnsafeText) as refusal:
        person_name(name)
    assert refusal.value.code == code


def test_free_text_may_hold_digits_and_punctuation() -> None:
    assert clean_text(" 12 bis, rue d'Aix & Cie ", max_length=40) == "12 bis, rue d'Aix & Cie"


def test_a_refusal_does_not_repeat_what_was_typed() -> None:
    with pytest.raises(UnsafeText) as refusal:
        person_name("Canary1")
    assert "Canary" not in str(refusal.value)


@given(st.text(max_size=60))
def test_text_that_passes_is_composed_one_line_and_stays_the_same_when_cleaned_again(
    value: str,
) -> None:
    try:
        text = clean_text(value, max_length=50)
    except UnsafeText:
        return
    assert 0 < len(text) <= 50
    assert unicodedata.is_normalized("NFC", text)
    assert len(text.splitlines()) == 1
    assert text.encode().decode() == text
    assert clean_text(text, max_length=50) == text


@given(st.text(max_size=120))
def test_a_name_that_passes_holds_no_delimiter_of_hl7_or_markup(value: str) -> None:
    try:
        name = person_name(value)
    except UnsafeText:
        return
    assert not set(name) & set('|^~\\&<>"\r\n;=@')
    assert person_name(name) == name
