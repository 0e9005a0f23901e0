from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from tests.cast import Api
from tests.entrances.counter.after.conftest import Recorded
from tests.entrances.counter.desk.forms import cursor, form_of
from tests.installation import Installed
from tests.pathway.counter import Counter, counter, rows, state
from tests.staff import Browser

from ecouvillon.exits.reporting.models import Destination
from ecouvillon.pathway.call import call_made, calls
from ecouvillon.pathway.swap import recorded as reading_of
from ecouvillon.pathway.to_fix import on_file

VALUE = "value_94558-4"
VERSIONS = "SELECT number, kind FROM version WHERE screening = %s ORDER BY number"


def form(browser: Browser, visit: UUID, page: str = "correct", **query: str) -> dict[str, str]:
    shown = browser.client.get(f"/counter/correct/{visit}", query)
    return form_of(shown, f"/counter/{page}/{visit}")


def value(desk: Counter, visit: UUID) -> str:
    ((_, found),) = reading_of(desk.actor, visit).reading.values
    return found.value


def test_a_correction_is_a_new_version_that_goes_where_the_old_one_went(
    pharmacist: Browser,
    recorded: Recorded,
    destination: Callable[..., Destination],
    desk: Counter,
    installed: Installed,
) -> None:
    destination()
    visit = recorded("negative")
    fields = form(pharmacist, visit) | {"reason": "misread", VALUE: "positive"}

    answer = pharmacist.post(f"/counter/correct/{visit}", fields)

    assert "said=corrected" in answer["Location"]
    assert value(desk, visit) == "positive"
    assert rows(installed, VERSIONS, visit) == [(1, "original"), (2, "correction")]
    states = "SELECT version, state FROM transmission WHERE screening = %s ORDER BY version"
    assert rows(installed, states, visit) == [(1, "cancelled"), (2, "pending")]
    assert [one.screening for one in calls(desk.tenant)] == [visit]


def test_nothing_is_chosen_for_who_voids_a_result_and_the_cursor_stands_on_the_reason(
    pharmacist: Browser, recorded: Recorded
) -> None:
    answer = pharmacist.get(f"/counter/correct/{recorded('negative')}")

    page = answer.content.decode()
    assert '<select id="why" name="why" required><option value="">' in page
    assert cursor(answer) == ["reason"]


def test_a_correction_sent_twice_counts_once(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    visit = recorded("negative")
    fields = form(pharmacist, visit) | {"reason": "misread", VALUE: "positive"}

    answers = [pharmacist.post(f"/counter/correct/{visit}", fields) for _ in range(2)]

    assert all("said=corrected" in answer["Location"] for answer in answers)
    assert len(rows(installed, VERSIONS, visit)) == 2


def test_who_corrects_second_is_told(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    visit = recorded("negative")
    first, second = (form(pharmacist, visit) | {"reason": "misread"} for _ in range(2))
    pharmacist.post(f"/counter/correct/{visit}", first | {VALUE: "positive"})

    answer = pharmacist.post(f"/counter/correct/{visit}", second | {VALUE: "indeterminate"})

    assert "said=changed" in answer["Location"]
    assert len(rows(installed, VERSIONS, visit)) == 2


def test_a_correction_without_a_difference_or_a_reason_is_refused(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    visit = recorded("negative")
    fields = form(pharmacist, visit)

    for sent in (fields | {"reason": "misread"}, fields | {VALUE: "positive"}):
        assert pharmacist.post(f"/counter/correct/{visit}", sent).status_code == 200
    assert len(rows(installed, VERSIONS, visit)) == 1


def test_the_identity_is_corrected_and_the_reading_stays(
    pharmacist: Browser, recorded: Recorded, desk: Counter
) -> None:
    visit = recorded("positive")
    fields = form(pharmacist, visit) | {"reason": "wrong_identity", "birth_name": "DURAND"}

    pharmacist.post(f"/counter/correct/{visit}", fields)

    assert on_file(desk.actor, visit).registration.identity.birth_name == "DURAND"
    assert value(desk, visit) == "positive"
    assert calls(desk.tenant) == []


def test_nobody_is_called_about_what_had_not_left(
    pharmacist: Browser, recorded: Recorded, desk: Counter
) -> None:
    visit = recorded("negative", leaves=True)
    fields = form(pharmacist, visit) | {"reason": "misread", VALUE: "positive"}

    pharmacist.post(f"/counter/correct/{visit}", fields)

    assert value(desk, visit) == "positive"
    assert calls(desk.tenant) == []


def test_swapping_two_patients_corrects_both_and_calls_both(
    pharmacist: Browser, recorded: Recorded, desk: Counter, installed: Installed
) -> None:
    one, other = recorded("positive"), recorded("negative", name="DURAND")
    fields = form(pharmacist, one, "swap", **{"with": "A-002"})

    answers = [pharmacist.post(f"/counter/swap/{one}", fields) for _ in range(2)]

    assert all("said=swapped" in answer["Location"] for answer in answers)
    assert (value(desk, one), value(desk, other)) == ("negative", "positive")
    assert on_file(desk.actor, other).registration.identity.birth_name == "DURAND"
    for visit in (one, other):
        assert rows(installed, VERSIONS, visit) == [(1, "original"), (2, "correction")]
    assert {one.screening for one in calls(desk.tenant)} == {one, other}


def test_a_swap_of_what_somebody_changed_meanwhile_changes_neither(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    one, other = recorded("positive"), recorded("negative")
    swapping = form(pharmacist, one, "swap", **{"with": "A-002"})
    correcting = form(pharmacist, other) | {"reason": "misread", VALUE: "indeterminate"}
    pharmacist.post(f"/counter/correct/{other}", correcting)

    answer = pharmacist.post(f"/counter/swap/{one}", swapping)

    assert "said=changed" in answer["Location"]
    assert len(rows(installed, VERSIONS, one)) == 1
    assert len(rows(installed, VERSIONS, other)) == 2


def test_a_number_without_a_result_is_not_swapped_with(
    pharmacist: Browser, recorded: Recorded, desk: Counter
) -> None:
    one = recorded()
    desk.walk_in()

    page = pharmacist.client.get(f"/counter/correct/{one}", {"with": "A-002"}).content.decode()

    assert f"/counter/swap/{one}" not in page


def test_a_void_result_is_void_for_everybody(
    pharmacist: Browser, recorded: Recorded, desk: Counter, installed: Installed
) -> None:
    visit = recorded("positive")
    fields = form(pharmacist, visit, "cancel") | {"why": "other"}

    answers = [pharmacist.post(f"/counter/cancel/{visit}", fields) for _ in range(2)]

    assert all("said=cancelled" in answer["Location"] for answer in answers)
    assert state(installed, visit) == "cancelled"
    assert len(calls(desk.tenant)) == 1
    assert "said=uncorrected" in pharmacist.get(f"/counter/correct/{visit}")["Location"]


def test_a_call_that_was_made_leaves_the_list_with_an_entry(
    pharmacist: Browser, recorded: Recorded, desk: Counter, installed: Installed
) -> None:
    visit = recorded()
    fields = form(pharmacist, visit, "cancel") | {"why": "other"}
    pharmacist.post(f"/counter/cancel/{visit}", fields)
    (call,) = calls(desk.tenant)

    for _ in range(2):
        call_made(desk.actor, call.id)

    assert calls(desk.tenant) == []
    query = "SELECT count(*) FROM ledger_entry WHERE record = %s AND action = 'patient told'"
    assert rows(installed, query, visit) == [(1,)]


def test_rows_are_the_same_whatever_is_corrected_into_what(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    seen = set()
    for before, after in (("positive", "negative"), ("negative", "positive")):
        visit = recorded(before)
        fields = form(pharmacist, visit) | {"reason": "misread", VALUE: after}
        pharmacist.post(f"/counter/correct/{visit}", fields)
        query = "SELECT (SELECT count(*) FROM call WHERE screening = %s), array_agg(length(body))"
        query += " FROM vault_document WHERE record = %s"
        seen.add(str(rows(installed, query, visit, visit)))
    assert len(seen) == 1


@pytest.mark.parametrize("page", ["correct", "cancel", "swap"])
def test_a_touch_of_the_last_minutes_is_asked_for(
    pharmacist: Browser,
    recorded: Recorded,
    installed: Installed,
    aged: Callable[..., None],
    page: str,
) -> None:
    visit = recorded()
    recorded()
    fields = form(pharmacist, visit, page, **({"with": "A-002"} if page == "swap" else {}))
    aged(pharmacist, "6 minutes", "verified_at")
    sent = fields | {"reason": "misread", "why": "other", VALUE: "positive"}

    assert b"held" in pharmacist.post(f"/counter/{page}/{visit}", sent).content
    assert len(rows(installed, VERSIONS, visit)) == 1


@pytest.mark.parametrize("page", ["correct", "cancel", "swap"])
def test_the_result_of_another_pharmacy_is_not_corrected(
    pharmacist: Browser, stranger: Api, page: str
) -> None:
    theirs = counter(stranger)
    visit = theirs.started()
    theirs.read(visit)
    sent = {"nonce": str(uuid4()), "why": "other", "other": str(visit), "seen": "1"}

    assert pharmacist.post(f"/counter/{page}/{visit}", sent).status_code == 404
