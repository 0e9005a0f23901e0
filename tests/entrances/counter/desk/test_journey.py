"""The counter's whole job in a browser, by keyboard and scanner only; every action is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.cast import Api
from tests.installation import Installed
from tests.pathway.counter import COMBINED, GTIN, Counter, let_pass, rows, state

LOOK = 800  # ms: a reading is recorded only by who had the time to look at it


class Hand:
    """A hand at the keyboard with a scanner in it; an action is a scan or the press of one key."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def scan(self, text: str) -> None:
        """A scanner types quickly, wherever the focus is, and ends with Enter."""
        self.actions += 1
        with self.page.expect_navigation():
            self.page.keyboard.type(text, delay=5)
            self.page.keyboard.press("Enter")

    def press(self, key: str) -> None:
        """A key that stays on the page."""
        self.actions += 1
        self.page.keyboard.press(key)

    def press_on(self, key: str) -> None:
        """A key that leads to another page."""
        with self.page.expect_navigation():
            self.press(key)


@pytest.fixture
def page(screen: Callable[..., Page]) -> Page:
    return screen()


def qr(api: Api, visit: int) -> str:
    return f"ECV1:{api.pharmacy.slug}:{timezone.localdate().isoformat()}:A-{visit:03d}"


def box() -> str:
    expiry = timezone.localdate() + timedelta(days=90)
    return f"]d201{GTIN}17{expiry:%y%m%d}10L42"


def test_three_actions_start_and_two_read_for_a_registered_patient(
    page: Page, desk: Counter, api: Api, installed: Installed
) -> None:
    desk.started(*COMBINED)
    visit = desk.walk_in()
    page.goto("/counter/")
    hand = Hand(page)

    hand.scan(qr(api, 2))
    hand.press("1")
    expect(page.get_by_label("Carte d’identité")).to_be_checked()
    hand.press_on("Enter")

    assert hand.actions == 3
    assert state(installed, visit) == "sampled"
    let_pass(installed, visit, 600)  # it has less time left than the other
    hand.actions = 0

    hand.press_on("Enter")
    assert page.url.endswith(f"/counter/read/{visit}")
    page.wait_for_timeout(LOOK)
    hand.press_on("Enter")

    assert hand.actions == 2
    assert state(installed, visit) == "resulted"


def test_a_second_enter_that_follows_at_once_records_nothing(
    page: Page, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    page.goto(f"/counter/read/{visit}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))

    page.keyboard.press("Enter")
    page.keyboard.down("Enter")
    page.clock.run_for(LOOK)
    page.keyboard.down("Enter")  # still held: it repeats
    page.keyboard.up("Enter")

    assert "POST" not in sent
    assert state(installed, visit) == "sampled"
    Hand(page).press_on("Enter")
    assert state(installed, visit) == "resulted"


def test_a_kit_is_scanned_with_the_focus_anywhere(
    page: Page, desk: Counter, installed: Installed
) -> None:
    desk.pair(*COMBINED)
    visit = desk.walk_in()
    page.goto(f"/counter/start/{visit}")
    hand = Hand(page)

    hand.press("2")
    expect(page.get_by_label("Passeport")).to_be_checked()
    hand.scan(box())
    hand.press("2")
    hand.press_on("Enter")

    query = "SELECT lot FROM kit_use WHERE screening = %s"
    assert rows(installed, query, visit) == [("L42",)]


def test_a_key_of_the_page_and_enter_may_follow_quickly(
    page: Page, desk: Counter, installed: Installed
) -> None:
    desk.started()
    visit = desk.walk_in()
    page.goto(f"/counter/start/{visit}")

    with page.expect_navigation():
        page.keyboard.press("1")
        page.keyboard.press("Enter")

    assert state(installed, visit) == "sampled"


def test_a_combined_kit_is_read_by_digits_and_the_button_says_what_it_records(
    page: Page, desk: Counter, installed: Installed
) -> None:
    visit = desk.started(*COMBINED)
    page.goto(f"/counter/read/{visit}")
    hand = Hand(page)
    record = page.locator("[data-record-words]")
    expect(record).to_have_text("Enregistrer : tout négatif")

    hand.press("2")
    expect(record).to_have_text("Enregistrer : Grippe A positif, le reste négatif")
    hand.press("4")
    hand.press("4")
    expect(record).to_have_text("Enregistrer : Grippe A positif, VRS douteux, le reste négatif")
    hand.press("2")
    hand.press("2")
    hand.press_on("Enter")

    assert state(installed, visit) == "resulted"
    expect(page.locator("[data-dock]")).to_contain_text("A-001")


def test_backspace_takes_a_reading_back_within_its_minute(
    page: Page, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    desk.read(visit)
    page.goto("/counter/")
    hand = Hand(page)

    hand.press_on("Backspace")

    assert page.url.endswith(f"/counter/read/{visit}")
    assert state(installed, visit) == "sampled"


def test_an_invalid_kit_is_one_key_and_done_again_in_the_same_visit(
    page: Page, desk: Counter, installed: Installed
) -> None:
    visit = desk.started()
    page.goto(f"/counter/read/{visit}")
    hand = Hand(page)

    hand.press_on("0")
    hand.scan("001")
    hand.press("2")
    hand.press_on("Enter")

    query = "SELECT number FROM kit_use WHERE screening = %s ORDER BY number"
    assert rows(installed, query, visit) == [(1,), (2,)]


def test_escape_lets_the_clock_run(page: Page, desk: Counter, installed: Installed) -> None:
    visit = desk.started()
    page.goto(f"/counter/read/{visit}")

    Hand(page).press_on("Escape")

    assert page.url.endswith("/counter/")
    assert state(installed, visit) == "sampled"


def test_what_others_do_appears_without_reloading(
    page: Page, desk: Counter, installed: Installed
) -> None:
    waiting = desk.walk_in()
    page.goto("/counter/")
    row = page.locator(f'[data-group="waiting"] [data-line="{waiting}"]')
    expect(row).to_be_visible()
    desk.pair(window=(600, 900))

    desk.start(waiting)
    newcomer = desk.walk_in("DURAND")

    expect(page.locator(f'[data-clocks] [data-line="{waiting}"]')).to_be_visible(timeout=15_000)
    expect(row).to_have_count(0)
    expect(page.locator(f'[data-line="{newcomer}"]')).to_contain_text("Camille D.")


def test_a_clock_rings_by_itself_and_offers_its_reading(page: Page, desk: Counter) -> None:
    desk.started(window=(2, 900))
    page.goto("/counter/")

    clock = page.locator(".clock.ringing")

    expect(clock).to_contain_text("À lire", timeout=15_000)
    expect(clock.get_by_role("link")).to_be_visible(timeout=15_000)
    expect(page.locator("[data-announce]")).to_contain_text("A-001")


def test_a_lost_network_is_said_and_the_clock_rings_all_the_same(page: Page, desk: Counter) -> None:
    desk.started(window=(4, 900))
    page.goto("/counter/")
    page.context.set_offline(True)

    expect(page.locator(".clock.ringing")).to_be_visible(timeout=15_000)
    expect(page.locator("[data-lost]")).to_be_visible(timeout=15_000)
    page.context.set_offline(False)
    expect(page.locator("[data-lost]")).to_be_hidden(timeout=15_000)


def test_the_counter_is_usable_in_english(screen: Callable[..., Page], desk: Counter) -> None:
    visit = desk.started(*COMBINED)
    page = screen(locale="en-GB")
    page.goto(f"/counter/read/{visit}")

    page.keyboard.press("2")

    expect(page.locator("[data-record-words]")).to_have_text(
        "Record: Influenza A positive, the rest negative"
    )
