"""The code of a link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.terminology.link_code import (
    display_link_code,
    encode_link_code,
    normalise_link_code,
)


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (bytes(5), "00000000"),
        (b"\xff" * 5, "ZZZZZZZZ"),
        (b"\x00\x00\x00\x00\x01", "00000001"),
        # The first ten bits of 0x08421... walk through the alphabet one by one.
        (bytes.fromhex("00443214c7"), "01234567"),
        (bytes.fromhex("c675cfefff"), "RSTWZVZZ"),
    ],
)
def test_five_bytes_are_written_in_crockfords_alphabet(secret: bytes, code: str) -> None:
    assert encode_link_code(secret) == code


@given(st.binary(min_size=5, max_size=5))
def test_a_code_is_understood_as_shown_in_lower_case_and_with_spaces(secret: bytes) -> None:
    code = encode_link_code(secret)
    shown = display_link_code(code)
    assert len(shown) == 9
    assert shown[4] == "-"
    for typed in (code, shown, shown.lower(), f" {' '.join(code)} "):
        assert normalise_link_code(typed) == code


@given(st.binary(min_size=5, max_size=5))
def test_letters_misread_for_digits_still_open(secret: bytes) -> None:
    code = encode_link_code(secret)
    for one, zero in (("I", "O"), ("l", "o"), ("L", "O"), ("i", "o")):
        assert normalise_link_code(code.replace("1", one).replace("0", zero)) == code


@given(st.binary(min_size=5, max_size=5), st.binary(min_size=5, max_size=5))
def test_different_secrets_have_different_codes(one: bytes, other: bytes) -> None:
    assert (encode_link_code(one) == encode_link_code(other)) == (one == other)


@pytest.mark.parametrize(
    "typed", ["", "4K7P9QR", "4K7P9QRT2", "4K7P9QRU", "4K7P9QR!", "4K7P9QRı", "4K7P9QR٢"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalise_link_code(typed) is None


@given(st.text(max_size=14))
def test_what_anybody_types_is_a_canonical_code_or_none(typed: str) -> None:
    code = normalise_link_code(typed)
    if code is not None:
        assert len(code) == 8
        assert normalise_link_code(code) == code


@pytest.mark.parametrize("size", [0, 4, 6])
def test_a_code_is_made_of_five_bytes_only(size: int) -> None:
    with pytest.raises(ValueError, match="5 bytes"):
        encode_link_code(bytes(size))
