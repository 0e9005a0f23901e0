"""Birth dates."""

from __future__ import annotations

from datetime import date

import pytest

from ecouvillon.terminology.birth import InvalidBirthDate, birth_date

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("text", ["1984-02-29", "2026-11-24", "1900-11-25", "1901-11-24"])
def test_a_birth_date_of_a_living_person_is_read(text: str) -> None:
    assert birth_date(text, today=TODAY).isoformat() == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1985-02-29", "impossible"),
        ("1984-13-01", "impossible"),
        ("0000-01-01", "impossible"),
        ("2026-11-25", "future"),
        ("1900-11-24", "too_old"),
        ("0084-02-28", "too_old"),
        ("29/02/1984", "format"),
        ("19840229", "format"),
        ("1984-W09-3", "format"),
        ("1984-02-29T00:00", "format"),
        ("１984-02-29", "format"),
        ("", "format"),
    ],
)
def test_a_birth_date_that_cannot_be_is_refused_with_its_code(text: str, code: str) -> None:
    with pytest.raises(InvalidBirthDate) as refusal:
        birth_date(text, today=TODAY)
    assert refusal.value.code == code
