from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from tests.cast import Api
from tests.entrances.counter.after.conftest import Recorded
from tests.entrances.counter.desk.forms import form_of
from tests.installation import Installed
from tests.pathway.counter import Counter, counter, rows
from tests.staff import RPPS, Browser

from ecouvillon.exits.reporting.models import Destination


def text_of(answer: object) -> str:
    page = answer.content.decode()  # type: ignore[attr-defined]
    paper = re.search(r"<article.*?</article>", page, re.DOTALL)
    assert paper, page
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", paper[0]))


def actions(installed: Installed, visit: UUID) -> list[str]:
    query = "SELECT action FROM ledger_entry WHERE record = %s ORDER BY at, action"
    return [action for (action,) in rows(installed, query, visit)]


def test_the_sheet_has_all_that_the_traceability_rule_asks_for(
    pharmacist: Browser, recorded: Recorded
) -> None:
    visit = recorded("positive")

    text = text_of(pharmacist.get(f"/counter/paper/{visit}", **{"Accept-Language": "fr"}))

    for part in ("MARTIN", "Camille", "29/02/1984", "Positif", "COVID-19", "1232", "L42", RPPS):
        assert part in text, part
    assert "VERLAIGNE" in text
    assert "Test d’orientation" in text
    assert "sans unité" in text
    assert "FINESS 750000010" in text
    assert len(re.findall(r"\d\d/\d\d/\d{4} \d\d:\d\d", text)) == 2  # sampled and read


def test_the_ledger_has_the_opening_before_the_sheet_is_shown(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    visit = recorded()

    pharmacist.get(f"/counter/paper/{visit}")

    query = "SELECT action, purpose FROM ledger_entry WHERE record = %s AND purpose = 'deliver'"
    assert sorted(rows(installed, query, visit)) == [
        ("opened identity", "deliver"),
        ("opened result", "deliver"),
    ]


def test_printing_ends_the_minute_and_message_and_result_leave_now(
    pharmacist: Browser,
    recorded: Recorded,
    destination: Callable[..., Destination],
    installed: Installed,
) -> None:
    destination()
    visit = recorded(leaves=True)
    queue = pharmacist.get("/counter/")
    printing, taking_back = f"/counter/print/{visit}", f"/counter/take-back/{visit}"

    answer = pharmacist.post(printing, form_of(queue, printing))

    assert answer["Location"] == f"/counter/paper/{visit}?now=1"
    query = "SELECT next_at <= now(), state FROM transmission WHERE screening = %s"
    assert rows(installed, query, visit) == [(True, "pending")]
    assert "result handed over" in actions(installed, visit)
    assert pharmacist.get(answer["Location"]).status_code == 200
    assert "said=left" in pharmacist.post(taking_back, form_of(queue, taking_back))["Location"]
    assert printing not in pharmacist.get("/counter/").content.decode()


def test_the_same_print_sent_twice_hands_over_once(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    visit = recorded(leaves=True)
    fields = {"nonce": str(uuid4())}

    answers = [pharmacist.post(f"/counter/print/{visit}", fields) for _ in range(2)]
    pharmacist.post(f"/counter/print/{visit}", {"nonce": str(uuid4())})

    assert {answer["Location"] for answer in answers} == {f"/counter/paper/{visit}?now=1"}
    assert len(rows(installed, "SELECT FROM hand_over WHERE screening = %s", visit)) == 1


def test_a_result_that_still_waits_for_its_minute_is_not_shown_on_paper(
    pharmacist: Browser, recorded: Recorded
) -> None:
    visit = recorded(leaves=True)

    answer = pharmacist.get(f"/counter/paper/{visit}")

    assert answer["Location"] == "/counter/?said=unprinted"


def test_the_slip_says_neither_who_nor_what_and_the_ledger_says_who_printed_it(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    visit = recorded("positive")

    answer = pharmacist.get(f"/counter/slip/{visit}", **{"Accept-Language": "fr"})

    text = text_of(answer)
    for part in ("MARTIN", "Camille", "COVID", "Positif", "1984", "L42"):
        assert part not in text
    assert re.search(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", text)
    assert "code printed" in actions(installed, visit)


def test_before_the_first_result_a_walk_in_has_no_code_to_print(
    pharmacist: Browser, desk: Counter
) -> None:
    answer = pharmacist.get(f"/counter/slip/{desk.walk_in()}")

    assert answer["Location"] == "/counter/?said=no-code"


@pytest.mark.parametrize("page", ["paper", "print", "slip"])
def test_the_paper_of_another_pharmacy_is_not_printed(
    pharmacist: Browser, stranger: Api, page: str
) -> None:
    theirs = counter(stranger)
    visit = theirs.started()
    theirs.read(visit)
    path = f"/counter/{page}/{visit}"

    send = pharmacist.post if page == "print" else pharmacist.get
    answer = send(path, **({"fields": {"nonce": str(uuid4())}} if page == "print" else {}))

    assert answer.status_code == 404 or answer["Location"] == "/counter/?said=no-code"
