"""INS traits and birth places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.terminology.ins import InvalidBirthPlace, birth_place, trait


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Zoé", "ZOE"),
        ("Zoe\u0301", "ZOE"),
        ("d’Artagnan-Lœuillet", "D'ARTAGNAN-LOEUILLET"),
        ("Groß", "GROSS"),
        ("François  Noël", "FRANCOIS NOEL"),
        ("Łukasz Đoković", "LUKASZ DOKOVIC"),
        ("Nguyễn", "NGUYEN"),
        ("St. Clair", "ST CLAIR"),
        ("Сорокин", "СОРОКИН"),
    ],
)
def test_a_name_becomes_a_trait_as_the_national_service_spells_it(
    typed: str, expected: str
) -> None:
    assert trait(typed) == expected


@given(st.text(st.characters(categories=["L", "M"]), max_size=30))
def test_a_trait_is_its_own_trait(name: str) -> None:
    assert trait(trait(name)) == trait(name)


@given(st.text(st.characters(max_codepoint=0x17F, categories=["L"]), max_size=30))
def test_a_name_in_latin_letters_meets_its_upper_case_spelling(name: str) -> None:
    assert trait(name.upper()) == trait(name)


@pytest.mark.parametrize("code", ["75056", "2A004", "20004", "97411", "99109", "99999"])
def test_an_insee_code_in_force_at_the_time_of_birth_is_kept(code: str) -> None:
    assert birth_place(code) == code


def test_a_birth_place_in_corsica_may_be_typed_in_lower_case() -> None:
    assert birth_place("2a004") == "2A004"


@pytest.mark.parametrize(
    "code", ["", "7505", "750560", "Paris", "00123", "2C004", "75000", "99000"]
)
def test_what_is_no_insee_code_is_refused(code: str) -> None:
    with pytest.raises(InvalidBirthPlace) as refusal:
        birth_place(code)
    assert refusal.value.code == "format"
