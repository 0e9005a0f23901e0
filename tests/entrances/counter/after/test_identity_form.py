from __future__ import annotations

from datetime import date

import pytest

from ecouvillon.entrances.counter.after.identity_form import IdentityForm
from ecouvillon.screening.patient import Identity
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.sex import Sex

ON_FILE = Registration(
    Identity("MARTIN", ("Camille",), Sex.FEMALE, date(1984, 2, 29)), None, "284027505600164"
)
TYPED = {
    "seen": "1",
    "birth_name": "MARTIN",
    "first_names": "Camille",
    "sex": "female",
    "birth_date_day": "29",
    "birth_date_month": "2",
    "birth_date_year": "1984",
    "nir": "284027505600164",
    "nonce": "0" * 32,
}


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, set()),
        ({"sex": "male"}, {"nir"}),
        ({"birth_date_month": "3"}, {"nir"}),
        ({"nir": ""}, set()),
        ({"phone": "06 12 34 56 78"}, set()),
        ({"phone": "12"}, {"phone"}),
    ],
)
def test_a_number_that_contradicts_what_is_put_right_is_not_kept(
    changed: dict[str, str], wrong: set[str]
) -> None:
    form = IdentityForm(ON_FILE, TYPED | changed)
    assert set(form.errors) == wrong
