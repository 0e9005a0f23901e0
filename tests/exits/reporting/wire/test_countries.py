"""The list of countries is whole and well formed."""

from __future__ import annotations

import pytest

from ecouvillon.exits.reporting import countries


def test_every_country_of_the_standard_has_its_three_letters() -> None:
    pairs = countries._PAIRS.split()
    assert len(pairs) == 249
    assert len({pair[:2] for pair in pairs}) == len({pair[2:] for pair in pairs}) == 249
    assert all(len(pair) == 5 and pair.isupper() and pair.isascii() for pair in pairs)


@pytest.mark.parametrize(
    ("two", "three"), [("FR", "FRA"), ("de", "DEU"), ("CH", "CHE"), ("RE", "REU"), ("GB", "GBR")]
)
def test_a_country_is_translated(two: str, three: str) -> None:
    assert countries.alpha_3(two) == three


def test_a_code_outside_the_list_goes_out_as_it_came() -> None:
    assert countries.alpha_3("XK") == "XK"
