"""The desk as a browser draws it: readable by all, on a telephone and a counter's screen.

Set ECOUVILLON_SHOTS to a folder to keep a picture of each page and look at it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page
from tests.cast import Api
from tests.cast import screening as body
from tests.entrances.counter.desk.conftest import SIZES
from tests.installation import Installed
from tests.pathway.counter import COMBINED, GTIN, Counter, asked, let_pass

from ecouvillon.pathway.read import fail_kit


def judge(page: Page, axe: str, name: str) -> None:
    """No violation of WCAG 2.2 AA, nothing wider than the screen; keeps a picture."""
    page.evaluate("document.fonts.ready")
    folder = os.environ.get("ECOUVILLON_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa',"
        "'best-practice']})"
    )
    broken = [{v["id"]: [node["html"][:120] for node in v["nodes"]]} for v in found["violations"]]
    assert broken == [], f"{name}: {json.dumps(broken, indent=1)}"
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, name


@dataclass(frozen=True)
class Morning:
    """A counter that has much to do, once `busy`."""

    desk: Counter
    api: Api
    installed: Installed

    def busy(self) -> dict[str, UUID]:
        """Clocks in every state, people waiting, results handed over."""
        desk, visits = self.desk, {}
        for _ in range(3):
            self.api.submit(body())
        desk.pair(*COMBINED, window=(600, 900))
        for name, seconds in (("ringing", 708), ("late", 1030), ("early", 348)):
            visits[name] = desk.walk_in("BRIAND")
            desk.start(visits[name])
            let_pass(self.installed, visits[name], seconds)
        desk.pair(*COMBINED, window=(0, 900))
        again = desk.walk_in("GARCIA")
        desk.start(again)
        fail_kit(desk.actor, again, 1, asked())
        let_pass(self.installed, again, 90)
        visits["waiting"] = desk.walk_in("MARTIN")
        visits["leaving"] = desk.walk_in("THOMAS")
        desk.start(visits["leaving"])
        desk.read(visits["leaving"], *["negative"] * 4)
        return visits


@pytest.fixture
def morning(desk: Counter, api: Api, installed: Installed) -> Morning:
    """The counter of this test's pharmacy."""
    return Morning(desk, api, installed)


@pytest.mark.parametrize("look", [*product(SIZES, ["light", "dark"])], ids="-".join)
def test_every_page_is_accessible_and_fits_its_screen(
    screen: Callable[..., Page], axe: str, morning: Morning, look: tuple[str, str]
) -> None:
    page = screen(*look)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    name = "-".join(look)
    page.goto("/counter/")
    judge(page, axe, f"empty-{name}")
    page.goto("/counter/walk-in")
    judge(page, axe, f"walk-in-{name}")
    page.goto(f"/counter/kits/pair?gtin={GTIN}&lot=L42&expiry=2029-01-01")
    judge(page, axe, f"pair-{name}")
    first = morning.desk.walk_in("MARTIN")
    page.goto(f"/counter/start/{first}")
    judge(page, axe, f"start-without-kit-{name}")
    visits = morning.busy()
    page.goto("/counter/")
    judge(page, axe, f"queue-{name}")
    page.goto(f"/counter/start/{visits['waiting']}")
    judge(page, axe, f"start-{name}")
    for clock in ("ringing", "late"):
        page.goto(f"/counter/read/{visits[clock]}")
        judge(page, axe, f"read-{clock}-{name}")
    page.goto(f"/counter/amend/{visits['waiting']}")
    judge(page, axe, f"amend-{name}")
    page.goto("/counter/?said=unknown")
    judge(page, axe, f"said-{name}")
    page.keyboard.press("F9")
    page.wait_for_url("**/counter/lock**")
    page.wait_for_selector(".clock.ringing")
    judge(page, axe, f"locked-{name}")
    assert "Camille" not in page.content()
    page.context.close()
    assert said == []


def test_the_name_of_a_result_that_was_handed_over_is_whole_on_a_telephone(
    screen: Callable[..., Page], morning: Morning
) -> None:
    morning.busy()
    page = screen("telephone")

    page.goto("/counter/")

    cut = "names => names.filter(name => name.scrollWidth > name.clientWidth).length"
    names = page.locator('[data-group="done"] .row-name')
    assert names.count() > 0
    assert names.evaluate_all(cut) == 0
