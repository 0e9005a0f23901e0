"""The shell as a browser draws it: readable by all, on a telephone and a counter's screen.

Chromium is Debian's; where it is missing these tests are skipped, and say
what to type. Set ECOUVILLON_SHOTS to a folder to keep a picture of each page and look at it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = [
    "components?demo",
    "patient",
    "patient?wrong",
    "patient/positive",
    "counter/503",
    "404",
    "paper-sheet",
]
SIZES = {"telephone": (390, 844), "counter": (1280, 900)}

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="BROWSER TESTS SKIPPED: apt-get install chromium"
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec
    assert spec.origin
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def opened(browser: Browser, url: str, size: str, scheme: str = "light") -> Page:
    width, height = SIZES[size]
    finger = size == "telephone"
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="fr-FR",
        has_touch=finger,
        is_mobile=finger,
    )
    page = context.new_page()
    page.goto(url)
    page.evaluate("document.fonts.ready")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_accessible_fits_its_screen_and_keeps_to_the_policy(  # noqa: PLR0917 - parameters
    chromium: Browser, address: str, axe: str, path: str, size: str, scheme: str
) -> None:
    page = opened(chromium, "about:blank", size, scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}/{path}")
    page.evaluate("document.fonts.ready")
    # As tall as the page: what scrolls under a bar that stays is not hidden from anybody.
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": SIZES[size][0], "height": tall})
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa',"
        "'best-practice']})"
    )
    broken = [{v["id"]: [node["html"][:120] for node in v["nodes"]]} for v in found["violations"]]
    keep(page, f"{path}-{size}-{scheme}")
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.context.close()
    assert broken == [], json.dumps(broken, indent=1)
    assert wide <= 0
    assert [text for text in said if "Content Security Policy" in text] == []


def keep(page: Page, name: str) -> None:
    folder = os.environ.get("ECOUVILLON_SHOTS")
    if folder:
        file = name.replace("/", "-").replace("?", "-")
        page.screenshot(path=Path(folder) / f"{file}.png", full_page=True)


@pytest.mark.parametrize("size", SIZES)
def test_positive_and_negative_take_the_same_place_colour_and_weight(
    chromium: Browser, address: str, size: str
) -> None:
    def drawn(value: str) -> dict[str, Any]:
        page = opened(chromium, f"{address}/patient/{value}", size)
        measured: dict[str, Any] = page.evaluate(
            """() => { const result = document.querySelector('.result');
            const shape = result.querySelector('svg'), style = getComputedStyle(result);
            const box = shape.getBoundingClientRect();
            return [box.x, box.y, box.width, box.height, style.color, style.fontWeight,
                    style.fontSize, result.getBoundingClientRect().height, document.title,
                    document.documentElement.scrollHeight] }"""
        )
        page.context.close()
        return measured

    assert drawn("negative") == drawn("positive") == drawn("indeterminate") == drawn("invalid")


def test_a_finger_finds_44_pixels_on_everything_that_acts(chromium: Browser, address: str) -> None:
    page = opened(chromium, f"{address}/components", "telephone")
    small = page.evaluate(
        """() => [...document.querySelectorAll('.button, .menu a, .option, .segment, main input')]
        .filter(e => e.offsetParent && !e.closest('.option > input, .segment > input')
                     && !e.matches('.option input, .segment input'))
        .filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"""
    )
    page.context.close()
    assert small == []


def test_the_scan_field_says_when_it_is_deaf(chromium: Browser, address: str) -> None:
    page = opened(chromium, f"{address}/components", "counter")
    assert not page.get_by_text("Cliquez pour scanner").is_visible()
    page.locator("h1").click(force=True, position={"x": 0, "y": 0})
    page.evaluate("document.activeElement.blur()")
    assert page.get_by_text("Cliquez pour scanner").is_visible()
    page.get_by_label("Scannez. Le reste suit.").focus()
    assert not page.get_by_text("Cliquez pour scanner").is_visible()
    page.context.close()


def test_all_can_be_reached_and_seen_by_keyboard(chromium: Browser, address: str) -> None:
    page = opened(chromium, f"{address}/patient", "counter")
    for _step in range(4):
        page.keyboard.press("Tab")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width == "3px"
    page.context.close()


def test_the_language_is_changed_without_any_script(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{address}/patient?step=2")
    page.get_by_role("button", name="English").click()
    assert page.url == f"{address}/patient?step=2"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_text("Negative").is_visible()
    page.get_by_role("button", name="Français").click()
    assert page.locator("html").get_attribute("lang") == "fr"
    context.close()


def test_the_outage_page_comes_back_when_the_service_does(chromium: Browser, address: str) -> None:
    page = opened(chromium, "about:blank", "counter")
    page.clock.install()
    page.goto(f"{address}/503")
    page.clock.run_for(2000)
    page.get_by_text("prochain essai dans 3 s").wait_for()
    page.route("**/503", lambda route: route.fulfill(status=200, body="<h1>Retour</h1>"))
    for _second in range(4):
        page.clock.run_for(1000)
    page.get_by_role("heading", name="Retour").wait_for()
    page.context.close()


def test_moving_things_stand_still_for_who_asked(chromium: Browser, address: str) -> None:
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/components")
    moving = page.evaluate("document.getAnimations().length")
    context.close()
    assert moving == 0


def test_paper_is_black_on_white_without_the_screens_chrome(
    chromium: Browser, address: str
) -> None:
    page = opened(chromium, f"{address}/paper-sheet", "counter", "dark")
    page.emulate_media(media="print")
    colours = page.evaluate(
        """() => [...document.querySelectorAll('.paper, .paper *')].map(e => getComputedStyle(e))
        .flatMap(s => [s.color]).filter((c, i, all) => all.indexOf(c) === i)"""
    )
    band = page.locator(".band").is_visible()
    page.context.close()
    assert set(colours) <= {"rgb(0, 0, 0)", "rgb(51, 51, 51)"}
    assert not band
