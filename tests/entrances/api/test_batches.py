from __future__ import annotations

from typing import Any

import pytest
from tests.cast import Api, altered, patient, rows_of, screening
from tests.installation import Installed

BATCH = "/api/v1/screenings/batch"


def items(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["items"]
    assert [item["index"] for item in found] == list(range(len(found)))
    return found


def test_each_item_of_a_batch_is_answered_on_its_own(api: Api, installed: Installed) -> None:
    sent = [
        screening("positive"),
        {"patient": patient(birth_date="1984-02-30")},
        {"patient": patient()},
        "nothing",
    ]
    found = items(api.post(BATCH, {"items": sent}))
    assert [item["status"] for item in found] == [201, 422, 201, 422]
    assert found[0]["screening"]["state"] == "resulted"
    assert found[2]["screening"]["state"] == "registered"
    assert "link" in found[0]["screening"]
    assert "link" not in found[2]["screening"]
    (error,) = found[1]["problem"]["errors"]
    assert error["pointer"] == "/patient/birth_date"
    rows = rows_of(installed, api.tenant)
    assert (rows["screening"], rows["version"], rows["link"]) == (2, 1, 1)


def test_a_batch_that_comes_again_mended_does_only_what_is_new(
    api: Api, installed: Installed
) -> None:
    sent = [screening(), {"patient": patient(sex="?")}, screening("positive")]
    first = items(api.post(BATCH, sent, key="one"))
    mended = altered(sent, "/1", screening())
    mended = altered(mended, "/2/patient/birth_name", "AUTRE")
    again = items(api.post(BATCH, [*mended, screening()], key="one"))
    assert [item["status"] for item in again] == [201, 201, 422, 201]
    assert again[0] == first[0]
    assert again[2]["problem"]["type"].endswith(":key-reused")
    rows = rows_of(installed, api.tenant)
    assert (rows["screening"], rows["request"], rows["version"]) == (4, 4, 4)


def test_a_batch_of_500_is_recorded_and_all_numbers_differ(api: Api, installed: Installed) -> None:
    full = patient(email="camille@example.org")
    found = items(api.post(BATCH, [screening(patient=full)] * 500))
    assert {item["status"] for item in found} == {201}
    assert len({item["screening"]["visit_number"] for item in found}) == 500
    assert len({item["screening"]["link"] for item in found}) == 500
    assert rows_of(installed, api.tenant)["screening"] == 500


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([{}] * 501, "batch_size"),
        ([], "batch_size"),
        ({"items": []}, "batch_size"),
        ({"items": {}}, "list_type"),
        ({"items": [{}], "more": 1}, "list_type"),
        ("items", "list_type"),
        (None, "list_type"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(
    api: Api, installed: Installed, sent: object, code: str
) -> None:
    answer = api.post(BATCH, sent)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]
    assert rows_of(installed, api.tenant)["request"] == 0
