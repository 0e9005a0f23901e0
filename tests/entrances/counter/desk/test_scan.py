from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from tests.cast import Api
from tests.installation import Installed
from tests.pathway.counter import COVID, GTIN, Counter, counter, rows
from tests.staff import Browser

KIT = f"01{GTIN}17290331{'10L42'}"
# The same keys, pressed by a scanner in its American layout on a French computer.
TO_AZERTY = str.maketrans(
    "1234567890-:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "&é\"'(-è_çà)MQBCDEFGHIJKL?NOPARSTUVZXYWqbcdefghijkl,noparstuvzxyw",
)


def scanned(browser: Browser, text: str, at: object = "") -> str:
    answer = browser.post(f"/counter/scan{f'?at={at}' if at else ''}", {"scan": text})
    assert answer.status_code == 302
    return str(answer["Location"])


def french(browser: Browser, path: str) -> str:
    return str(browser.get(path, **{"Accept-Language": "fr"}).content.decode())


def code_of(api: Api, visit: int, day: str = "") -> str:
    """What the patient's QR holds."""
    return f"ECV1:{api.pharmacy.slug}:{day or timezone.localdate().isoformat()}:A-{visit:03d}"


def test_a_patients_code_opens_the_card_of_who_waits(
    pharmacist: Browser, desk: Counter, api: Api
) -> None:
    visit = desk.walk_in()

    assert scanned(pharmacist, code_of(api, 1)) == f"/counter/start/{visit}"


def test_a_code_typed_in_the_wrong_keyboard_layout_is_understood(
    pharmacist: Browser, desk: Counter, api: Api
) -> None:
    visit = desk.walk_in()

    assert scanned(pharmacist, code_of(api, 1).translate(TO_AZERTY)) == f"/counter/start/{visit}"


@pytest.mark.parametrize("typed", ["A-001", "a1", "A 001", "001", "1", "àà&", "Q)àà&"])
def test_a_visit_is_found_by_its_number_or_by_the_digits_on_its_cassette(
    pharmacist: Browser, desk: Counter, typed: str
) -> None:
    visit = desk.walk_in()

    assert scanned(pharmacist, typed) == f"/counter/start/{visit}"


def test_the_number_of_a_running_clock_opens_its_reading(
    pharmacist: Browser, desk: Counter
) -> None:
    visit = desk.started()

    assert scanned(pharmacist, "001") == f"/counter/read/{visit}"


def test_the_number_of_a_visit_that_is_over_opens_its_paper(
    pharmacist: Browser, desk: Counter
) -> None:
    visit = desk.started()
    desk.read(visit)

    assert scanned(pharmacist, "A-001") == f"/counter/paper/{visit}"


def test_the_address_that_the_api_gives_leads_to_where_the_visit_goes_on(
    pharmacist: Browser, desk: Counter
) -> None:
    visit = desk.walk_in()
    address = f"/counter/screenings/{visit}"

    assert pharmacist.get(address)["Location"] == f"/counter/start/{visit}"
    desk.pair(COVID)
    desk.start(visit)
    assert pharmacist.get(address)["Location"] == f"/counter/read/{visit}"
    desk.read(visit)
    assert pharmacist.get(address)["Location"] == f"/counter/paper/{visit}"


def test_another_pharmacys_screening_has_no_address_here(
    pharmacist: Browser, stranger: Api
) -> None:
    visit = counter(stranger).walk_in()

    assert pharmacist.get(f"/counter/screenings/{visit}").status_code == 404


def test_enter_alone_reads_the_clock_that_ends_first(pharmacist: Browser, desk: Counter) -> None:
    first = desk.started()
    desk.start(desk.walk_in())

    assert scanned(pharmacist, "") == f"/counter/read/{first}"


def test_enter_alone_says_that_nothing_rings(pharmacist: Browser, desk: Counter) -> None:
    desk.started(window=(600, 900))

    assert "said=nothing-rings" in scanned(pharmacist, "")


def test_a_known_kit_goes_to_the_card_that_is_open(pharmacist: Browser, desk: Counter) -> None:
    desk.pair(COVID)
    visit = desk.walk_in()

    where = scanned(pharmacist, KIT, at=visit)

    assert where == f"/counter/start/{visit}?gtin={GTIN}&lot=L42&expiry=2029-03-31"


def test_an_unknown_kit_is_to_be_paired_and_the_card_is_kept(
    pharmacist: Browser, desk: Counter
) -> None:
    visit = desk.walk_in()

    where = scanned(pharmacist, KIT, at=visit)

    assert where.startswith("/counter/kits/pair?")
    assert f"at={visit}" in where


@pytest.mark.parametrize("typed", ["", "x" * 600, "(01)123", "<script>", "'; --", "\x00", "B-9999"])
def test_whatever_else_is_scanned_changes_nothing_and_is_said(
    pharmacist: Browser, typed: str
) -> None:
    assert "/counter/?said=" in scanned(pharmacist, typed)


def test_what_cannot_be_read_leaves_the_page_open_that_was(
    pharmacist: Browser, desk: Counter
) -> None:
    visit = desk.walk_in()

    card = scanned(pharmacist, "(01)123", at=visit)

    assert card == f"/counter/start/{visit}?said=unreadable"
    assert "Ce code ne se lit pas ici." in french(pharmacist, card)


def test_what_cannot_be_read_leaves_the_reading_open(pharmacist: Browser, desk: Counter) -> None:
    visit = desk.started()
    page = french(pharmacist, f"/counter/read/{visit}")
    assert f'action="/counter/scan?on={visit}"' in page

    answer = pharmacist.post(f"/counter/scan?on={visit}", {"scan": "(01)123"})

    assert answer["Location"] == f"/counter/read/{visit}?said=unreadable"
    assert "Ce code ne se lit pas ici." in french(pharmacist, answer["Location"])


def test_the_code_of_another_pharmacy_is_told_from_an_unknown_one(
    pharmacist: Browser, stranger: Api
) -> None:
    counter(stranger).walk_in()

    assert "said=elsewhere" in scanned(pharmacist, code_of(stranger, 1))


def test_yesterdays_code_is_told(pharmacist: Browser, api: Api) -> None:
    assert "said=yesterday" in scanned(pharmacist, code_of(api, 1, "2026-01-01"))


def test_a_number_that_only_another_pharmacy_has_is_unknown(
    pharmacist: Browser, stranger: Api
) -> None:
    counter(stranger).walk_in()

    assert "said=unknown" in scanned(pharmacist, "A-001")


def test_a_scan_writes_nothing(pharmacist: Browser, desk: Counter, installed: Installed) -> None:
    desk.walk_in()
    query = "SELECT count(*) FROM ledger_entry WHERE tenant = %s"
    before: list[Any] = rows(installed, query, desk.tenant)

    scanned(pharmacist, "A-001")

    assert rows(installed, query, desk.tenant) == before
