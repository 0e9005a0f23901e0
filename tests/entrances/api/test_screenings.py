from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from tests.cast import Api, patient, reading, rows_of, screening
from tests.installation import Installed

from ecouvillon.exits.reporting.models import Destination
from ecouvillon.screening.patient import Identity, Reading
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents

NIR = "284027505600164"


def opened(installed: Installed, api: Api, kind: str) -> list[dict[str, object]]:
    """The documents of a kind that the pharmacy has, opened as its pharmacist might."""
    with installed.connection_as("web", api.tenant) as connection:
        rows = connection.execute(
            "SELECT tenant, record, kind, version, key, body FROM vault_document WHERE kind = %s",
            [kind],
        ).fetchall()
    names = ("tenant", "record", "kind", "version", "key", "body")
    documents = [VaultDocument(**dict(zip(names, row, strict=True))) for row in rows]
    actor = Actor("person", uuid4(), api.tenant, uuid4(), "127.0.0.1")
    return open_documents(actor, "correct", documents)


def test_a_screening_with_its_result_is_answered_with_what_opens_it(api: Api) -> None:
    answer = api.submit(screening())
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    found = answer.json()
    assert UUID(found["id"])
    assert re.fullmatch(r"[A-Z]-\d{3,}", found["visit_number"])
    assert found["state"] == "resulted"
    assert found["not_kept"] == []
    assert found["transmissions"] == []
    assert re.fullmatch(r"http://localhost:\d+/r/[0-9a-f]{32}", found["link"])
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-?[0-9A-HJKMNP-TV-Z]{4}", found["code"])
    assert found["counter_url"].endswith(found["id"])


def test_what_was_sent_is_what_is_sealed(api: Api, installed: Installed) -> None:
    sent = screening(
        "positive",
        "negative",
        "indeterminate",
        sharing_consent=False,
        patient=patient(
            used_name="Dupont-Lévy",
            first_names=["Camille", "Zoé"],
            birth_place="75056",
            email="camille@example.org",
            phone="06 12 34 56 78",
            address={
                "lines": ["1 rue de la Paix"],
                "postal_code": "75002",
                "city": "Paris",
                "country": "FR",
            },
        ),
    )
    assert api.submit(sent).status_code == 201
    (identity,) = opened(installed, api, "identity")
    who = Identity.of(identity)
    assert (who.birth_name, who.used_name, who.first_names) == (
        "MARTIN",
        "Dupont-Lévy",
        ("Camille", "Zoé"),
    )
    assert who.address is not None
    assert (who.address.city, who.birth_place, who.sharing_consent) == ("Paris", "75056", False)
    (contact,) = opened(installed, api, "contact")
    assert contact == {"email": "camille@example.org", "phone": "+33612345678"}
    (result,) = opened(installed, api, "result")
    assert {(loinc, value.value) for loinc, value in Reading.of(result).values} == {
        (one["loinc"], one["value"]) for one in sent["results"]
    }


def test_visit_numbers_of_a_day_differ(api: Api) -> None:
    numbers = {api.submit(screening()).json()["visit_number"] for _ in range(12)}
    assert len(numbers) == 12


def test_a_registration_has_no_link_until_its_result_comes(api: Api) -> None:
    registered = api.submit({"patient": patient()}).json()
    assert registered["state"] == "registered"
    assert "link" not in registered
    assert "code" not in registered
    address = f"/api/v1/screenings/{registered['id']}/results"
    resulted = api.post(address, reading("positive"))
    assert resulted.status_code == 201
    found = resulted.json()
    assert (found["id"], found["state"]) == (registered["id"], "resulted")
    assert found["visit_number"] == registered["visit_number"]
    assert "/r/" in found["link"]


def test_a_second_result_of_a_screening_is_refused(api: Api, installed: Installed) -> None:
    made = api.submit(screening()).json()
    before = rows_of(installed, api.tenant)
    answer = api.post(f"/api/v1/screenings/{made['id']}/results", reading("positive"))
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":wrong-state")
    assert rows_of(installed, api.tenant) == before


def test_the_states_of_a_screening_tell_nothing_of_its_patient(
    api: Api, destination: Callable[..., Destination]
) -> None:
    national = destination()
    made = api.submit(screening()).json()
    answer = api.get(f"/api/v1/screenings/{made['id']}")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": made["id"],
        "visit_number": made["visit_number"],
        "state": "resulted",
        "transmissions": [{"destination": national.name, "state": "pending"}],
    }


@pytest.mark.parametrize("value", ["positive", "negative", "indeterminate", "invalid"])
def test_each_result_goes_to_each_destination(
    api: Api, destination: Callable[..., Destination], value: str
) -> None:
    names = sorted([destination().name, destination().name])
    found = api.submit(screening(value)).json()
    assert [one["destination"] for one in found["transmissions"]] == names


def test_a_registration_goes_nowhere(
    api: Api, destination: Callable[..., Destination], installed: Installed
) -> None:
    destination()
    assert api.submit({"patient": patient()}).json()["transmissions"] == []
    assert rows_of(installed, api.tenant)["transmission"] == 0


@pytest.mark.parametrize(
    ("needs_nir", "consent", "kept"),
    [
        (True, True, True),
        (True, False, False),
        (True, None, False),
        (False, True, False),
        (None, True, False),
    ],
)
def test_a_nir_is_kept_only_with_consent_and_a_destination_that_needs_it(
    *,
    api: Api,
    installed: Installed,
    destination: Callable[..., Destination],
    needs_nir: bool | None,
    consent: bool | None,
    kept: bool,
) -> None:
    if needs_nir is not None:
        destination(needs_nir=needs_nir)
    answer = api.submit(screening(patient=patient(nir=NIR), sharing_consent=consent))
    assert answer.status_code == 201
    assert answer.json()["not_kept"] == ([] if kept else ["/patient/nir"])
    assert opened(installed, api, "nir") == ([{"nir": NIR}] if kept else [])


@pytest.mark.parametrize("results", ["", "/results"])
def test_a_foreign_and_an_unknown_screening_answer_alike(
    api: Api, stranger: Api, installed: Installed, results: str
) -> None:
    foreign = stranger.submit({"patient": patient()}).json()["id"]
    before = rows_of(installed, stranger.tenant)
    answers = []
    for id_ in (foreign, str(uuid4())):
        address = f"/api/v1/screenings/{id_}{results}"
        answer = api.post(address, reading()) if results else api.get(address)
        answers.append((answer.status_code, answer.content, dict(answer.headers)))
    assert answers[0][0] == 404
    assert answers[0] == answers[1]
    assert rows_of(installed, stranger.tenant) == before


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1/", "/api/v1/screenings/1", "/api/v1/patients", "/api/v1/screenings/"]
)
def test_any_other_address_of_the_api_is_a_problem_and_not_a_page(api: Api, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/api/v1/screenings", "POST"), ("/api/v1/screenings/batch", "POST")],
)
def test_another_method_is_refused_and_the_right_one_named(
    api: Api, path: str, allowed: str
) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
