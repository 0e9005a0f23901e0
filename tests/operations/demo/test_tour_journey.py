"""The tour as a visitor walks it: a real demo, a real browser, every button of it.

Set ECOUVILLON_SHOTS to a folder to keep a picture of each stage and look at it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Frame, Page, expect, sync_playwright
from tests.operations.demo.processes import demo, read_until

from ecouvillon.config import Config
from ecouvillon.operations.demo import cast, patient
from ecouvillon.operations.demo.traffic import Web

CHROMIUM = Path("/usr/bin/chromium")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OUTSIDE = ("national", "auditor")
PATIENCE = 60_000  # ms; nothing here takes so long unless it is broken


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """Where a demo is, in an installation of its own."""
    if not CHROMIUM.exists():
        pytest.skip("BROWSER TESTS SKIPPED: apt-get install chromium")
    ours = {"ECOUVILLON_HOME": str(folder / "home"), "ECOUVILLON_KEYS": str(folder / "keys")}
    with demo("--port", "0", **ours) as process:
        yield read_until(process, "Ctrl-C ends them all").rpartition("Open ")[2].split()[0]


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield browser
        browser.close()


def frame(page: Page, name: str) -> Frame:
    found = page.frame(name)
    assert found
    return found


def judge(shown: Page | Frame, name: str) -> None:
    """No violation of WCAG 2.2 AA, and nothing wider than its place."""
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    shown.evaluate((Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8"))
    found: dict[str, Any] = shown.evaluate(
        f"axe.run(document, {{iframes: false, runOnly: {json.dumps(RULES)}}})"
    )
    broken = [{v["id"]: [node["html"][:120] for node in v["nodes"]]} for v in found["violations"]]
    assert broken == [], f"{name}: {json.dumps(broken, indent=1)}"
    wider = "document.documentElement.scrollWidth - window.innerWidth"
    assert shown.evaluate(wider) <= 0, name


def keep(page: Page, name: str) -> None:
    if kept := os.environ.get("ECOUVILLON_SHOTS"):
        page.screenshot(path=Path(kept) / f"{name}.png", full_page=True)


def test_a_visitor_follows_one_result_through_four_roles_and_breaks_what_they_can(
    address: str, folder: Path, chromium: Browser
) -> None:
    page = chromium.new_page(
        base_url=address, viewport={"width": 1440, "height": 900}, locale="en-GB"
    )
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/")
    judge(page, "tour")
    _sign_in(page)
    _test_somebody(page)
    _cut_and_restore(page, address, folder)
    _steal(page)
    assert said == []
    _look_in_french(chromium, address)


def _sign_in(page: Page) -> None:
    page.get_by_role("button", name="Sign in as the pharmacist").click()
    counter = frame(page, "counter")
    expect(counter.get_by_text("Maud Verlaigne").first).to_be_visible()
    for group in ("waiting", "fix", "done"):
        assert counter.locator(f"[data-group={group}] [data-line]").count() > 0
    assert counter.locator("[data-clocks] .clock").count() == 2


def _test_somebody(page: Page) -> None:
    """From the phone's form to the counter's minute, without typing."""
    counter, phone = frame(page, "counter"), frame(page, "phone")
    page.get_by_role("button", name="Fill in an invented person").click()
    phone.locator("form button.main").last.click()
    visit = phone.locator(".visit").text_content()
    page.get_by_role("button", name=f"Simulate the scan {visit}").click()
    expect(counter.get_by_text("GRANDCLÉMENT-ISOARD")).to_be_visible()
    page.get_by_role("button", name="Simulate the scan · Demo 15 s").click()
    expect(counter.get_by_text("Kit: scanned just now")).to_be_visible()
    counter.locator("[name=identity_check]").first.check()
    counter.get_by_role("button", name="Start the clock").click()
    expect(counter.locator(".clock.ringing")).to_be_visible()
    keep(page, "ringing")
    counter.locator(".clock.ringing a").click()
    counter.get_by_role("button", name="Record").click()
    expect(counter.locator(".dock")).to_be_visible()


def _cut_and_restore(page: Page, address: str, folder: Path) -> None:
    """The counter says to go on; afterwards nothing waits, and nothing was lost."""
    counter, national = frame(page, "counter"), frame(page, "national")
    held = int(national.locator(".held-count").text_content() or "")
    national.get_by_role("button", name="Cut it off").click()
    expect(national.get_by_text("It is cut off")).to_be_visible()
    _send_result(address, folder)
    bar = counter.locator("[data-outage] .bar")
    expect(bar).to_contain_text("Go on, nothing is lost")
    expect(bar).to_contain_text("1 result waits")
    keep(page, "cut")
    judge(counter, "counter, cut")
    national.get_by_role("button", name="Restore it").click()
    expect(bar).to_have_count(0)
    # What waited, and what the counter had recorded meanwhile.
    expect(national.locator(".held-count")).to_have_text(str(held + 2))


def _steal(page: Page) -> None:
    for name in OUTSIDE:
        judge(frame(page, name), name)
    auditor = frame(page, "auditor")
    expect(auditor.get_by_text("result recorded").first).to_be_visible()
    auditor.get_by_label("A name to look for").fill("GRANDCLÉMENT-ISOARD")
    auditor.get_by_role("button", name="Steal the database").click()
    expect(auditor.get_by_role("heading", name="0 hits")).to_be_visible()
    expect(auditor.get_by_text(cast.PHARMACY)).to_be_visible()
    judge(auditor, "theft")
    keep(page, "stolen")


def _look_in_french(chromium: Browser, address: str) -> None:
    """On a telephone and on a screen, in both schemes."""
    for width, scheme in ((390, "light"), (1280, "dark")):
        page = chromium.new_page(
            base_url=address,
            viewport={"width": width, "height": 900},
            locale="fr-FR",
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page.goto("/")
        expect(page.get_by_role("heading", name="Un résultat, quatre endroits")).to_be_visible()
        judge(page, f"tour {width}")
        for name in OUTSIDE:
            judge(frame(page, name), f"{name} {width}")
        keep(page, f"tour-{width}-{scheme}")


def _send_result(address: str, folder: Path) -> None:
    """The pharmacy's software sends a result, which leaves at once."""
    known = cast.remembered(Config(home=folder / "home", keys=folder / "keys"))
    assert known
    web = Web(int(address.rpartition(":")[2].rstrip("/")))
    web.sign_in(known.client_id, known.client_secret)
    web.post("/api/v1/screenings", patient.screening(), str(uuid4()))
