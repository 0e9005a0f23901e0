"""Sex, results and analytes: the codes that go into messages."""

from __future__ import annotations

import re

import pytest

from ecouvillon.terminology.loinc import ANALYTES, PANELS
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.sex import Sex


@pytest.mark.parametrize(("word", "letter"), [("female", "F"), ("male", "M"), ("unknown", "U")])
def test_a_sex_is_read_from_its_word_and_has_its_hl7_letter(word: str, letter: str) -> None:
    assert Sex(word).hl7 == letter


@pytest.mark.parametrize(
    ("word", "snomed", "flag"),
    [
        ("positive", "260373001", "POS"),
        ("negative", "260415000", "NEG"),
        ("indeterminate", "419984006", "IND"),
        ("invalid", "455371000124106", None),
    ],
)
def test_a_result_has_its_concept_and_its_flag(word: str, snomed: str, flag: str | None) -> None:
    value = ResultValue(word)
    assert (value.snomed.code, value.flag) == (snomed, flag)


@pytest.mark.parametrize("code", [*ANALYTES, *PANELS])
def test_a_loinc_code_has_a_right_check_digit(code: str) -> None:
    # LOINC numbers carry the same mod 10 key as Luhn's, after the hyphen.
    digits = code.replace("-", "")
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(reversed(digits))]
    assert sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def test_analytes_are_found_by_their_own_code_and_have_distinct_keys() -> None:
    assert all(code == analyte.loinc for code, analyte in ANALYTES.items())
    keys = [analyte.key for analyte in ANALYTES.values()]
    assert keys == ["covid", "flu_a", "flu_b", "rsv", "strep_a"]


def test_the_specimen_fits_the_system_of_the_loinc_name() -> None:
    for analyte in ANALYTES.values():
        throat = "Gorge" in analyte.official_label
        assert analyte.specimen.display == ("Throat swab" if throat else "Nasopharyngeal swab")


def test_a_panel_holds_known_analytes_only() -> None:
    for panel in PANELS.values():
        assert set(panel.analytes) <= set(ANALYTES)
        assert re.fullmatch(r"[0-9]+-[0-9]", panel.loinc)
