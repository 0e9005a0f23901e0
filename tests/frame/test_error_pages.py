from __future__ import annotations

import logging
import re

import pytest
from django.test import Client

PAGES = [
    ("/400", 400, "n’a pas pu être lu", "could not be read"),
    ("/403", 403, "ne vous est pas ouverte", "not open to you"),
    ("/404", 404, "Il n’y a rien à cette adresse", "nothing at this address"),
    ("/500", 500, "La panne vient de nous", "We failed here"),
    ("/503", 503, "les clés ne répondent pas", "the keys do not answer"),
    ("/503-database", 503, "Les dossiers ne répondent pas", "records do not answer"),
    ("/not-found", 404, "Il n’y a rien à cette adresse", "nothing at this address"),
    ("/forbidden", 403, "ne vous est pas ouverte", "not open to you"),
]


def text(client: Client, path: str, language: str = "fr") -> str:
    return client.get(path, headers={"Accept-Language": language}).content.decode()


@pytest.mark.parametrize(("path", "status", "french", "english"), PAGES)
def test_each_error_has_its_page_in_both_languages(
    client: Client, path: str, status: int, french: str, english: str
) -> None:
    assert client.get(path).status_code == status
    assert french in text(client, path)
    in_english = text(client, path, "en")
    assert english in in_english
    assert '<html lang="en">' in in_english


def test_the_language_that_the_reader_chose_outweighs_the_browser(client: Client) -> None:
    client.cookies["django_language"] = "en"
    assert "nothing at this address" in text(client, "/404", "fr")


@pytest.mark.parametrize("path", [page[0] for page in PAGES])
def test_an_error_page_repeats_nothing_of_the_error(client: Client, path: str) -> None:
    assert "MARTIN" not in text(client, path)


def test_unknown_and_not_yours_look_alike(client: Client) -> None:
    def without_code(page: str) -> str:
        page = page.replace("/not-found", "/404")
        return re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}</span>, [0-9:]{8}", "", page)

    assert without_code(text(client, "/not-found")) == without_code(text(client, "/404"))


def test_the_incident_on_the_page_is_the_one_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="ecouvillon.frame.pages"):
        page = text(client, "/503")
    (record,) = [r for r in caplog.records if r.name == "ecouvillon.frame.pages"]
    assert record.levelno == logging.ERROR
    assert f">{record.incident}<" in page  # type: ignore[attr-defined]


def test_staff_read_what_to_do_with_the_test_under_way(client: Client) -> None:
    staff, patient = text(client, "/counter/503"), text(client, "/503")
    assert "Un test en cours" in staff
    assert "/paper-sheet" in staff
    assert "Un test en cours" not in patient
    assert "avec le même lien et le même code" in patient


def test_a_page_asked_for_tries_again_and_a_form_sent_is_left_to_its_author(
    client: Client,
) -> None:
    asked = client.get("/503?step=2")
    assert 'href="/503?step=2" data-retry="5"' in asked.content.decode()
    assert asked.headers["Retry-After"] == "5"
    sent = client.post("/503").content.decode()
    assert "data-retry" not in sent
    assert "ne compte qu’une fois" in sent


def test_a_form_without_its_token_is_told_that_the_page_was_too_old() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/patient", headers={"Accept-Language": "fr"})
    assert answer.status_code == 403
    assert "ouverte depuis trop longtemps" in answer.content.decode()


def test_the_sheet_for_an_outage_has_every_shape_and_no_value(client: Client) -> None:
    sheet = text(client, "/paper-sheet")
    for word in ("Négatif", "Positif", "Douteux", "Invalide", "Nom de naissance", "Lu à"):
        assert word in sheet
    assert "<input" not in sheet
