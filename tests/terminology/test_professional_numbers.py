"""RPPS and FINESS: form and key."""

from __future__ import annotations

import pytest

from ecouvillon.terminology.finess import Finess, InvalidFiness
from ecouvillon.terminology.rpps import InvalidRpps, Rpps


def test_an_rpps_is_read_and_gives_the_national_identifier() -> None:
    rpps = Rpps.parse("10 001 234 565")
    assert (str(rpps), rpps.id_nat_ps) == ("10001234565", "810001234565")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10001234566", "key"),
        ("10001234556", "key"),
        ("1000123456", "format"),
        ("810001234565", "format"),
        ("00000000000", "format"),
        ("1000123456A", "format"),
        ("", "format"),
    ],
)
def test_an_rpps_of_wrong_form_or_key_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidRpps) as refusal:
        Rpps.parse(text)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    # Hospitals whose numbers the regional health agencies publish.
    "number",
    ["2B0000020", "2B0005342", "2B0004246", "2B0000442", "2B0003107", "750712184"],
)
def test_a_published_finess_has_a_valid_key(number: str) -> None:
    assert Finess.parse(number).key_is_valid


@pytest.mark.parametrize("number", ["2B0000021", "2A0000020", "750712185"])
def test_a_finess_with_a_wrong_key_is_read_but_says_so(number: str) -> None:
    assert not Finess.parse(number).key_is_valid


def test_a_finess_may_be_typed_with_spaces_and_lower_case() -> None:
    assert str(Finess.parse(" 2b 000 002 0 ")) == "2B0000020"


@pytest.mark.parametrize(
    "text", ["", "75071218", "7507121844", "2C0000020", "000712184", "7A0712184"]
)
def test_a_finess_of_wrong_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidFiness) as refusal:
        Finess.parse(text)
    assert refusal.value.code == "format"
