"""Walk-in, pairing, start: from nobody to a running clock."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from tests.cast import Api, rows_of
from tests.entrances.counter.desk.forms import cursor, form_of
from tests.installation import Installed
from tests.pathway.counter import GTIN, Counter, counter, rows, state
from tests.staff import Browser

PERSON = {
    "birth_name": "MARTIN",
    "first_names": "Camille, Jeanne",
    "birth_date_day": "29",
    "birth_date_month": "2",
    "birth_date_year": "1984",
    "sex": "female",
}


def kit(**changes: str) -> str:
    expiry = (timezone.localdate() + timedelta(days=30)).isoformat()
    fields = {"gtin": GTIN, "lot": "L42", "expiry": expiry} | changes
    return "?" + "&".join(f"{name}={value}" for name, value in fields.items())


def walk_in(browser: Browser, **changes: str) -> object:
    fields = form_of(browser.get("/counter/walk-in"), "/counter/walk-in")
    return browser.post("/counter/walk-in", fields | PERSON | changes)


def test_a_walk_in_goes_on_to_the_card(pharmacist: Browser, desk: Counter) -> None:
    answer = walk_in(pharmacist)

    assert answer.status_code == 302  # type: ignore[attr-defined]
    card = pharmacist.get(answer["Location"]).content.decode()  # type: ignore[index]
    assert "MARTIN Camille Jeanne" in card
    assert "A-001" in card


def test_the_cursor_stands_on_the_first_field_or_on_what_is_refused(pharmacist: Browser) -> None:
    path = "/counter/walk-in"
    opened = pharmacist.get(path)

    refused = pharmacist.post(path, form_of(opened, path) | {"birth_name": "M4RTIN"})
    without_date = pharmacist.post(
        path, form_of(opened, path) | {"birth_name": "MARTIN", "first_names": "Camille"}
    )

    assert cursor(opened) == ["birth_name"]
    assert cursor(refused) == ["birth_name"]
    assert cursor(without_date) == ["birth_date_day"]


def test_the_form_of_a_walk_in_sent_twice_is_one_visit(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    fields = form_of(pharmacist.get("/counter/walk-in"), "/counter/walk-in") | PERSON

    first, second = (pharmacist.post("/counter/walk-in", fields) for _ in range(2))

    assert first["Location"] == second["Location"]
    assert rows_of(installed, desk.tenant)["screening"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": ""},
        {"birth_name": "X\rOBX|1"},
        {"birth_name": "<script>alert(1)</script>"},
        {"first_names": ","},
        {"first_names": "Cam\u202eille"},
        {"birth_date_day": "31"},
        {"birth_date_year": "2091"},
        {"sex": "other"},
        {"birth_name": "A" * 10_000},
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(
    pharmacist: Browser, desk: Counter, installed: Installed, changes: dict[str, str]
) -> None:
    answer = walk_in(pharmacist, **changes)

    assert answer.status_code == 200  # type: ignore[attr-defined]
    assert b"aria-invalid" in answer.content or b"field-error" in answer.content  # type: ignore[attr-defined]
    assert b"<script>alert" not in answer.content  # type: ignore[attr-defined]
    assert rows_of(installed, desk.tenant)["screening"] == 0


def test_opening_a_card_is_in_the_ledger(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.walk_in()

    pharmacist.get(f"/counter/start/{visit}")

    query = "SELECT actor, purpose FROM ledger_entry WHERE record = %s AND action = %s"
    assert rows(installed, query, visit, "opened identity") == [(desk.person, "care")]


def test_the_card_starts_the_clock_of_the_scanned_kit(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.pair()
    visit = desk.walk_in()
    path = f"/counter/start/{visit}"
    fields = form_of(pharmacist.get(path + kit()), path) | {"identity_check": "passport"}

    answer = pharmacist.post(path, fields)

    assert (answer.status_code, answer["Location"]) == (302, "/counter/")
    query = "SELECT lot, gtin FROM kit_use WHERE screening = %s"
    assert rows(installed, query, visit) == [("L42", GTIN)]


def test_the_box_is_remembered_for_the_next_patient(pharmacist: Browser, desk: Counter) -> None:
    desk.started()
    path = f"/counter/start/{desk.walk_in()}"

    fields = form_of(pharmacist.get(path), path)

    assert (fields["gtin"], fields["lot"]) == (GTIN, "L42")


def test_the_card_sent_twice_starts_one_clock(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.pair()
    visit = desk.walk_in()
    path = f"/counter/start/{visit}"
    fields = form_of(pharmacist.get(path + kit()), path) | {"identity_check": "none"}

    answers = [pharmacist.post(path, fields) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == ["/counter/", "/counter/"]
    assert len(rows(installed, "SELECT FROM kit_use WHERE screening = %s", visit)) == 1


def test_who_comes_second_is_told_what_the_first_did(pharmacist: Browser, desk: Counter) -> None:
    desk.pair()
    visit = desk.walk_in()
    path = f"/counter/start/{visit}"
    fields = form_of(pharmacist.get(path + kit()), path) | {"identity_check": "none"}
    desk.start(visit)

    answer = pharmacist.post(path, fields)

    assert answer["Location"] == "/counter/?said=started&visit=A-001"
    assert "A-001" in pharmacist.get(answer["Location"]).content.decode()


def test_without_a_checked_document_nothing_starts(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.pair()
    visit = desk.walk_in()
    path = f"/counter/start/{visit}"

    answer = pharmacist.post(path, form_of(pharmacist.get(path + kit()), path))

    page = answer.content.decode()
    step = page[page.index("<fieldset") :].split("</fieldset>")[0]
    assert 'role="alert" id="unchecked"' in step
    assert state(installed, visit) == "registered"


def test_an_expired_kit_is_said_and_offers_no_start(pharmacist: Browser, desk: Counter) -> None:
    desk.pair()
    path = f"/counter/start/{desk.walk_in()}"

    page = pharmacist.get(path + kit(expiry="2020-01-31")).content.decode()

    assert 'role="alert"' in page
    assert 'data-key="Enter"' not in page


def test_an_expired_kit_that_is_sent_all_the_same_starts_nothing(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.pair()
    visit = desk.walk_in()
    path = f"/counter/start/{visit}"
    fields = form_of(pharmacist.get(path + kit()), path)

    pharmacist.post(path, fields | {"identity_check": "none", "expiry": "2020-01-31"})

    assert state(installed, visit) == "registered"


def test_the_card_of_another_pharmacy_is_not_found_as_one_that_never_was(
    pharmacist: Browser, stranger: Api
) -> None:
    theirs = counter(stranger).walk_in()

    answers = [pharmacist.get(f"/counter/start/{visit}") for visit in (theirs, uuid4())]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_a_preparer_starts_with_the_pharmacist_who_answers(
    preparer: Browser, pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.pair()
    visit = desk.walk_in()
    preparer.post("/counter/performer", {"performer": str(pharmacist.person)})
    path = f"/counter/start/{visit}"
    fields = form_of(preparer.get(path + kit()), path) | {"identity_check": "passport"}

    preparer.post(path, fields)

    query = "SELECT sampled_by FROM kit_use WHERE screening = %s"
    assert rows(installed, query, visit) == [(pharmacist.person,)]


def test_an_unknown_kit_is_paired_once_and_the_card_goes_on(
    pharmacist: Browser, desk: Counter
) -> None:
    visit = desk.walk_in()
    pairing = {
        "name": "Panbio",
        "device": "1232",
        "analytes": ["94558-4"],
        "reading_from": "15",
        "reading_until": "20",
    }

    answer = pharmacist.post(f"/counter/kits/pair{kit()}&at={visit}", pairing)  # type: ignore[arg-type]

    assert answer["Location"].startswith(f"/counter/start/{visit}?gtin={GTIN}")
    assert "Panbio" in pharmacist.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"reading_from": "20", "reading_until": "15"},
        {"analytes": []},
        {"device": "a b"},
        {"reading_until": "999"},
        {"name": ""},
    ],
)
def test_a_pairing_that_cannot_be_is_said(
    pharmacist: Browser, desk: Counter, installed: Installed, changes: dict[str, object]
) -> None:
    pairing = {
        "name": "Panbio",
        "device": "1232",
        "analytes": ["94558-4"],
        "reading_from": "15",
        "reading_until": "20",
    } | changes

    answer = pharmacist.post(f"/counter/kits/pair{kit()}", pairing)  # type: ignore[arg-type]

    assert b"field-error" in answer.content
    assert rows_of(installed, desk.tenant)["kit"] == 0


def amending(browser: Browser, visit: object) -> tuple[str, dict[str, str]]:
    path = f"/counter/amend/{visit}"
    return path, form_of(browser.get(path), path)


def test_the_card_is_put_right_and_goes_on(pharmacist: Browser, desk: Counter) -> None:
    visit = desk.walk_in("MARTIN")
    path, fields = amending(pharmacist, visit)
    assert (fields["birth_name"], fields["birth_date_year"]) == ("MARTIN", "1984")

    answer = pharmacist.post(path, fields | {"birth_name": "MARTINEZ", "phone": "06 12 34 56 78"})

    assert answer["Location"] == f"/counter/start/{visit}"
    assert "MARTINEZ" in pharmacist.get(answer["Location"]).content.decode()
    assert amending(pharmacist, visit)[1]["phone"] == "+33612345678"


def test_a_changed_name_appears_in_the_queue(pharmacist: Browser, desk: Counter) -> None:
    visit = desk.walk_in("MARTIN")
    assert "Camille M." in pharmacist.get("/counter/").content.decode()
    path, fields = amending(pharmacist, visit)

    pharmacist.post(path, fields | {"birth_name": "DURAND"})

    assert "Camille D." in pharmacist.get("/counter/").content.decode()


@pytest.mark.parametrize(
    "changes",
    [{"birth_place": "75002x"}, {"phone": "12"}, {"email": "no"}, {"used_name": "<b>"}],
)
def test_an_amendment_that_cannot_be_is_said(
    pharmacist: Browser, desk: Counter, changes: dict[str, str]
) -> None:
    path, fields = amending(pharmacist, desk.walk_in())

    assert b"field-error" in pharmacist.post(path, fields | changes).content


def test_who_amends_second_is_told(pharmacist: Browser, desk: Counter) -> None:
    path, fields = amending(pharmacist, desk.walk_in())
    pharmacist.post(path, fields | {"birth_name": "UN"})

    answer = pharmacist.post(path, fields | {"nonce": str(uuid4()), "birth_name": "DEUX"})

    assert "said=amended" in answer["Location"]
