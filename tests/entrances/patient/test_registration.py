from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import segno
from django.test import Client
from django.utils import timezone
from tests.cast import Api, at_once, reading, rows_of
from tests.entrances.patient.test_result import french
from tests.installation import Installed
from tests.pathway.test_unlock import key_service_silent

from ecouvillon.exits.delivery.links import shown_again
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents

NIR = "284027505600164"


def nonce() -> str:
    return uuid4().hex


def typed(**changes: str) -> dict[str, str]:
    """A form filled in with what is needed, and no more."""
    return {
        "nonce": nonce(),
        "birth_name": "Martin",
        "first_names": "Camille Marie",
        "birth_date_day": "29",
        "birth_date_month": "2",
        "birth_date_year": "1984",
        "sex": "female",
        "birth_country": "FR",
    } | changes


def address(api: Api) -> str:
    return f"/p/{api.pharmacy.slug}"


def send(api: Api, **changes: str) -> Any:
    return Client().post(address(api), typed(**changes))


def shown(page: Any) -> tuple[str, str]:
    """Visit number and code of the page after the form."""
    words = french(page.content.decode())
    number = re.search(r"Votre numéro de visite ([A-Z]-\d{3})", words)
    code = re.search(r"pour lire le résultat ([0-9A-Z]{4}-[0-9A-Z]{4})", words)
    assert number
    assert code
    return number[1], code[1]


def sealed(api: Api) -> dict[str, dict[str, Any]]:
    """The documents of the pharmacy's only patient, opened as its pharmacist might."""
    (rows,) = ask(
        ("SELECT tenant, record, kind, version, key, body FROM vault_document", ()),
        tenants=[api.tenant],
    )
    names = ("tenant", "record", "kind", "version", "key", "body")
    documents = [VaultDocument(**dict(zip(names, row, strict=True))) for row in rows]
    actor = Actor("person", uuid4(), api.tenant, uuid4(), "192.0.2.1")
    opened = open_documents(actor, "correct", documents)
    return {document.kind: found for document, found in zip(documents, opened, strict=True)}


def test_a_form_ends_with_a_visit_number_a_code_and_a_picture_for_the_counter(api: Api) -> None:
    page = send(api)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert shown(page)[0] == "A-001"
    assert page.content.decode().count("<svg") >= 2
    assert "Martin" not in page.content.decode()
    assert shown(send(api))[0] == "A-002"


def test_the_picture_for_the_counter_holds_the_visit_and_nothing_of_the_patient(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    make = segno.make

    def drawing(text: str, **more: Any) -> Any:
        drawn.append(text)
        return make(text, **more)

    monkeypatch.setattr(segno, "make", drawing)
    send(api)
    day = timezone.localdate().isoformat()
    assert drawn == [f"ECV1:{api.pharmacy.slug}:{day}:A-001"]


def test_what_was_typed_is_what_is_sealed(api: Api) -> None:
    send(
        api,
        used_name="Dupont-Ménard",
        birth_country="MA",
        email="camille@example.org",
        phone="06 12 34 56 78",
    )
    found = sealed(api)
    assert found["identity"]["birth_name"] == "Martin"
    assert found["identity"]["first_names"] == ["Camille", "Marie"]
    assert found["identity"]["used_name"] == "Dupont-Ménard"
    assert found["identity"]["birth_date"] == "1984-02-29"
    assert found["identity"]["birth_place"] == "99350"
    assert found["identity"]["sharing_consent"] is None
    assert found["contact"] == {"email": "camille@example.org", "phone": "+33612345678"}
    assert set(found) == {"identity", "contact"}


def test_email_and_telephone_are_optional(api: Api) -> None:
    send(api)
    assert set(sealed(api)) == {"identity"}


def test_the_registration_is_in_the_ledger_under_the_link_it_made(
    api: Api, installed: Installed
) -> None:
    send(api)
    with installed.connection_as(None) as connection:
        found = connection.execute(
            "SELECT e.actor_kind, e.action, e.actor = l.id, d.origin ~ '^[0-9a-f]{64}$'"
            " FROM ledger_entry e JOIN link l ON (l.tenant, l.screening) = (e.tenant, e.record)"
            " JOIN ledger_detail d ON (d.tenant, d.request) = (e.tenant, e.request)"
            " WHERE e.tenant = %s",
            [api.tenant],
        ).fetchall()
    assert found == [("link", "screening registered", True, True)]


def test_the_code_opens_nothing_before_there_is_a_result_and_the_result_after(api: Api) -> None:
    code = shown(send(api))[1]
    ((link, screening),) = ask(("SELECT id, screening FROM link", ()), tenants=[api.tenant])[0]
    (opened,) = shown_again(api.tenant, [link])
    path = "/r/" + opened.url.rpartition("/")[2]
    words = french(Client().post(path, {"code": code}).content.decode())
    assert "Votre résultat n’est pas encore là." in words
    assert "Martin" not in words
    assert api.post(f"/api/v1/screenings/{screening}/results", reading()).status_code == 201
    words = french(Client().post(path, {"code": code}).content.decode())
    assert "Martin Camille Marie" in words
    assert "Vous a enregistré votre passage" in words


def test_the_same_form_again_is_the_same_visit(api: Api, installed: Installed) -> None:
    form = typed()
    first = Client().post(address(api), form)
    before = rows_of(installed, api.tenant)
    second = Client().post(address(api), form)
    assert shown(first) == shown(second)
    assert rows_of(installed, api.tenant) == before


def test_a_form_sent_twice_at_once_is_one_visit(api: Api, installed: Installed) -> None:
    form = typed()
    pages = at_once([lambda: Client().post(address(api), form)] * 4)
    assert len({shown(page) for page in pages}) == 1
    assert rows_of(installed, api.tenant)["screening"] == 1


def test_a_form_sent_again_with_other_answers_is_asked_for_anew(
    api: Api, installed: Installed
) -> None:
    form = typed()
    Client().post(address(api), form)
    page = Client().post(address(api), form | {"birth_name": "Durand"})
    text = page.content.decode()
    assert "Vous aviez déjà envoyé ce formulaire" in text
    assert 'value="Durand"' in text
    assert form["nonce"] not in text
    assert rows_of(installed, api.tenant)["screening"] == 1


def test_known_and_unknown_people_are_answered_alike(api: Api) -> None:
    def answer(**changes: str) -> tuple[int, str, list[tuple[str, str]]]:
        page = send(api, **changes)
        text = re.sub(r"[A-Z]-\d{3}|[0-9A-Z]{4}-[0-9A-Z]{4}", "", page.content.decode())
        text = re.sub(r'<path[^>]*class="qrline"[^>]*>', "", text)
        return page.status_code, text, sorted(page.items())

    known = typed(email="camille@example.org")
    del known["nonce"]
    first = answer(**known)
    assert answer(**known)[1] == first[1]
    assert answer(birth_name="Nouvelle")[1] == first[1]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"birth_name": ""}, "Il manque quelque chose ici."),
        ({"birth_name": "X\rOBX|1"}, "Un signe ne peut pas être gardé"),
        ({"birth_name": "<script>"}, "N’écrivez que des lettres"),
        ({"birth_name": "A\0B"}, "Un signe ne peut pas être gardé"),
        ({"birth_name": "Mar\u202etin"}, "Un signe ne peut pas être gardé"),
        ({"birth_name": "A" * 10_000}, "C’est trop long"),
        ({"first_names": " , "}, "Il manque quelque chose ici."),
        ({"first_names": "Camille 2"}, "N’écrivez que des lettres"),
        ({"birth_date_day": "30"}, "Ce jour n’existe pas"),
        ({"birth_date_year": "2999"}, "dans l’avenir"),
        ({"sex": ""}, "Choisissez une réponse."),
        ({"sex": "other"}, "Choisissez une réponse."),
        ({"birth_country": "ZZ"}, "Choisissez une réponse."),
        ({"email": "camille@"}, "Ce n’est pas une adresse e-mail."),
        ({"phone": "12"}, "Écrivez-le comme 06 12 34 56 78"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    api: Api, installed: Installed, changes: dict[str, str], said: str
) -> None:
    before = rows_of(installed, api.tenant)
    page = send(api, **changes)
    assert said in french(page.content.decode())
    assert 'class="summary"' in page.content.decode()
    assert rows_of(installed, api.tenant) == before
    if changes.get("first_names") is None:
        assert 'value="Camille Marie"' in page.content.decode()


def test_without_a_destination_neither_consent_nor_number_nor_address_is_asked(api: Api) -> None:
    text = Client().get(address(api)).content.decode()
    for name in ("sharing_consent", "nir", "address_country", "postal_code"):
        assert f'name="{name}"' not in text


def test_a_destination_asks_for_consent_without_a_default(
    api: Api, destination: Callable[..., None], installed: Installed
) -> None:
    destination()
    text = Client().get(address(api)).content.decode()
    assert 'name="sharing_consent"' in text
    assert 'name="nir"' not in text
    assert "checked" not in text
    assert "Choisissez une réponse." in french(send(api).content.decode())
    assert rows_of(installed, api.tenant)["screening"] == 0
    send(api, sharing_consent="no")
    assert sealed(api)["identity"]["sharing_consent"] is False


def test_a_number_is_kept_with_a_yes_only(api: Api, destination: Callable[..., None]) -> None:
    destination(needs_nir=True)
    send(api, sharing_consent="no", nir=NIR)
    assert set(sealed(api)) == {"identity"}


def test_a_number_is_kept_with_a_yes(api: Api, destination: Callable[..., None]) -> None:
    destination(needs_nir=True)
    send(api, sharing_consent="yes", nir="2 84 02 75 056 001 64")
    assert sealed(api)["nir"] == {"nir": NIR}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nir": NIR[:-1] + "5"}, "Les deux derniers chiffres ne vont pas"),
        ({"nir": "12345"}, "Le numéro a 15 caractères"),
        ({"nir": NIR, "sex": "male"}, "Ce numéro ne va pas avec le sexe ou la date"),
        ({"nir": NIR, "birth_date_month": "1"}, "Ce numéro ne va pas avec le sexe ou la date"),
        ({"postal_code": "75002"}, "Il manque la ville."),
        ({"address_lines": "a\nb\nc\nd", "city": "Paris"}, "Trois lignes au plus."),
    ],
)
def test_a_number_or_address_that_can_t_be_right_is_refused(
    api: Api,
    destination: Callable[..., None],
    installed: Installed,
    changes: dict[str, str],
    said: str,
) -> None:
    destination(needs_nir=True)
    assert said in french(send(api, sharing_consent="yes", **changes).content.decode())
    assert rows_of(installed, api.tenant)["screening"] == 0


def test_an_address_abroad_needs_nothing_french(api: Api, destination: Callable[..., None]) -> None:
    destination()
    send(
        api,
        sharing_consent="yes",
        birth_country="BR",
        address_country="IE",
        address_lines="1 Main Street\r\nBallina",
        city="Ballina",
        phone="+353 1 234 5678",
    )
    assert sealed(api)["identity"]["address"] == {
        "lines": ["1 Main Street", "Ballina"],
        "postal_code": "",
        "city": "Ballina",
        "country": "IE",
    }


def test_a_language_chosen_on_the_way_keeps_what_was_typed_and_judges_nothing(
    api: Api, installed: Installed
) -> None:
    reader = Client(headers={"Accept-Language": "fr"})
    page = reader.post(address(api), {"nonce": nonce(), "birth_name": "Martin", "language": "en"})
    text = page.content.decode()
    assert page["Content-Language"] == "en"
    assert "Who is tested?" in text
    assert 'value="Martin"' in text
    assert "Please check these answers" not in text
    assert "aria-invalid" not in text
    assert rows_of(installed, api.tenant)["screening"] == 0
    assert "Who is tested?" in reader.get(address(api)).content.decode()


def test_countries_are_named_in_the_reader_s_language_with_france_first(api: Api) -> None:
    def names(language: str) -> list[str]:
        text = Client().get(address(api), headers={"Accept-Language": language}).content.decode()
        return re.findall(r'<option value="[A-Z]{2}"[^>]*>([^<]+)</option>', text)

    assert names("fr")[:3] == ["France", "Afghanistan", "Afrique du Sud"]
    assert names("en")[:3] == ["France", "Afghanistan", "Åland Islands"]


def test_an_unknown_poster_is_not_found(installed: Installed) -> None:
    assert Client().get("/p/there-is-none").status_code == 404
    assert Client().post("/p/there-is-none", typed()).status_code == 404


def test_a_form_without_its_nonce_is_no_form_of_ours(api: Api, installed: Installed) -> None:
    assert send(api, nonce="").status_code == 400
    assert send(api, nonce="Camille").status_code == 400
    assert rows_of(installed, api.tenant)["screening"] == 0


def test_a_poster_registers_in_its_own_pharmacy(
    api: Api, stranger: Api, installed: Installed
) -> None:
    send(api)
    assert rows_of(installed, api.tenant)["screening"] == 1
    assert rows_of(installed, stranger.tenant)["screening"] == 0


def test_a_silent_key_service_means_503_and_nothing_kept(api: Api, installed: Installed) -> None:
    form = typed()
    with key_service_silent(installed):
        assert Client().post(address(api), form).status_code == 503
    assert rows_of(installed, api.tenant)["screening"] == 0
    assert shown(Client().post(address(api), form))


def test_a_form_without_its_token_is_refused(api: Api, installed: Installed) -> None:
    assert Client(enforce_csrf_checks=True).post(address(api), typed()).status_code == 403
    assert rows_of(installed, api.tenant)["screening"] == 0
