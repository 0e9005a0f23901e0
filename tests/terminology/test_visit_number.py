"""Visit numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.terminology.visit_number import (
    LARGEST_COUNT,
    format_visit_number,
    parse_visit_number,
)


@pytest.mark.parametrize(
    ("count", "number"),
    [
        (1, "A-001"),
        (42, "A-042"),
        (999, "A-999"),
        (1000, "B-000"),
        (1042, "B-042"),
        (8_001, "J-001"),
        (23_999, "Z-999"),
        (24_000, "AA-000"),
        (48_001, "BA-001"),
        (599_999, "ZZ-999"),
    ],
)
def test_a_count_of_the_day_has_its_number(count: int, number: str) -> None:
    assert format_visit_number(count) == number


@given(st.integers(1, LARGEST_COUNT))
def test_a_number_is_read_back_as_the_count_it_was_made_of(count: int) -> None:
    number = format_visit_number(count)
    assert not set(number) & set("IO")
    assert parse_visit_number(number) == count
    assert parse_visit_number(number.replace("-", "").lower()) == count


@pytest.mark.parametrize("typed", ["B-042", "b42", " b 42 ", "B042", "b – 042", "B-42"])
def test_a_number_is_read_as_hands_type_it(typed: str) -> None:
    assert parse_visit_number(typed) == 1042


@pytest.mark.parametrize(
    "typed", ["", "42", "B", "A-000", "I-042", "O-042", "B-0042", "BBB-042", "\u212a-042", "B-٠٤٢"]
)
def test_what_is_no_visit_number_is_nobodys(typed: str) -> None:
    assert parse_visit_number(typed) is None


@given(st.text(max_size=12))
def test_a_number_typed_in_any_way_means_one_count_that_has_that_number(typed: str) -> None:
    count = parse_visit_number(typed)
    if count is not None:
        assert parse_visit_number(format_visit_number(count)) == count


@pytest.mark.parametrize("count", [0, -1, LARGEST_COUNT + 1])
def test_a_count_outside_a_day_has_no_number(count: int) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        format_visit_number(count)
