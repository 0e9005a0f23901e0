from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from tests.cast import Api, rows_of
from tests.cast import screening as body
from tests.installation import Installed
from tests.pathway.counter import Counter, asked, counter, let_pass, rows
from tests.staff import Browser

from ecouvillon.entrances.counter.desk.names import Names
from ecouvillon.pathway.read import fail_kit
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.submit import Submission, submit
from ecouvillon.screening.patient import Identity
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.sex import Sex
from ecouvillon.trust.keys.client import KeyClient


def page_of(browser: Browser) -> str:
    answer = browser.get("/counter/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def changes_since(browser: Browser, page: str, *rings: object) -> Any:
    """What the page's script would be answered."""
    since = re.search(r'data-since="([^"]*)"', page)
    assert since
    fields = {"since": since[1], "day": timezone.localdate().isoformat()}
    query = "&".join([f"{k}={v}" for k, v in fields.items()] + [f"rings={r}" for r in rings])
    return browser.get(f"/counter/changes?{query}", **{"HX-Request": "true"})


def lines_in(page: str, group: str) -> str:
    found = re.search(
        rf'data-(?:group|part)="{group}".*?(?=data-(?:group|part)=|$)', page, re.DOTALL
    )
    return found[0] if found else ""


def test_the_queue_shows_numbers_first_names_and_initials(
    pharmacist: Browser, desk: Counter
) -> None:
    desk.walk_in("MARTIN")

    page = page_of(pharmacist)

    assert "A-001" in page
    assert "Camille M." in page
    assert "MARTIN" not in page


def test_a_running_clock_stands_apart_and_can_be_read_when_it_rings(
    pharmacist: Browser, desk: Counter
) -> None:
    visit = desk.started()

    page = page_of(pharmacist)

    assert f'href="/counter/read/{visit}"' in page
    assert "clock ringing" in page


def test_a_clock_that_is_too_early_offers_no_reading(pharmacist: Browser, desk: Counter) -> None:
    visit = desk.started(window=(600, 900))

    page = page_of(pharmacist)

    assert "clock early" in page
    assert f'href="/counter/read/{visit}"' not in page


def test_the_ringing_clock_stands_before_the_one_that_is_too_late(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    late = desk.started()
    let_pass(installed, late, 3600)
    ringing = desk.started()

    page = page_of(pharmacist)

    assert page.index(str(ringing)) < page.index(str(late))


def test_no_value_of_a_result_stands_in_the_queue(pharmacist: Browser, desk: Counter) -> None:
    for value in ("positive", "negative"):
        desk.read(desk.started(), value)

    page = page_of(pharmacist).lower()

    assert not re.search("positi[fv]|négatif|negative", page)


def test_a_reading_waits_for_its_minute_in_a_group_of_its_own_and_can_be_taken_back(
    pharmacist: Browser, desk: Counter
) -> None:
    visit = desk.started()
    desk.read(visit)

    page = page_of(pharmacist)

    assert str(visit) in lines_in(page, "leaving")
    assert f'action="/counter/take-back/{visit}"' in page


def test_after_its_minute_a_result_is_handed_over_and_the_dock_is_gone(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    desk.read(visit)
    let_pass(installed, visit, 61)

    page = page_of(pharmacist)

    assert str(visit) in lines_in(page, "done")
    assert "take-back" not in page


def test_an_invalid_kit_waits_to_be_done_again(pharmacist: Browser, desk: Counter) -> None:
    visit = desk.started()
    fail_kit(desk.actor, visit, 1, asked())

    page = page_of(pharmacist)

    assert str(visit) in lines_in(page, "waiting")
    assert f'action="/counter/take-back/{visit}"' in page


def test_only_the_latest_results_are_listed(pharmacist: Browser, api: Api) -> None:
    for _ in range(6):
        api.submit(body())

    page = page_of(pharmacist)

    assert lines_in(page, "done").count('class="row"') == 4


def test_the_visits_of_another_pharmacy_are_not_in_the_queue(
    pharmacist: Browser, stranger: Api
) -> None:
    theirs = counter(stranger).walk_in("DURAND")

    page = page_of(pharmacist)

    assert str(theirs) not in page
    assert "Camille D." not in page


def register(desk: Counter, count: int) -> None:
    """Visits that a program registers, in one go."""
    identity = Identity("MARTIN", ("Camille",), Sex.FEMALE, date(1984, 2, 29))
    submit(
        desk.actor,
        [
            Submission(Asked(f"{desk.tenant}-{n}", b""), Registration(identity, None, None), None)
            for n in range(count)
        ],
        [],
    )


def test_three_hundred_waiting_cost_one_insert_into_the_ledger_and_one_call_of_the_key_service(
    pharmacist: Browser,
    desk: Counter,
    installed: Installed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register(desk, 300)
    calls: list[int] = []
    unwrap = KeyClient.unwrap

    def counted(self: KeyClient, purpose: str, documents: Any) -> list[bytes]:
        calls.append(len(documents))
        return unwrap(self, purpose, documents)

    monkeypatch.setattr(KeyClient, "unwrap", counted)

    page = page_of(pharmacist)

    assert page.count("Camille M.") == 300
    assert calls == [300]
    listed = rows(
        installed,
        "SELECT count(*), count(DISTINCT xmin::text), count(DISTINCT record) FROM ledger_entry"
        " WHERE tenant = %s AND action = 'listed identity' AND actor = %s",
        desk.tenant,
        desk.person,
    )
    assert listed == [(300, 1, 300)]


def test_a_name_is_opened_once_a_session_and_visit(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.walk_in()
    page_of(pharmacist)
    page_of(pharmacist)

    query = "SELECT FROM ledger_entry WHERE tenant = %s AND action = 'listed identity'"
    assert len(rows(installed, query, desk.tenant)) == 1


def test_a_new_session_opens_the_names_anew(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.walk_in()
    page_of(pharmacist)
    pharmacist.sign_in()
    page_of(pharmacist)

    query = "SELECT FROM ledger_entry WHERE tenant = %s AND action = 'listed identity'"
    assert len(rows(installed, query, desk.tenant)) == 2


def test_an_idle_screen_writes_nothing(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.walk_in()
    page = page_of(pharmacist)
    seen = "SELECT seen_at FROM session WHERE person = %s"
    before = rows_of(installed, desk.tenant), rows(installed, seen, desk.person)

    answers = [changes_since(pharmacist, page) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert (rows_of(installed, desk.tenant), rows(installed, seen, desk.person)) == before


def test_a_refresh_brings_only_what_changed(pharmacist: Browser, desk: Counter) -> None:
    stays = desk.walk_in()
    starts = desk.walk_in()
    page = page_of(pharmacist)
    desk.pair()
    desk.start(starts)

    changed = changes_since(pharmacist, page).content.decode()

    assert str(starts) in lines_in(changed, "clocks")
    assert str(stays) not in changed


def test_a_refresh_tells_what_left_the_queue(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    visit = desk.walk_in()
    page = page_of(pharmacist)
    with installed.connection_as(None) as connection:
        connection.execute("UPDATE screening SET state = 'cancelled' WHERE id = %s", [visit])

    changed = changes_since(pharmacist, page).content.decode()

    assert f'data-gone="{visit}"' in changed


def test_a_clock_that_begins_to_ring_is_drawn_anew(pharmacist: Browser, desk: Counter) -> None:
    visit = desk.started()
    page = page_of(pharmacist)

    changed = changes_since(pharmacist, page, visit, "no-uuid").content.decode()

    assert f'href="/counter/read/{visit}"' in changed


def test_a_token_that_is_none_asks_for_the_whole_page(pharmacist: Browser) -> None:
    for since in ("", "x", "1", "99999999999.1", "1.1'--"):
        answer = pharmacist.client.get("/counter/changes", {"since": since, "day": "2026-01-01"})
        assert answer.status_code == 205


def test_a_page_of_yesterday_is_loaded_anew(pharmacist: Browser) -> None:
    page = page_of(pharmacist)
    since = re.search(r'data-since="([^"]*)"', page)
    assert since

    answer = pharmacist.client.get("/counter/changes", {"since": since[1], "day": "2020-01-01"})

    assert answer.status_code == 205


def test_a_locked_screen_gets_no_names(pharmacist: Browser, desk: Counter) -> None:
    page = page_of(pharmacist)
    pharmacist.post("/counter/lock")
    desk.walk_in()

    answer = changes_since(pharmacist, page)

    assert answer.status_code == 401
    assert b"Camille" not in answer.content


def test_when_the_ledger_cannot_be_written_no_name_is_shown(
    pharmacist: Browser, desk: Counter, no_ledger: Any
) -> None:
    desk.walk_in()
    pharmacist.client.raise_request_exception = False

    with no_ledger():
        answer = pharmacist.get("/counter/")

    assert answer.status_code >= 500
    assert b"Camille" not in answer.content


def test_names_in_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecouvillon.entrances.counter.desk.names.MOST", 2)
    from uuid import uuid4

    from ecouvillon.trust.vault.models import VaultDocument

    names, session = Names(), uuid4()
    documents = [VaultDocument(record=uuid4(), version=1) for _ in range(5)]

    names._remember(session, documents, {d.record: "Camille M." for d in documents})

    assert len(names._names) == 2


def test_a_locked_screen_shows_numbers_and_clocks_and_opens_nothing(
    pharmacist: Browser, desk: Counter, installed: Installed
) -> None:
    desk.started()
    desk.walk_in()
    pharmacist.post("/counter/lock")
    before = rows_of(installed, desk.tenant)

    answer = pharmacist.get("/counter/clocks")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "A-001" in page
    assert "A-002" in page
    assert "Camille" not in page
    assert "/counter/read/" not in page
    assert rows_of(installed, desk.tenant) == before


def test_the_locked_screen_knows_where_its_clocks_are(pharmacist: Browser) -> None:
    pharmacist.post("/counter/lock")

    assert b'hx-get="/counter/clocks"' in pharmacist.get("/counter/lock").content
