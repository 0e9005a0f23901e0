from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from tests.cast import Api, screening
from tests.entrances.counter.after.conftest import Recorded
from tests.entrances.counter.after.refusals import WORDS, refuse
from tests.entrances.counter.desk.forms import cursor, form_of
from tests.installation import Installed
from tests.pathway.counter import Counter, rows
from tests.staff import Browser

from ecouvillon.exits.reporting.models import Destination
from ecouvillon.pathway.to_fix import on_file

STATES = "SELECT version, state FROM transmission WHERE screening = %s ORDER BY version"


@pytest.fixture
def refused(
    recorded: Recorded,
    destination: Callable[..., Destination],
    installed: Installed,
    desk: Counter,
) -> tuple[UUID, UUID]:
    """A visit whose birth place was refused, and the transmission."""
    destination()
    visit = recorded(name="GARREL")
    return visit, refuse(installed, desk.tenant, visit)


def mending(browser: Browser, transmission: UUID, **changes: str) -> tuple[str, dict[str, str]]:
    path = f"/counter/to-fix/{transmission}"
    return path, form_of(browser.get("/counter/to-fix"), path) | changes


def test_nothing_to_fix_is_said(pharmacist: Browser) -> None:
    page = pharmacist.get("/counter/to-fix", **{"Accept-Language": "fr"}).content.decode()

    assert "Rien à corriger." in page
    assert "<form method=" in page  # the lock's alone
    assert "/counter/to-fix/" not in page


def test_a_refusal_is_said_in_a_pharmacists_words_with_the_systems_own_below(
    pharmacist: Browser, refused: tuple[UUID, UUID]
) -> None:
    page = pharmacist.get("/counter/to-fix", **{"Accept-Language": "fr"}).content.decode()

    assert "Lieu et date de naissance ne vont pas ensemble" in page
    assert "Le système national l’a refusé à" in page
    said, words = page.split('<details class="fix-words">')
    assert WORDS in words
    assert "national-" not in said  # the name that the operator gave
    assert "national-" in words
    assert "Camille G." in page


def test_the_cursor_stands_on_what_was_refused(
    pharmacist: Browser, refused: tuple[UUID, UUID]
) -> None:
    assert cursor(pharmacist.get("/counter/to-fix")) == ["birth_place"]


def test_the_menu_counts_what_is_to_fix(pharmacist: Browser, refused: tuple[UUID, UUID]) -> None:
    page = pharmacist.get("/counter/walk-in").content.decode()

    entry = page[page.index('href="/counter/to-fix"') :].split("</a>")[0]
    assert "1" in entry


def test_the_queue_leads_to_what_is_to_fix(pharmacist: Browser, refused: tuple[UUID, UUID]) -> None:
    visit, transmission = refused

    assert f"/counter/to-fix?of={visit}" in pharmacist.get("/counter/").content.decode()
    assert str(transmission) in pharmacist.get(f"/counter/to-fix?of={visit}").content.decode()


def test_reason_and_identity_are_opened_to_correct_after_the_ledger_has_it(
    pharmacist: Browser, refused: tuple[UUID, UUID], installed: Installed
) -> None:
    pharmacist.get("/counter/to-fix")

    query = "SELECT action FROM ledger_entry WHERE record = ANY (%s) AND purpose = 'correct'"
    found = {action for (action,) in rows(installed, query, list(refused))}
    assert found == {"listed reason", "opened identity"}


def test_a_mend_makes_a_new_version_that_goes_again_and_the_refused_one_ends(
    pharmacist: Browser, refused: tuple[UUID, UUID], installed: Installed, desk: Counter
) -> None:
    visit, transmission = refused
    path, fields = mending(pharmacist, transmission, birth_place="75050", phone="+33612345678")

    answer = pharmacist.post(path, fields)

    assert answer["Location"] == "/counter/to-fix"
    assert rows(installed, STATES, visit) == [(1, "cancelled"), (2, "pending")]
    amended = on_file(desk.actor, visit).registration
    assert amended.identity.birth_place == "75050"
    assert amended.identity.birth_name == "GARREL"
    assert amended.contact
    assert amended.contact.phone == "+33612345678"


def test_a_mend_sent_twice_goes_once(
    pharmacist: Browser, refused: tuple[UUID, UUID], installed: Installed
) -> None:
    visit, transmission = refused
    path, fields = mending(pharmacist, transmission, birth_place="75050")

    answers = [pharmacist.post(path, fields) for _ in range(2)]

    assert {answer["Location"] for answer in answers} == {"/counter/to-fix"}
    assert len(rows(installed, STATES, visit)) == 2


def test_what_is_typed_wrongly_is_said_and_stays_and_nothing_goes(
    pharmacist: Browser, refused: tuple[UUID, UUID], installed: Installed
) -> None:
    visit, transmission = refused
    path, fields = mending(pharmacist, transmission, birth_place="Nanterre")

    answer = pharmacist.post(path, fields)

    assert answer.status_code == 200
    assert form_of(answer, path)["birth_place"] == "Nanterre"
    assert rows(installed, STATES, visit) == [(1, "rejected")]


def test_who_mends_second_is_told(
    pharmacist: Browser, refused: tuple[UUID, UUID], installed: Installed
) -> None:
    _, transmission = refused
    path, fields = mending(pharmacist, transmission, birth_place="75050")

    answer = pharmacist.post(path, fields | {"seen": "7"})

    assert answer["Location"].startswith("/counter/?said=changed")
    assert rows(installed, "SELECT state FROM transmission WHERE id = %s", transmission) == [
        ("rejected",)
    ]


def test_a_mend_asks_for_a_touch_of_the_last_minutes(
    pharmacist: Browser,
    refused: tuple[UUID, UUID],
    installed: Installed,
    aged: Callable[..., None],
) -> None:
    visit, transmission = refused
    path, fields = mending(pharmacist, transmission, birth_place="75050")
    aged(pharmacist, "6 minutes", "verified_at")

    answer = pharmacist.post(path, fields)

    assert b"held" in answer.content
    assert rows(installed, STATES, visit) == [(1, "rejected")]


def test_what_another_pharmacy_has_to_fix_is_not_seen(
    pharmacist: Browser,
    stranger: Api,
    destination: Callable[..., Destination],
    installed: Installed,
) -> None:
    destination()
    theirs = UUID(stranger.submit(screening()).json()["id"])
    transmission = refuse(installed, stranger.tenant, theirs)

    page = pharmacist.get(f"/counter/to-fix?at={transmission}").content.decode()
    answer = pharmacist.post(f"/counter/to-fix/{transmission}", {"nonce": str(uuid4())})

    assert f"/counter/to-fix/{transmission}" not in page
    assert answer["Location"] == "/counter/to-fix"
    assert rows(installed, STATES, theirs) == [(1, "rejected")]
