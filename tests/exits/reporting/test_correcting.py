"""One rule for correction, cancellation and a changed patient: what was acknowledged is put right,
what never arrived is replaced, what is in doubt is waited for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from tests.cast import Api, at_once, fetch_token, patient, reading, screening
from tests.exits.reporting.conftest import Line, documents, fields
from tests.installation import Installed, acting_as

from ecouvillon.operations.process import operator
from ecouvillon.people.pharmacy.create import SCOPES, create_client

Lines = Callable[..., Line]


def recorded(api: Api, **more: Any) -> str:
    return str(api.submit(screening("positive", sharing_consent=True, **more)).json()["id"])


def corrected(api: Api, id_: str, *values: str, **more: Any) -> Any:
    body = {"reason": "misread", **(reading(*values) if values else {}), **more}
    return api.post(f"/api/v1/screenings/{id_}/correction", body)


def cancelled(api: Api, id_: str) -> Any:
    return api.post(f"/api/v1/screenings/{id_}/cancellation", {"reason": "wrong_patient"})


def test_an_acknowledged_result_is_corrected_at_the_destination(api: Api, line: Lines) -> None:
    national = line()
    id_ = recorded(api)
    national.drain()
    assert corrected(api, id_, "negative").status_code == 201
    national.drain()

    (result,) = national.system.results().values()
    assert [fields(raw, "OBX")[11] for raw in national.raw] == ["F", "C"]
    assert [fields(raw, "OBX")[8] for raw in national.raw] == ["POS", "NEG"]
    assert national.states() == ["acknowledged", "acknowledged"]
    assert result.control_id == fields(national.raw[1], "MSH")[10]


def test_a_correction_of_what_never_left_goes_as_new_and_alone(api: Api, line: Lines) -> None:
    national = line()
    id_ = recorded(api)
    corrected(api, id_, "negative")
    national.drain()

    assert [fields(raw, "ORC")[1] for raw in national.raw] == ["NW"]
    assert fields(national.raw[0], "OBX")[8] == "NEG"
    assert national.states() == ["cancelled", "acknowledged"]


def test_a_correction_waits_for_what_is_in_doubt(api: Api, line: Lines) -> None:
    national = line("none=1")
    id_ = recorded(api)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("ecouvillon.exits.reporting.drain.ANSWER_SECONDS", 0.2)
        national.drain()
    corrected(api, id_, "negative")
    national.later()
    national.drain()
    assert national.states() == ["acknowledged", "pending"]
    national.drain()

    assert [fields(raw, "OBX")[11] for raw in national.raw] == ["F", "F", "C"]
    assert national.states() == ["acknowledged", "acknowledged"]


def test_a_refused_result_is_mended_and_goes_as_new(api: Api, line: Lines) -> None:
    national = line("ae=1")
    id_ = recorded(api)
    national.drain()
    mended = patient(birth_name="MARTINE")
    answer = corrected(api, id_, patient=mended, sharing_consent=True)
    national.drain()

    assert answer.json()["state"] == "resulted"
    (result,) = national.system.results().values()
    assert (result.family, fields(national.raw[1], "ORC")[1]) == ("MARTINE", "NW")
    assert fields(national.raw[1], "OBX")[8] == "POS"
    assert national.states() == ["cancelled", "acknowledged"]


def test_a_withdrawn_consent_leaves_a_pseudonym_in_the_place_of_the_patient(
    api: Api, line: Lines
) -> None:
    national = line()
    id_ = recorded(api)
    national.drain()
    answer = api.post(
        f"/api/v1/screenings/{id_}/correction",
        {"reason": "consent_changed", "patient": patient(), "sharing_consent": False},
    )
    national.drain()

    assert answer.status_code == 201
    (result,) = national.system.results().values()
    assert result.pseudonymised
    assert "MARTIN" not in national.raw[1]


def test_an_acknowledged_result_is_deleted_when_it_is_cancelled(api: Api, line: Lines) -> None:
    national = line()
    id_ = recorded(api)
    national.drain()
    answer = cancelled(api, id_)
    national.drain()

    assert answer.json()["state"] == "cancelled"
    assert fields(national.raw[1], "OBX")[11] in ("D", "X")
    assert national.states() == ["acknowledged", "acknowledged"]


def test_corrected_to_invalid_is_a_deletion(api: Api, line: Lines) -> None:
    national = line()
    id_ = recorded(api)
    national.drain()
    corrected(api, id_, "invalid")
    national.drain()

    assert fields(national.raw[1], "OBX")[11] in ("D", "X")
    assert national.states() == ["acknowledged", "acknowledged"]


def test_a_cancelled_result_that_never_left_is_never_told(api: Api, line: Lines) -> None:
    national = line()
    id_ = recorded(api)
    cancelled(api, id_)
    national.drain()

    assert national.raw == []
    assert national.states() == ["cancelled", "done"]


def test_nothing_is_overwritten(api: Api, line: Lines) -> None:
    national = line()
    id_ = recorded(api)
    corrected(api, id_, "negative", patient=patient(birth_name="MARTINE"))
    kinds = ("identity", "result")
    assert [len(documents(national, UUID(id_), kind)) for kind in kinds] == [2, 2]


def test_what_is_cancelled_or_without_result_is_not_corrected(api: Api) -> None:
    registered = api.submit({"patient": patient()}).json()["id"]
    assert corrected(api, registered, "negative").status_code == 409
    id_ = recorded(api)
    cancelled(api, id_)
    assert corrected(api, id_, "negative").status_code == 409
    assert cancelled(api, id_).status_code == 409


def test_another_pharmacy_corrects_nothing(api: Api, stranger: Api) -> None:
    id_ = recorded(api)
    assert corrected(stranger, id_, "negative").status_code == 404
    assert cancelled(stranger, id_).status_code == 404


def test_who_corrects_or_adds_a_result_gets_no_link_to_another_program_s_patient(
    api: Api, installed: Installed
) -> None:
    with acting_as("operator", installed):
        second = create_client(operator(), api.pharmacy, "another program", SCOPES)
    other = Api(api.pharmacy, second, fetch_token(second).json()["access_token"])
    id_ = recorded(api)
    registered = api.submit({"patient": patient()}).json()["id"]
    answers = [
        corrected(other, id_, "negative").json(),
        other.post(f"/api/v1/screenings/{registered}/results", reading("negative")).json(),
        cancelled(other, id_).json(),
    ]
    assert [answer.keys() & {"link", "code"} for answer in answers] == [set()] * 3


def test_the_same_correction_again_is_one_version(api: Api) -> None:
    id_ = recorded(api)
    body = {"reason": "misread", **reading("negative")}
    path = f"/api/v1/screenings/{id_}/correction"
    answers = [api.post(path, body, key="again").status_code for _ in range(2)]
    other = api.post(path, {**body, "reason": "other"}, key="again")
    assert (answers, other.status_code) == ([201, 201], 422)


def test_two_corrections_at_once_are_two_versions(api: Api) -> None:
    id_ = recorded(api)
    answers = at_once([lambda: corrected(api, id_, "negative").status_code] * 4)
    assert answers == [201] * 4


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"reason": "misread"}, ""),
        ({"reason": "because"}, "/reason"),
        ({"reason": "misread", "sharing_consent": False, **reading()}, "/patient"),
        ({"reason": "misread", "test": reading()["test"]}, "/results"),
    ],
)
def test_a_correction_that_says_nothing_clear_is_refused(
    api: Api, body: dict[str, Any], pointer: str
) -> None:
    answer = api.post(f"/api/v1/screenings/{recorded(api)}/correction", body)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
