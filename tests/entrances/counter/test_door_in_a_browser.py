"""The door in a real browser, with a real (virtual) authenticator: by hand, without a mouse.

Set ECOUVILLON_SHOTS to a folder to keep a picture of each page and look at it.
"""

from __future__ import annotations

import json
import os
import types
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import playwright.sync_api
import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from playwright.sync_api import Page, expect
from tests import staff
from tests.installation import Installed, Rows

from ecouvillon import urls
from ecouvillon.entrances.counter.access import staff as staff_only
from ecouvillon.people.pharmacy.models import Pharmacy, Role
from ecouvillon.people.pharmacy.staff import Staff
from ecouvillon.terminology.link_code import display_link_code

SIZES = {"telephone": (390, 844), "wide": (1280, 900)}

# A page of staff with something to type, below an address of its own.
_DESK = """{% extends "counter/staff.html" %}{% block title %}Desk{% endblock %}
{% block content %}<h1>Desk</h1><p>Odette R.</p>
<form method="post">{% csrf_token %}<label>Name <input name="name" value="{{ name }}"></label>
<button class="button">Save</button></form>{% endblock %}"""


@staff_only()
def desk(request: HttpRequest, staff: Staff) -> HttpResponse:
    context = {"staff": staff, "name": request.POST.get("name", "")}
    return HttpResponse(engines["django"].from_string(_DESK).render(context, request))


@pytest.fixture(autouse=True)
def _a_desk(settings: Any) -> None:
    with_desk = types.ModuleType("with_desk")
    with_desk.__dict__.update(
        urlpatterns=[path("counter/test-desk", desk), *urls.urlpatterns],
        handler403=urls.handler403,
        handler404=urls.handler404,
    )
    settings.ROOT_URLCONF = with_desk


class Visitor:
    """Somebody at a browser with an authenticator in it."""

    def __init__(self, browser: playwright.sync_api.Browser, look: tuple[str, str]) -> None:
        size, scheme = look
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="fr-FR",
        )
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.session = self.context.new_cdp_session(self.page)
        self.session.send("WebAuthn.enable")
        self.device = self.session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )["authenticatorId"]

    def verifies(self, *, yes: bool) -> None:
        """Whether the device finds that it is its user who touches it."""
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.device, "isUserVerified": yes}
        )


@pytest.fixture
def visit(chromium: playwright.sync_api.Browser) -> Any:
    visitors: list[Visitor] = []

    def start(look: tuple[str, str] = ("wide", "light")) -> Visitor:
        visitors.append(Visitor(chromium, look))
        return visitors[-1]

    yield start
    for visitor in visitors:
        visitor.context.close()


def judge(page: Page, axe: str, name: str) -> None:
    """No violation of WCAG 2.2 AA, nothing wider than the screen; a picture where one is wanted."""
    page.evaluate("document.fonts.ready")
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa',"
        "'best-practice']})"
    )
    broken = [{v["id"]: [node["html"][:120] for node in v["nodes"]]} for v in found["violations"]]
    folder = os.environ.get("ECOUVILLON_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert broken == [], json.dumps(broken, indent=1)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def come_in(visitor: Visitor, address: str, invited: Any) -> None:
    """From the invitation to the counter, with the keyboard."""
    page = visitor.page
    page.goto(address + urlsplit(invited.url).path)
    page.keyboard.type(display_link_code(invited.code).lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Créer ma clé d’accès")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "invitation" not in url)


@pytest.mark.parametrize("look", [*product(SIZES, ["light", "dark"])], ids="-".join)
def test_every_page_of_the_door_is_accessible_and_fits_its_screen(
    *,
    visit: Callable[..., Visitor],
    address: str,
    axe: str,
    installed: Installed,
    pharmacy: Pharmacy,
    look: tuple[str, str],
) -> None:
    staff.hired(installed, pharmacy, Role.PHARMACIST, name="Anne VERLAIGNE")
    made, name = staff.invited(installed, pharmacy), "-".join(look)
    visitor = visit(look)
    page = visitor.page
    page.goto(address + urlsplit(made.url).path)
    judge(page, axe, f"invitation-{name}")
    page.get_by_label("Votre code").fill("0000 0000")
    page.keyboard.press("Enter")
    page.get_by_text("Il reste 9 essais").wait_for()
    judge(page, axe, f"wrong-code-{name}")
    page.get_by_label("Votre code").fill(made.code)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Créer ma clé d’accès").wait_for()
    judge(page, axe, f"welcome-{name}")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Qui répond des résultats").wait_for()
    judge(page, axe, f"performer-{name}")
    page.goto(f"{address}/counter/confirm")
    judge(page, axe, f"confirm-{name}")
    page.goto(f"{address}/counter/performer")
    page.keyboard.press("F9")
    page.get_by_role("button", name="Déverrouiller").wait_for()
    judge(page, axe, f"lock-{name}")
    page.get_by_role("link", name="Quelqu’un d’autre").click()
    page.get_by_role("button", name="Me connecter").wait_for()
    judge(page, axe, f"signin-{name}")
    # The browser's own line about the wrong code's 403; nothing about our policy.
    assert not [text for text in visitor.said if "Security Policy" in text]


def test_from_invitation_to_counter_out_and_in_again(
    visit: Callable[..., Visitor], address: str, installed: Installed, pharmacy: Pharmacy
) -> None:
    visitor = visit()
    page = visitor.page
    come_in(visitor, address, staff.invited(installed, pharmacy, Role.PHARMACIST))
    page.goto(f"{address}/counter/test-desk")
    expect(page.get_by_text("Odette R.")).to_be_visible()
    page.goto(f"{address}/counter/performer")
    page.get_by_role("button", name="Me déconnecter").click()
    page.get_by_role("button", name="Me connecter avec ma clé").wait_for()
    page.goto(f"{address}/counter/test-desk")
    page.get_by_role("button", name="Me connecter avec ma clé").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("Odette R.").wait_for()
    assert page.url == f"{address}/counter/test-desk"


def test_a_device_that_does_not_know_its_user_stays_outside(
    visit: Callable[..., Visitor], address: str, installed: Installed, pharmacy: Pharmacy
) -> None:
    visitor = visit()
    come_in(visitor, address, staff.invited(installed, pharmacy, Role.PHARMACIST))
    visitor.context.clear_cookies()
    visitor.verifies(yes=False)
    page = visitor.page
    page.goto(f"{address}/counter/signin")
    refused = page.get_by_text("La clé d’accès n’a pas été acceptée")
    expect(refused).to_be_hidden()
    page.keyboard.press("Enter")
    expect(refused).to_be_visible()
    visitor.verifies(yes=True)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/counter/")


def test_f9_covers_work_that_is_not_sent_and_a_touch_brings_it_back(
    *,
    visit: Callable[..., Visitor],
    address: str,
    axe: str,
    installed: Installed,
    pharmacy: Pharmacy,
    superuser: Rows,
) -> None:
    visitor = visit()
    page = visitor.page
    come_in(visitor, address, staff.invited(installed, pharmacy, Role.PHARMACIST))
    page.goto(f"{address}/counter/test-desk")
    page.get_by_label("Name").fill("Camille")
    with page.expect_response("**/counter/lock"):
        page.keyboard.press("F9")
    expect(page.get_by_text("Odette R.")).to_be_hidden()
    expect(page.get_by_label("Name")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Odette R.")).to_be_hidden()
    judge(page, axe, "cover")
    locked = "SELECT locked_at IS NOT NULL FROM session ORDER BY created_at DESC LIMIT 1"
    assert superuser.execute(locked).fetchone() == (True,)
    page.get_by_role("button", name="Déverrouiller").press("Enter")
    expect(page.get_by_text("Odette R.")).to_be_visible()
    assert page.get_by_label("Name").input_value() == "Camille"
    assert superuser.execute(locked).fetchone() == (False,)


def test_a_screen_without_work_locks_itself_after_a_quarter_of_an_hour(
    visit: Callable[..., Visitor], address: str, installed: Installed, pharmacy: Pharmacy
) -> None:
    visitor = visit()
    page = visitor.page
    come_in(visitor, address, staff.invited(installed, pharmacy, Role.PHARMACIST))
    page.clock.install()
    page.goto(f"{address}/counter/test-desk")
    page.clock.run_for(14 * 60 * 1000)
    expect(page.get_by_text("Odette R.")).to_be_visible()
    page.clock.run_for(61 * 1000)
    page.wait_for_url(f"{address}/counter/lock")
    page.get_by_role("button", name="Déverrouiller").press("Enter")
    page.wait_for_url(f"{address}/counter/")


def test_a_form_sent_on_a_locked_screen_goes_on_after_the_touch(
    *,
    visit: Callable[..., Visitor],
    address: str,
    installed: Installed,
    pharmacy: Pharmacy,
    superuser: Rows,
) -> None:
    visitor = visit()
    page = visitor.page
    come_in(visitor, address, staff.invited(installed, pharmacy, Role.PHARMACIST))
    page.goto(f"{address}/counter/test-desk")
    page.get_by_label("Name").fill("Camille")
    # The network was gone, the computer slept: only the server knows that it is locked.
    superuser.execute("UPDATE session SET seen_at = now() - interval '16 minutes'")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Votre saisie attend").wait_for()
    assert "Camille" not in page.content()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_have_value("Camille")


def test_without_javascript_the_page_says_what_is_needed(
    chromium: playwright.sync_api.Browser, address: str
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{address}/counter/signin")
    expect(page.get_by_text("Les clés d’accès ont besoin de JavaScript")).to_be_visible()
    context.close()
