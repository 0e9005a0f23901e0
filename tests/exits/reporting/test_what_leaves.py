"""What of a patient leaves for a destination, and what does not."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from tests.cast import Api, patient, screening
from tests.exits.reporting.conftest import Line, documents, fields, opened

NIR = "284027505600164"
WHOLE = patient(
    nir=NIR,
    email="camille@example.org",
    phone="+33612345678",
    birth_place="75056",
    address={
        "lines": ["1 rue de la Paix"],
        "postal_code": "75002",
        "city": "Paris",
        "country": "FR",
    },
)


def test_a_patient_who_agreed_is_identified_with_the_nir_as_the_destination_needs_it(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line(needs_nir=True)
    made = api.submit(screening(sharing_consent=True, patient=WHOLE)).json()
    national.drain()

    (result,) = national.system.results().values()
    assert (result.family, result.given) == ("MARTIN", "CAMILLE")
    assert result.identifiers == {"PI": made["id"], "NH": NIR}
    assert result.birth_date == "19840229"
    assert not result.pseudonymised
    assert national.states() == ["acknowledged"]


def test_a_nir_does_not_leave_for_a_destination_that_does_not_need_it(
    api: Api, line: Callable[..., Line]
) -> None:
    line(needs_nir=True)
    other = line()
    api.submit(screening(sharing_consent=True, patient=WHOLE))
    other.drain()

    assert other.states() == ["acknowledged"]
    assert NIR not in other.raw[0]


@pytest.mark.parametrize("consent", [False, None])
def test_without_consent_only_year_and_sex_of_the_patient_leave(
    api: Api, line: Callable[..., Line], consent: bool | None
) -> None:
    national = line(needs_nir=True)
    made = api.submit(screening(sharing_consent=consent, patient=WHOLE)).json()
    national.drain()

    (raw,) = national.raw
    pid = fields(raw, "PID")
    assert pid[5] == "^^^^^^S"
    assert pid[7] == "1984"
    assert pid[8] == "F"
    assert made["id"] not in pid[3]
    assert {number for number, value in enumerate(pid) if value} <= {0, 1, 3, 5, 7, 8}
    for typed in ("MARTIN", "Camille", NIR, "0229", "camille@example.org", "33612345678", "Paix"):
        assert typed not in raw
    assert national.states() == ["acknowledged"]


def test_a_destination_that_wants_only_identified_data_gets_nothing_without_consent(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line(without_consent="withhold")
    api.submit(screening())
    national.drain()

    assert national.raw == []
    assert national.states() == ["done"]
    (id_,) = national.rows("id")
    assert opened(api, national, id_, "reason") == {"nothing_to_send": "withheld"}


def test_a_reading_that_is_all_invalid_is_not_reported(api: Api, line: Callable[..., Line]) -> None:
    national = line()
    api.submit(screening("invalid", "invalid"))
    national.drain()

    assert national.raw == []
    assert national.states() == ["done"]
    (id_,) = national.rows("id")
    assert opened(api, national, id_, "reason") == {"nothing_to_send": "invalid"}


def test_of_a_combined_kit_only_the_valid_lines_are_reported(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line()
    api.submit(screening("positive", "invalid", "negative"))
    national.drain()

    (result,) = national.system.results().values()
    assert set(result.observations) == {"94558-4", "80383-3"}


def test_around_the_border_of_a_size_class_every_result_is_sealed_in_one_size(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line()
    api.submit(_living_at("A"))
    national.drain()
    (probe,) = national.raw
    # What `negative`, the longest word, has left in its class of 2 KiB (vault.encoding).
    text = json.dumps({"hl7": probe}, ensure_ascii=False, separators=(",", ":"))
    left = 2048 - 4 - len(text.encode())
    assert left > 20

    sizes = defaultdict(set)
    for length in range(left - 24, left + 4, 2):
        for value in ("positive", "negative", "indeterminate"):
            answer = api.submit(_living_at("A" * (length + 1), value))
            assert answer.status_code == 201
            national.drain()
            (id_,) = national.rows("id")[-1:]
            sizes[length].add(len(documents(national, id_, "message")[0].body))
    assert {len(found) for found in sizes.values()} == {1}
    assert len(set.union(*sizes.values())) == 2


def _living_at(text: str, *values: str) -> dict[str, Any]:
    """A screening of somebody who agreed, with an address of this many characters."""
    lines = [text[start : start + 100] for start in range(0, len(text), 100)]
    address = {"lines": lines, "postal_code": "75002", "city": "Paris", "country": "FR"}
    return screening(*values, sharing_consent=True, patient=patient(address=address))


def test_a_withheld_and_an_invalid_one_leave_rows_of_one_size(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line(without_consent="withhold")
    api.submit(screening())
    api.submit(screening("invalid", sharing_consent=True))
    national.drain()

    bodies = [documents(national, id_, "reason")[0].body for id_ in national.rows("id")]
    assert len({len(body) for body in bodies}) == 1
