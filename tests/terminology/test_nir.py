"""The NIR: its key, its parts that can exist, and what it says of its holder."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecouvillon.terminology.nir import InvalidNir, Nir
from ecouvillon.terminology.sex import Sex


def with_key(body: str) -> str:
    """Add the key to 13 characters, by the published arithmetic rather than by ours.

    Corsica: A and B count as 0, less 1,000,000 for A and 2,000,000 for B.
    """
    value = int(body.replace("A", "0").replace("B", "0"))
    value -= 1_000_000 if "A" in body else 2_000_000 if "B" in body else 0
    return f"{body}{97 - value % 97:02d}"


@st.composite
def nirs(draw: st.DrawFn) -> str:
    months = [*range(1, 13), *range(20, 43), *range(50, 100)]
    departments = [f"{n:02d}" for n in range(1, 100)] + ["2A", "2B"]
    return with_key(
        draw(st.sampled_from("123478"))
        + f"{draw(st.integers(0, 99)):02d}"
        + f"{draw(st.sampled_from(months)):02d}"
        + draw(st.sampled_from(departments))
        + f"{draw(st.integers(0, 999)):03d}"
        + f"{draw(st.integers(1, 999)):03d}"
    )


@pytest.mark.parametrize(
    "number",
    [
        "295109912611193",
        "253072B07300470",
        "253072A07300443",
        "277076322082910",
        "248098060602525",
        "284027505600164",
    ],
)
def test_a_published_valid_nir_is_read(number: str) -> None:
    assert Nir.parse(number).number == number


def test_spaces_periods_and_lower_case_are_forgiven() -> None:
    assert Nir.parse(" 2 53 07 2b 073 004 70").number == "253072B07300470"


@given(nirs())
def test_every_nir_that_can_exist_is_read(number: str) -> None:
    assert Nir.parse(number).number == number


@given(nirs(), st.integers(0, 14), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    assume(number[place].isdigit())
    mistyped = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(InvalidNir):
        Nir.parse(mistyped)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "format"),
        ("28402750560016", "format"),
        ("2840275056001644", "format"),
        ("253072C07300443", "format"),
        ("２84027505600164", "format"),
        (with_key("5840275056001"), "sex"),
        (with_key("2841375056001"), "month"),
        (with_key("2840075056001"), "month"),
        (with_key("2844375056001"), "month"),
        (with_key("2840200056001"), "place"),
        (with_key("2840275056000"), "order"),
        ("276037510669380", "key"),
        ("284027505600165", "key"),
    ],
)
def test_an_impossible_nir_is_refused_with_the_part_that_is_wrong(number: str, code: str) -> None:
    with pytest.raises(InvalidNir) as refusal:
        Nir.parse(number)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("body", "contradiction"),
    [
        ("2840275056001", None),
        ("1840275056001", "sex"),
        ("2850275056001", "year"),
        ("2840375056001", "month"),
        ("2842075056001", None),
        ("2849975056001", None),
        ("2852075056001", "year"),
        ("8840275056001", None),
        ("7840275056001", "sex"),
        ("4840275056001", None),
    ],
)
def test_a_nir_is_held_against_sex_year_and_month(body: str, contradiction: str | None) -> None:
    nir = Nir.parse(with_key(body))
    assert nir.contradicts(Sex.FEMALE, date(1984, 2, 29)) == contradiction


def test_an_unknown_sex_contradicts_no_nir_and_a_century_is_not_told_apart() -> None:
    nir = Nir.parse(with_key("1050275056001"))
    assert nir.contradicts(Sex.UNKNOWN, date(1905, 2, 1)) is None
    assert nir.contradicts(Sex.UNKNOWN, date(2005, 2, 1)) is None


def test_a_nir_hides_itself_in_logs_and_a_refused_one_in_its_message() -> None:
    nir = Nir.parse("284027505600164")
    assert "284027505600164" not in f"{nir!r} {nir} {[nir]}"
    with pytest.raises(InvalidNir) as refusal:
        Nir.parse("284027505600165")
    assert "28402" not in f"{refusal.value!r}"
