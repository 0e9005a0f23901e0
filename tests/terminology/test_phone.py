from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.terminology.phone import InvalidPhone, parse_phone


@pytest.mark.parametrize(
    "text", ["0612345678", "06 12 34 56 78", "06.12.34.56.78", "06-12-34-56-78", "+33612345678"]
)
def test_a_french_number_is_read_as_people_write_it(text: str) -> None:
    assert parse_phone(text) == "+33612345678"


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_an_international_number_stays_as_it_is(text: str) -> None:
    assert parse_phone(text) == text


@pytest.mark.parametrize(
    "text", ["", "0612", "0012345678", "+0612345678", "+331", "٠٦١٢٣٤٥٦٧٨", "x"]
)
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        parse_phone(text)
    assert not text or text not in str(refused.value)
