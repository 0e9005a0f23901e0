from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from tests.cast import Api, altered, patient, screening
from tests.installation import Installed
from tests.pathway.links import WRONG, attempts, entries, hand
from tests.pathway.test_unlock import add_version, key_service_silent, ledger_full

UNKNOWN = "/r/" + "0" * 32
MISSPELT = "/r/not-a-token"


def french(text: str) -> str:
    """The visible words of a page, with plain spaces."""
    words = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", words)


def read(path: str, code: str, language: str = "fr") -> Any:
    return Client().post(path, {"code": code}, headers={"Accept-Language": language})


def without_what_changes(page: Any) -> str:
    """A page without its CSRF token, incident, time and path, which are new each time."""
    text = re.sub(r'value="[A-Za-z0-9]{64}"', "", page.content.decode())
    text = re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}</span>, \d\d:\d\d:\d\d", "", text)
    return re.sub(r'/r/[^"]*', "/r/", text)


def test_a_get_shows_a_form_and_counts_nothing(api: Api, installed: Installed) -> None:
    link = hand(api, "positive")
    before = entries(installed, link)
    for _ in range(50):
        page = Client().get(link.path)
        assert page.status_code == 200
        assert "MARTIN" not in page.content.decode()
    assert Client().head(link.path).status_code == 200
    assert attempts(installed, link) == 0
    assert entries(installed, link) == before


def test_a_get_answers_alike_for_live_unknown_dead_and_misspelt_links(api: Api) -> None:
    live, dead = hand(api), hand(api)
    for _ in range(10):
        read(dead.path, WRONG)
    pages = [Client().get(path) for path in (live.path, dead.path, UNKNOWN, MISSPELT)]
    assert {page.status_code for page in pages} == {200}
    for one, other in pairwise(pages):
        assert without_what_changes(one) == without_what_changes(other)


def test_a_post_answers_alike_for_unknown_dead_and_misspelt_links(api: Api) -> None:
    dead = hand(api)
    for _ in range(10):
        read(dead.path, WRONG)
    pages = [read(path, dead.code) for path in (dead.path, UNKNOWN, MISSPELT)]
    assert {page.status_code for page in pages} == {404}
    assert len({len(page.content) for page in pages}) == 1
    for one, other in pairwise(pages):
        assert without_what_changes(one) == without_what_changes(other)
        assert dict(one.items()) == dict(other.items())


def test_the_code_shows_who_what_when_and_by_whom(api: Api) -> None:
    link = hand(api, "negative")
    page = read(link.path, link.code)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    words = french(page.content.decode())
    for expected in (
        "MARTIN Camille",
        "Naissance : 29 février 1984",
        "COVID-19",
        "Négatif",
        "Le test n’a pas trouvé le virus du COVID-19 dans ce prélèvement.",
        "Prélevé",
        "Pharmacie du Marché",
        "RPPS 10001234565",
        "n° 1232 de la liste européenne",
        "L42",
        "test d’orientation",
    ):
        assert expected in words
    assert "Lot du lecteur" not in words


def test_the_reader_s_lot_is_shown_where_there_was_a_reader(api: Api) -> None:
    body = altered(screening(), "/test/kit/reader_lot", "R-77")
    found = api.submit(body).json()
    page = read("/r/" + found["link"].rpartition("/")[2], found["code"])
    assert "Lot du lecteur R-77" in french(page.content.decode())


def test_a_performer_s_name_is_shown_with_the_number(api: Api) -> None:
    name = {"family": "Verlaigne", "given": "Maud"}
    found = api.submit(altered(screening(), "/test/performer_name", name)).json()
    page = read("/r/" + found["link"].rpartition("/")[2], found["code"])
    assert "Maud Verlaigne (RPPS 10001234565)" in french(page.content.decode())


@pytest.mark.parametrize(
    ("value", "word", "meaning"),
    [
        ("positive", "Positif", "Le test a trouvé le virus"),
        ("negative", "Négatif", "Le test n’a pas trouvé le virus"),
        ("indeterminate", "Douteux", "Le trait n’était pas net"),
        ("invalid", "Invalide", "La cassette n’a pas fonctionné"),
    ],
)
def test_each_value_has_its_word_and_its_meaning(
    api: Api, value: str, word: str, meaning: str
) -> None:
    link = hand(api, value)
    words = french(read(link.path, link.code).content.decode())
    assert word in words
    assert meaning in words


def test_a_combined_test_shows_every_analyte_and_the_advice_of_each_once(api: Api) -> None:
    link = hand(api, "negative", "positive", "positive")
    words = french(read(link.path, link.code).content.decode())
    for name in ("COVID-19 ·", "Grippe A ·", "Grippe B ·"):
        assert words.count(name) == 1
    assert words.count("à commencer dans les deux jours") == 1
    assert words.count("Un test peut être négatif au début") == 1


def test_no_word_guesses_the_sex_of_who_reads(api: Api) -> None:
    for value in ("positive", "negative", "indeterminate", "invalid"):
        link = hand(api, value)
        words = french(read(link.path, link.code).content.decode())
        assert not re.search(r"né\(e\)|\bnée?\b|enceinte|\(e\)|testée?\b", words)


def test_every_value_s_page_has_the_same_length_and_headers(api: Api) -> None:
    def answer(value: str) -> tuple[int, dict[str, str]]:
        link = hand(api, value)
        page = read(link.path, link.code)
        return len(page.content), dict(page.items())

    first, *others = [answer(v) for v in ("positive", "negative", "indeterminate", "invalid")]
    assert all(other == first for other in others)


def test_neither_title_nor_address_tells_the_result(api: Api) -> None:
    titles = set()
    for value in ("positive", "negative"):
        link = hand(api, value)
        page = read(link.path, link.code)
        titles.update(re.findall("<title>(.*?)</title>", page.content.decode()))
        assert "Location" not in page
    assert titles == {"Mon résultat · Écouvillon"}


def test_a_wrong_code_says_how_many_tries_are_left_and_the_way_out(api: Api) -> None:
    link = hand(api)
    page = read(link.path, WRONG)
    assert page.status_code == 403
    words = french(page.content.decode())
    assert "Il reste 9 essais." in words
    assert "Pharmacie du Marché" in words
    assert "MARTIN" not in words
    for _ in range(8):
        page = read(link.path, WRONG)
    assert "Il reste 1 essai." in french(page.content.decode())
    assert "Le lien est maintenant fermé." in french(read(link.path, WRONG).content.decode())


@pytest.mark.parametrize("typed", ["", "   ", "A" * 41, "ABCD\0EFG"])
def test_what_a_form_can_t_hold_costs_no_attempt(
    api: Api, installed: Installed, typed: str
) -> None:
    link = hand(api)
    page = read(link.path, typed)
    assert "8 lettres et chiffres" in french(page.content.decode())
    assert attempts(installed, link) == 0


def test_a_hostile_code_is_shown_again_as_text(api: Api) -> None:
    link = hand(api)
    page = read(link.path, '"><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in page


def test_a_hostile_name_is_shown_as_text(api: Api) -> None:
    link = hand(api, patient=patient(birth_name="D'ARC", used_name="O'Brien"))
    page = read(link.path, link.code).content.decode()
    assert "D&#x27;ARC" in page
    assert "Nom utilisé : O&#x27;Brien" in page.replace("\u202f", " ")


def test_the_page_speaks_english_to_who_asks_for_it(api: Api) -> None:
    link = hand(api, "negative")
    page = read(link.path, link.code, "en")
    words = french(page.content.decode())
    assert page["Content-Language"] == "en"
    assert "The test did not find the virus of COVID-19 in this sample." in words
    assert "29 February 1984" in words
    assert "Résultat" not in words


def test_the_chosen_language_is_kept_up_to_the_result(api: Api) -> None:
    link = hand(api)
    reader = Client(headers={"Accept-Language": "fr"})
    chosen = reader.post("/language", {"language": "en", "next": link.path})
    assert chosen["Location"] == link.path
    assert "Open my result" in reader.get(link.path).content.decode()
    assert "What to do now" in reader.post(link.path, {"code": link.code}).content.decode()


def test_a_form_without_its_token_is_refused(api: Api, installed: Installed) -> None:
    link = hand(api)
    reader = Client(enforce_csrf_checks=True)
    assert reader.post(link.path, {"code": link.code}).status_code == 403
    form = reader.get(link.path).content.decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[-1]
    sent = {"code": link.code, "csrfmiddlewaretoken": token}
    assert "MARTIN" in reader.post(link.path, sent).content.decode()
    assert "sessionid" not in reader.cookies


def test_a_corrected_result_says_so(api: Api) -> None:
    link = hand(api, "positive")
    add_version(api, link, "correction", "N", "MARTIN")
    words = french(read(link.path, link.code).content.decode())
    assert "Corrigé par la pharmacie le" in words
    assert "Positif" not in words


def test_a_corrected_name_stands_beside_the_same_result(api: Api) -> None:
    link = hand(api, "positive")
    sent = {"reason": "wrong_identity", "patient": patient(birth_name="DURAND")}
    assert api.post(f"/api/v1/screenings/{link.screening}/correction", sent).status_code == 201
    words = french(read(link.path, link.code).content.decode())
    assert "DURAND Camille" in words
    assert "Positif" in words
    assert "a corrigé votre résultat" in words


def test_a_withdrawn_result_says_so_and_nothing_else(api: Api) -> None:
    link = hand(api, "positive")
    path = f"/api/v1/screenings/{link.screening}/cancellation"
    assert api.post(path, {"reason": "misread"}).status_code == 201
    words = french(read(link.path, link.code).content.decode())
    assert "La pharmacie a retiré ce résultat." in words
    assert "MARTIN" not in words
    assert "Positif" not in words


def test_the_page_tells_who_opened_the_file_apart_from_what_was_done_with_it(api: Api) -> None:
    link = hand(api)
    read(link.path, WRONG)
    read(link.path, link.code)
    words = french(read(link.path, link.code).content.decode())
    looked, done = words.split("Qui a consulté mon dossier")[1].split("Ce qui a été fait")
    assert re.search(r"Vous avec votre code, 2 fois depuis le \d+ \S+, \d+ h \d\d", looked)
    assert "logiciel" not in looked
    assert "Quelqu’un qui a votre lien a essayé un code qui n’est pas le bon" in done
    assert "Le logiciel de la pharmacie a enregistré votre résultat" in done


def test_a_ledger_that_takes_no_entry_means_503_and_no_data(api: Api, installed: Installed) -> None:
    link = hand(api, "positive")
    with ledger_full(installed, link):
        page = read(link.path, link.code)
    assert page.status_code == 503
    assert "MARTIN" not in page.content.decode()
    assert "Positif" not in page.content.decode()
    assert read(link.path, link.code).status_code == 200


def test_a_silent_key_service_means_503_and_costs_nothing(api: Api, installed: Installed) -> None:
    link = hand(api)
    with key_service_silent(installed):
        assert read(link.path, link.code).status_code == 503
    assert attempts(installed, link) == 0
    assert read(link.path, link.code).status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(installed: Installed, method: str) -> None:
    assert getattr(Client(), method)(UNKNOWN).status_code == 405
