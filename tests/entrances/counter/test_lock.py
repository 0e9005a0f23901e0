"""A screen left alone shows nothing; what was being done on it is not lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from tests.installation import Installed, Rows
from tests.staff import Browser, hired

from ecouvillon.entrances.counter.access import staff as staff_only
from ecouvillon.entrances.counter.signin.held import hold, let_go
from ecouvillon.people.pharmacy.models import Pharmacy
from ecouvillon.people.pharmacy.staff import Staff

PERFORMER = "/counter/performer"


@staff_only(fresh=True)
def correct(request: HttpRequest, staff: Staff) -> HttpResponse:
    return HttpResponse("corrected")


@staff_only(active=False)
def changed_rows(request: HttpRequest, staff: Staff) -> HttpResponse:
    return HttpResponse("rows")


@staff_only(even_locked=True, active=False)
def clocks(request: HttpRequest, staff: Staff) -> HttpResponse:
    return HttpResponse("clocks")


def asked(browser: Browser, *, method: str = "GET", **more: str) -> HttpRequest:
    """A request from this browser, for a view that no address leads to."""
    factory = RequestFactory(headers=more)
    path = "/counter/x"
    request = factory.get(path) if method == "GET" else factory.post(path, {"name": "Camille"})
    request.COOKIES[settings.SESSION_COOKIE_NAME] = browser.client.cookies[
        settings.SESSION_COOKIE_NAME
    ].value
    return request


def seen_at(superuser: Rows, browser: Browser) -> object:
    return superuser.execute(
        "SELECT seen_at FROM session WHERE person = %s", [browser.person]
    ).fetchone()


def test_f9_locks_and_a_touch_opens_the_screen_where_it_was(
    preparer: Browser, pharmacy: Pharmacy, entries_of: Callable[[UUID], list[str]]
) -> None:
    assert preparer.post("/counter/lock").url == "/counter/lock"
    answer = preparer.get(PERFORMER)
    assert answer.url == "/counter/lock?next=%2Fcounter%2Fperformer"
    page = preparer.get(answer.url)
    assert "Écran verrouillé" in page.content.decode()
    assert preparer.unlock(next=PERFORMER).url == PERFORMER
    assert preparer.get(PERFORMER).status_code == 200
    assert entries_of(pharmacy.tenant)[-2:] == ["locked", "unlocked"]


def test_the_locked_screen_names_nobody(preparer: Browser) -> None:
    preparer.post("/counter/lock")
    page = preparer.get("/counter/lock").content.decode()
    assert "Pharmacie du Marché" in page
    assert "Sami" not in page
    assert "OUALI" not in page


def test_a_screen_is_locked_after_a_quarter_of_an_hour(
    preparer: Browser, aged: Callable[..., None]
) -> None:
    aged(preparer, "14 minutes", "seen_at")
    assert preparer.get(PERFORMER).status_code == 200
    aged(preparer, "15 minutes", "seen_at")
    assert "/counter/lock" in preparer.get(PERFORMER).url
    # Asking again does not open it.
    assert "/counter/lock" in preparer.get(PERFORMER).url
    preparer.unlock()
    assert preparer.get(PERFORMER).status_code == 200


def test_what_a_page_asks_by_itself_does_not_put_off_the_lock_and_writes_nothing(
    preparer: Browser, aged: Callable[..., None], superuser: Rows
) -> None:
    aged(preparer, "10 minutes", "seen_at")
    before = seen_at(superuser, preparer)
    assert changed_rows(asked(preparer)).content == b"rows"
    assert seen_at(superuser, preparer) == before
    preparer.get(PERFORMER)
    assert seen_at(superuser, preparer) != before


def test_activity_is_noted_once_a_minute_at_most(preparer: Browser, superuser: Rows) -> None:
    before = seen_at(superuser, preparer)
    preparer.get(PERFORMER)
    assert seen_at(superuser, preparer) == before


def test_a_locked_screen_still_shows_clocks(preparer: Browser) -> None:
    preparer.post("/counter/lock")
    assert clocks(asked(preparer)).content == b"clocks"


def test_a_program_on_a_locked_page_is_told_and_the_page_stays(preparer: Browser) -> None:
    preparer.post("/counter/lock")
    answer = changed_rows(asked(preparer, HX_Request="true"))
    assert answer.status_code == 401
    assert answer.headers["HX-Trigger"] == "ecouvillon:locked"


def test_a_program_on_the_page_of_somebody_signed_out_is_told(preparer: Browser) -> None:
    request = asked(preparer, HX_Request="true")
    preparer.post("/counter/signout")
    answer = changed_rows(request)
    assert answer.status_code == 401
    assert answer.headers["HX-Trigger"] == "ecouvillon:signed-out"


def test_a_form_sent_while_locked_goes_on_after_the_touch(
    pharmacist: Browser, preparer: Browser, superuser: Rows
) -> None:
    preparer.post("/counter/lock")
    chosen = {"performer": str(pharmacist.person), "next": "/counter/x"}
    page = preparer.post(f"{PERFORMER}?a=1", chosen).content.decode()
    assert str(pharmacist.person) not in page
    held = re.search(r'name="held" value="([^"]*)"', page)
    assert held
    resumed = preparer.unlock(held=html.unescape(held[1])).content.decode()
    assert f'action="{PERFORMER}?a=1"' in resumed
    fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', resumed))
    fields.pop("csrfmiddlewaretoken", None)
    assert fields == chosen
    assert preparer.post(f"{PERFORMER}?a=1", fields).url == "/counter/x"
    performer = superuser.execute(
        "SELECT performer FROM session WHERE person = %s", [preparer.person]
    ).fetchone()
    assert performer == (pharmacist.person,)


def test_a_form_that_waits_is_kept_through_a_refused_touch(
    pharmacist: Browser, preparer: Browser
) -> None:
    preparer.post("/counter/lock")
    page = preparer.post(PERFORMER, {"performer": str(pharmacist.person)}).content.decode()
    held = re.search(r'name="held" value="([^"]*)"', page)
    assert held
    preparer.device.verifies_user = False
    refused = preparer.unlock(held=html.unescape(held[1]))
    assert refused.status_code == 403
    assert f'name="held" value="{held[1]}"' in refused.content.decode()


def test_what_is_held_is_readable_by_its_own_session_only(
    pharmacist: Browser, preparer: Browser
) -> None:
    request = asked(preparer, method="POST")
    text = hold(request, preparer.person)
    assert "Camille" not in text
    assert let_go(text, pharmacist.person) is None
    assert let_go(text[:-4] + "AAAA", preparer.person) is None
    assert let_go("é", preparer.person) is None
    found = let_go(text, preparer.person)
    assert found
    assert (found.path, found.fields) == ("/counter/x", (("name", "Camille"),))


def test_another_persons_passkey_does_not_unlock(pharmacist: Browser, preparer: Browser) -> None:
    preparer.post("/counter/lock")
    preparer.device, own = pharmacist.device, preparer.device
    assert preparer.unlock().status_code == 403
    assert "/counter/lock" in preparer.get(PERFORMER).url
    preparer.device = own
    assert preparer.unlock().status_code == 302


def test_a_question_of_another_session_does_not_unlock(preparer: Browser) -> None:
    there = Browser(preparer.device)
    there.sign_in()
    preparer.post("/counter/lock")
    elsewhere = there.touch("/counter/unlock/question")
    assert preparer.post("/counter/unlock", elsewhere).status_code == 403


def test_an_answer_unlocks_once(installed: Installed, pharmacy: Pharmacy) -> None:
    browser = hired(installed, pharmacy)
    browser.device.count, browser.device.counts = 0, False
    browser.post("/counter/lock")
    fields = browser.touch("/counter/unlock/question")
    assert browser.post("/counter/unlock", fields).status_code == 302
    browser.post("/counter/lock")
    assert browser.post("/counter/unlock", fields).status_code == 403


def test_what_is_grave_asks_for_a_touch_of_the_last_five_minutes(
    preparer: Browser,
    aged: Callable[..., None],
    pharmacy: Pharmacy,
    entries_of: Callable[[UUID], list[str]],
) -> None:
    assert correct(asked(preparer)).content == b"corrected"
    aged(preparer, "5 minutes", "verified_at")
    assert "/counter/confirm" in correct(asked(preparer)).headers["Location"]
    page = correct(asked(preparer, method="POST")).content.decode()
    assert 'name="held"' in page
    assert "Camille" not in page
    preparer.unlock()
    assert correct(asked(preparer)).content == b"corrected"
    assert entries_of(pharmacy.tenant)[-1] == "presence proven"


def test_unlocking_in_place_answers_without_a_page(preparer: Browser) -> None:
    fields = preparer.touch("/counter/unlock/question")
    assert preparer.post("/counter/lock", HX_Request="true").status_code == 204
    assert preparer.post("/counter/unlock", fields, HX_Request="true").status_code == 204
    assert preparer.post("/counter/unlock", fields, HX_Request="true").status_code == 403


def test_who_is_signed_out_can_neither_lock_nor_unlock(installed: Installed) -> None:
    browser = Browser()
    assert "/counter/signin" in browser.post("/counter/lock").url
    assert "/counter/signin" in browser.get("/counter/confirm").url
    assert "/counter/signin" in browser.post("/counter/unlock").url
