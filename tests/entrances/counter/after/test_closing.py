from __future__ import annotations

import re
from collections.abc import Callable

from tests.cast import Api
from tests.entrances.counter.after.conftest import Recorded
from tests.entrances.counter.after.refusals import refuse
from tests.installation import Installed
from tests.pathway.counter import Counter, asked, counter, rows
from tests.staff import Browser

from ecouvillon.exits.reporting.models import Destination
from ecouvillon.pathway.call import calls
from ecouvillon.pathway.correct import Reason, cancel
from ecouvillon.screening.patient import Contact
from ecouvillon.trust.isolation.change import change
from ecouvillon.trust.vault.seal import Document, seal


def sentences(browser: Browser) -> list[str]:
    page = browser.get("/counter/closing", **{"Accept-Language": "fr"}).content.decode()
    heads = re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page.split("<main")[1], re.DOTALL)
    return [head.strip() for head in heads if "écran" not in head]


def test_a_day_without_anything_left_says_so(pharmacist: Browser) -> None:
    found = sentences(pharmacist)

    assert found[0] == "0 tests, 0 transmis."
    assert "Toutes les horloges sont lues" in found
    assert "Personne à appeler" in found


def test_what_is_left_is_counted(
    pharmacist: Browser,
    recorded: Recorded,
    desk: Counter,
    destination: Callable[..., Destination],
    installed: Installed,
) -> None:
    destination()
    recorded()
    refuse(installed, desk.tenant, recorded())
    desk.started()
    desk.walk_in()

    found = sentences(pharmacist)

    assert found[0] == "2 tests, 0 transmis."
    for part in ("1 envoi à corriger", "1 horloge tourne encore", "1 visite sans test"):
        assert part in found


def test_the_page_opens_nothing(
    pharmacist: Browser, recorded: Recorded, installed: Installed
) -> None:
    visit = recorded("positive")
    query = "SELECT count(*) FROM ledger_entry WHERE record = %s"
    before = rows(installed, query, visit)

    page = pharmacist.get("/counter/closing").content.decode()

    assert rows(installed, query, visit) == before
    assert "Camille" not in page
    assert "MARTIN" not in page


def test_who_is_to_be_called_is_shown_with_a_number_on_request_and_ticked(
    pharmacist: Browser, recorded: Recorded, desk: Counter, installed: Installed
) -> None:
    visit = recorded("positive")
    contact = Contact(None, "+33612345678").document()
    with change(desk.tenant) as writing:
        writing.add(seal(desk.tenant, [Document(visit, "contact", 1, contact)]))
    cancel(desk.actor, visit, Reason.OTHER, asked(), [])
    (call,) = calls(desk.tenant)

    page = pharmacist.get("/counter/closing").content.decode()
    shown = pharmacist.post(f"/counter/telephone/{visit}").content.decode()

    assert "+33612345678" not in page
    assert "+33612345678" in shown
    query = "SELECT purpose FROM ledger_entry WHERE record = %s AND action = 'opened contact'"
    assert rows(installed, query, visit) == [("care",)]
    assert pharmacist.post(f"/counter/called/{call.id}")["Location"] == "/counter/closing"
    assert calls(desk.tenant) == []


def test_the_number_of_who_is_not_to_be_called_is_not_shown(
    pharmacist: Browser, recorded: Recorded
) -> None:
    assert pharmacist.post(f"/counter/telephone/{recorded()}").status_code == 404


def test_another_pharmacys_calls_are_neither_seen_nor_ticked(
    pharmacist: Browser, stranger: Api, installed: Installed
) -> None:
    theirs = counter(stranger)
    visit = theirs.started()
    theirs.read(visit)
    with installed.connection_as(None) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE version SET leaves_at = now() WHERE screening = %s", [visit])
    cancel(theirs.actor, visit, Reason.OTHER, asked(), [])
    (call,) = calls(stranger.tenant)

    pharmacist.post(f"/counter/called/{call.id}")

    assert len(calls(stranger.tenant)) == 1
    assert "Personne à appeler" in sentences(pharmacist)
