from __future__ import annotations

from uuid import uuid4

import pytest
from tests.cast import Api
from tests.entrances.counter.desk.forms import form_of
from tests.installation import Installed
from tests.pathway.counter import COMBINED, Counter, counter, let_pass, rows, state
from tests.staff import Browser


def reading(browser: Browser, visit: object) -> tuple[str, dict[str, str]]:
    path = f"/counter/read/{visit}"
    return path, form_of(browser.get(path), path)


def test_untouched_every_line_is_negative(pharmacist: Browser, desk: Counter) -> None:
    _, fields = reading(pharmacist, desk.started(*COMBINED))

    assert [fields[f"value_{loinc}"] for loinc in COMBINED] == ["negative"] * 4


def test_a_reading_is_recorded_and_leaves_after_its_minute(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.started(*COMBINED)
    path, fields = reading(pharmacist, visit)

    answer = pharmacist.post(path, fields | {"value_80382-5": "positive"})

    assert answer["Location"] == "/counter/"
    query = "SELECT leaves_at > now() FROM version WHERE screening = %s"
    assert rows(installed, query, visit) == [(True,)]


def test_the_same_reading_sent_twice_counts_once(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    path, fields = reading(pharmacist, visit)

    answers = [pharmacist.post(path, fields) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == ["/counter/", "/counter/"]
    assert len(rows(installed, "SELECT FROM version WHERE screening = %s", visit)) == 1


def test_a_page_sent_again_with_another_answer_changes_nothing(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    path, fields = reading(pharmacist, visit)
    pharmacist.post(path, fields)

    answer = pharmacist.post(path, fields | {"value_94558-4": "positive"})

    assert answer["Location"] == "/counter/?said=reused"
    assert len(rows(installed, "SELECT FROM version WHERE screening = %s", visit)) == 1


def test_who_reads_second_is_told(pharmacist: Browser, desk: Counter) -> None:
    visit = desk.started()
    path, fields = reading(pharmacist, visit)
    desk.read(visit)

    assert "said=read" in pharmacist.post(path, fields)["Location"]


def test_too_late_asks_for_a_reason_and_keeps_what_was_chosen(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    path, fields = reading(pharmacist, visit)
    let_pass(installed, visit, 3600)

    answer = pharmacist.post(path, fields | {"value_94558-4": "positive"})

    assert answer.status_code == 200
    again = form_of(answer, path)
    assert again["value_94558-4"] == "positive"
    assert state(installed, visit) == "sampled"
    pharmacist.post(path, again | {"timing_reason": "read_in_time"})
    assert state(installed, visit) == "resulted"


def test_no_control_line_is_one_key_and_the_visit_waits_for_another_kit(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    path, fields = reading(pharmacist, visit)

    pharmacist.post(path, fields | {"invalid": "1"})

    assert state(installed, visit) == "registered"
    assert not rows(installed, "SELECT FROM version WHERE screening = %s", visit)


@pytest.mark.parametrize("value", ["invalid", "", "POSITIVE", "<b>"])
def test_a_value_that_no_line_can_have_is_not_recorded(
    pharmacist: Browser, desk: Counter, installed: Installed, value: str
) -> None:
    visit = desk.started()
    path, fields = reading(pharmacist, visit)

    pharmacist.post(path, fields | {"value_94558-4": value})

    assert state(installed, visit) == "sampled"


def test_a_reading_is_taken_back_from_the_queue_and_opens_again(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    desk.read(visit)
    path = f"/counter/take-back/{visit}"

    answer = pharmacist.post(path, form_of(pharmacist.get("/counter/"), path))

    assert answer["Location"] == f"/counter/read/{visit}"
    assert state(installed, visit) == "sampled"


def test_what_has_left_is_not_taken_back(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    desk.read(visit)
    path = f"/counter/take-back/{visit}"
    fields = form_of(pharmacist.get("/counter/"), path)
    let_pass(installed, visit, 61)

    assert "said=left" in pharmacist.post(path, fields)["Location"]


@pytest.mark.parametrize("page", ["read", "take-back"])
def test_the_reading_of_another_pharmacy_is_not_found(
    pharmacist: Browser, stranger: Api, page: str
) -> None:
    theirs = counter(stranger).started()
    fields = {"nonce": str(uuid4()), "number": "1", "value_94558-4": "negative"}

    assert pharmacist.post(f"/counter/{page}/{theirs}", fields).status_code == 404


def test_without_a_pharmacist_who_answers_nothing_is_read(preparer: Browser, desk: Counter) -> None:
    visit = desk.started()

    answer = preparer.get(f"/counter/read/{visit}")

    assert answer["Location"].startswith("/counter/performer?next=")


def test_the_pharmacist_who_answers_stands_on_the_page(pharmacist: Browser, desk: Counter) -> None:
    page = pharmacist.get(f"/counter/read/{desk.started()}").content.decode()

    assert "RPPS 10001234565" in page
