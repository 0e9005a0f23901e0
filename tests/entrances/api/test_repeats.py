"""A request that comes again: a network that broke off, a program that retries, a double click."""

from __future__ import annotations

import copy

import pytest
from tests.cast import Api, altered, at_once, patient, reading, rows_of, screening
from tests.installation import Installed


def test_the_same_request_again_is_answered_the_same_and_does_nothing(
    api: Api, installed: Installed
) -> None:
    sent = screening(patient=patient(nir="284027505600164"))
    first = api.submit(sent, key="one")
    before = rows_of(installed, api.tenant)
    again = api.submit(sent, key="one")
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert first.json()["not_kept"] == ["/patient/nir"]
    assert rows_of(installed, api.tenant) == before


def test_a_repeated_registration_still_has_no_link(api: Api) -> None:
    sent = {"patient": patient()}
    first, again = api.submit(sent, key="one"), api.submit(sent, key="one")
    assert again.json() == first.json()


def test_the_order_and_the_spaces_of_a_body_do_not_make_it_another(api: Api) -> None:
    sent = screening()
    first = api.submit(sent, key="one")
    turned = dict(reversed(copy.deepcopy(sent).items()))
    assert list(turned) != list(sent)
    assert api.submit(turned, key="one").json()["id"] == first.json()["id"]


def test_a_key_that_comes_with_another_body_is_refused(api: Api, installed: Installed) -> None:
    sent = screening()
    assert api.submit(sent, key="one").status_code == 201
    before = rows_of(installed, api.tenant)
    other = altered(sent, "/patient/birth_name", "DURAND")
    answer = api.submit(other, key="one")
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":key-reused")
    assert rows_of(installed, api.tenant) == before


def test_a_key_of_another_pharmacy_is_free(api: Api, stranger: Api) -> None:
    sent = screening()
    first, other = api.submit(sent, key="one"), stranger.submit(sent, key="one")
    assert first.status_code == other.status_code == 201
    assert first.json()["id"] != other.json()["id"]


def test_a_refused_request_does_not_use_up_its_key(api: Api) -> None:
    assert api.submit({"patient": patient(sex="?")}, key="one").status_code == 422
    assert api.submit({"patient": patient()}, key="one").status_code == 201


def test_twins_at_the_same_time_have_one_effect_and_one_answer(
    api: Api, installed: Installed
) -> None:
    sent = screening()
    answers = at_once([lambda: api.submit(sent, key="one")] * 6)
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    rows = rows_of(installed, api.tenant)
    assert (rows["screening"], rows["version"], rows["link"], rows["request"]) == (1, 1, 1, 1)


def test_twins_with_the_result_of_a_registration_have_one_effect_and_one_answer(
    api: Api, installed: Installed
) -> None:
    made = api.submit({"patient": patient()}).json()
    address, sent = f"/api/v1/screenings/{made['id']}/results", reading()
    answers = at_once([lambda: api.post(address, sent, key="one")] * 6)
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert rows_of(installed, api.tenant)["version"] == 1


def test_of_two_different_results_at_the_same_time_one_is_recorded(
    api: Api, installed: Installed
) -> None:
    made = api.submit({"patient": patient()}).json()
    address = f"/api/v1/screenings/{made['id']}/results"
    answers = at_once([lambda: api.post(address, reading()) for _ in range(2)])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    rows = rows_of(installed, api.tenant)
    assert (rows["version"], rows["link"]) == (1, 1)


def test_a_repeated_result_is_answered_the_same(api: Api, installed: Installed) -> None:
    made = api.submit({"patient": patient()}).json()
    address, sent = f"/api/v1/screenings/{made['id']}/results", reading()
    first = api.post(address, sent, key="two")
    before = rows_of(installed, api.tenant)
    again = api.post(address, sent, key="two")
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert rows_of(installed, api.tenant) == before


@pytest.mark.parametrize("key", ["", "x" * 256, "clé", "a\tb"])
def test_a_request_without_a_usable_key_is_refused(
    api: Api, installed: Installed, key: str
) -> None:
    headers = {"Idempotency-Key": key}
    answer = api.post("/api/v1/screenings", screening(), **headers)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/headers/Idempotency-Key"
    assert error["code"] == ("format" if key else "missing")
    assert rows_of(installed, api.tenant)["request"] == 0


def test_the_database_knows_neither_key_nor_external_id(api: Api, installed: Installed) -> None:
    sent = screening(external_id="DOSSIER-1042-CANARI")
    assert api.submit(sent, key="KEY-1042-CANARI").status_code == 201
    with installed.connection_as(None) as connection:
        (row,) = connection.execute(
            "SELECT key, fingerprint, external_id, r::text FROM request r WHERE tenant = %s",
            [api.tenant],
        ).fetchall()
    assert all(len(mac) == 32 for mac in row[:3])
    assert "CANARI" not in row[3]
    assert b"CANARI".hex() not in row[3]
