"""The patient's pages as a browser draws them, and the whole way through them by hand.

Set ECOUVILLON_SHOTS to a folder to keep a picture of each page and look at it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.cast import Api, altered, screening
from tests.pathway.links import WRONG, Handed, hand
from tests.pathway.test_unlock import add_version

SIZES = {"telephone": (390, 844), "wide": (1280, 900)}


def opened(browser: Browser, size: str, scheme: str = "light", **more: Any) -> Page:
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        **({"locale": "fr-FR"} | more),
    )
    return context.new_page()


def send(page: Page, code: str) -> None:
    page.locator("input.code").fill(code)
    page.locator("main button").click()
    page.evaluate("document.fonts.ready")


def keep(page: Page, name: str) -> None:
    folder = os.environ.get("ECOUVILLON_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture
def poster(address: str, api: Api) -> str:
    """What the poster of a pharmacy leads to."""
    return f"{address}/p/{api.pharmacy.slug}"


def judge(page: Page, axe: str) -> None:
    """No violation of WCAG 2.2 AA, nothing wider than the screen."""
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa',"
        "'best-practice']})"
    )
    broken = [{v["id"]: [node["html"][:120] for node in v["nodes"]]} for v in found["violations"]]
    assert broken == [], json.dumps(broken, indent=1)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def link_of(api: Api, kind: str) -> Handed:
    if kind == "combined":
        return hand(api, "negative", "positive", "indeterminate")
    if kind in ("corrected", "cancelled"):
        link = hand(api, "positive")
        add_version(
            api, link, "correction" if kind == "corrected" else "cancellation", "N", "MARTIN"
        )
        return link
    return hand(api, kind)


@pytest.mark.parametrize("look", [*product(SIZES, ["light", "dark"])], ids="-".join)
def test_every_page_is_accessible_and_fits_its_screen(
    chromium: Browser, address: str, axe: str, api: Api, look: tuple[str, str]
) -> None:
    size, scheme = look
    page = opened(chromium, size, scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for kind in ("negative", "positive", "invalid", "combined", "corrected", "cancelled"):
        link = link_of(api, kind)
        page.goto(address + link.path)
        if kind == "negative":
            judge(page, axe)
            keep(page, f"code-{size}-{scheme}")
            send(page, WRONG)
            judge(page, axe)
            keep(page, f"wrong-{size}-{scheme}")
        send(page, link.code)
        judge(page, axe)
        keep(page, f"{kind}-{size}-{scheme}")
    page.context.close()
    assert [text for text in said if "Content Security Policy" in text] == []


@pytest.mark.parametrize("look", [*product(SIZES, ["light", "dark"])], ids="-".join)
def test_the_form_and_what_follows_are_accessible_and_fit_their_screen(
    chromium: Browser,
    poster: str,
    axe: str,
    destination: Callable[..., None],
    look: tuple[str, str],
) -> None:
    page = opened(chromium, *look)
    page.goto(poster)
    judge(page, axe)
    keep(page, "form-" + "-".join(look))
    destination(needs_nir=True)
    page.reload()
    fill(page)
    page.get_by_label("Jour").fill("30")
    page.get_by_role("button", name="S’inscrire").click()
    page.locator("details").evaluate("it => it.open = true")
    judge(page, axe)
    keep(page, "form-wrong-" + "-".join(look))
    page.get_by_label("Jour").fill("29")
    page.get_by_label("Non", exact=True).check()
    page.get_by_role("button", name="S’inscrire").click()
    judge(page, axe)
    keep(page, "registered-" + "-".join(look))
    assert page.get_by_text("A-001").is_visible()
    page.context.close()


def test_a_patient_registers_without_javascript_in_the_language_chosen_on_the_way(
    chromium: Browser, poster: str
) -> None:
    page = opened(chromium, "telephone", java_script_enabled=False)
    page.goto(poster)
    page.get_by_label("Nom de naissance").fill("Martin")
    page.get_by_role("button", name="English").click()
    assert page.get_by_label("Birth name").input_value() == "Martin"
    page.get_by_label("First names").fill("Camille")
    for part, value in (("Day", "29"), ("Month", "2"), ("Year", "1984")):
        page.get_by_label(part).fill(value)
    page.get_by_label("Female").check()
    page.get_by_role("button", name="Register").click()
    assert page.get_by_text("A-001").is_visible()
    number = page.locator(".visit").inner_text()
    page.reload()
    assert page.locator(".visit").inner_text() == number
    page.context.close()


def fill(page: Page) -> None:
    page.get_by_label("Nom de naissance").fill("Martin")
    page.get_by_label("Prénoms").fill("Camille")
    for part, value in (("Jour", "29"), ("Mois", "2"), ("Année", "1984")):
        page.get_by_label(part).fill(value)
    page.get_by_label("Féminin").check()


def test_nothing_is_asked_of_another_host_and_no_address_leaves_as_a_referrer(
    chromium: Browser, address: str, api: Api
) -> None:
    page = opened(chromium, "telephone")
    asked: list[tuple[str, str | None]] = []
    page.on("request", lambda one: asked.append((one.url, one.headers.get("referer"))))
    link = hand(api, "positive")
    page.goto(address + link.path)
    send(page, link.code)
    assert page.get_by_text("MARTIN Camille").is_visible()
    page.context.close()
    assert len(asked) > 2
    assert {url for url, _ in asked if not url.startswith(address)} == set()
    assert [referrer for _, referrer in asked if referrer] == []


def test_the_whole_way_works_without_javascript_and_closes(
    chromium: Browser, address: str, api: Api
) -> None:
    page = opened(chromium, "telephone", java_script_enabled=False)
    link = hand(api, "negative")
    page.goto(address + link.path)
    page.get_by_role("button", name="English").click()
    assert page.url == address + link.path
    page.get_by_label("Your code").fill(link.code.lower())
    page.get_by_role("button", name="Open").click()
    assert page.url == address + link.path
    assert page.title() == "My result · Écouvillon"
    assert page.get_by_text("did not find the virus of COVID-19").is_visible()
    page.get_by_role("link", name="Close").click()
    assert page.get_by_label("Your code").input_value() == ""
    assert not page.get_by_text("MARTIN").is_visible()
    page.context.close()


def test_a_browser_stops_what_can_be_no_code_before_it_costs_an_attempt(
    chromium: Browser, address: str, api: Api
) -> None:
    page = opened(chromium, "telephone")
    page.goto(address + hand(api).path)
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.method) if one.method == "POST" else None)
    for typed in ("7K4M 2XQ", "7K4M 2XQP 9", "7K4M.2XQP"):
        send(page, typed)
    assert sent == []
    send(page, " 0000-000o ")
    assert sent == ["POST"]
    page.context.close()


def test_positive_and_negative_stand_in_the_same_place_at_the_same_size(
    chromium: Browser, address: str, api: Api
) -> None:
    def drawn(value: str) -> Any:
        page = opened(chromium, "telephone")
        link = hand(api, value)
        page.goto(address + link.path)
        send(page, link.code)
        measured = page.evaluate(
            """() => { const result = document.querySelector('.result');
            const box = result.querySelector('svg').getBoundingClientRect();
            const style = getComputedStyle(result);
            return [box.x, box.y, box.width, box.height, style.color, style.fontSize,
                    result.getBoundingClientRect().height,
                    document.querySelectorAll('.advice > li').length,
                    [...document.querySelectorAll('.read h2')].length] }"""
        )
        page.context.close()
        return measured

    assert drawn("negative") == drawn("positive") == drawn("indeterminate") == drawn("invalid")


def test_long_names_and_lots_break_instead_of_widening_the_page(
    chromium: Browser, address: str, axe: str, api: Api
) -> None:
    body = altered(screening(), "/patient/birth_name", "WOLFESCHLEGELSTEINHAUSENBERGERDORFF")
    body = altered(body, "/test/kit/lot", "LOT1234567890")
    found = api.submit(body).json()
    page = opened(chromium, "telephone")
    page.goto(address + "/r/" + found["link"].rpartition("/")[2])
    send(page, found["code"])
    judge(page, axe)
    page.context.close()
