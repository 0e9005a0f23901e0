"""A view of the counter gets the right person, or is not reached."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern
from tests.cast import Api
from tests.installation import Installed, Rows
from tests.staff import RPPS, Browser

from ecouvillon.entrances.counter import urls
from ecouvillon.entrances.counter.access import staff as staff_only
from ecouvillon.errors import Forbidden
from ecouvillon.people.pharmacy.models import Pharmacy, Role
from ecouvillon.people.pharmacy.staff import Staff

seen: list[Staff] = []


@staff_only()
def anybody(request: HttpRequest, staff: Staff, number: int) -> HttpResponse:
    seen.append(staff)
    return HttpResponse(str(number))


@staff_only(roles=[Role.OWNER, Role.PHARMACIST])
def pharmacists_only(request: HttpRequest, staff: Staff) -> HttpResponse:
    return HttpResponse("yes")


def asked(browser: Browser) -> HttpRequest:
    request = RequestFactory(REMOTE_ADDR="192.0.2.7").get("/counter/x")
    request.COOKIES[settings.SESSION_COOKIE_NAME] = browser.client.cookies[
        settings.SESSION_COOKIE_NAME
    ].value
    return request


def test_a_view_gets_person_role_pharmacy_and_actor(preparer: Browser, pharmacy: Pharmacy) -> None:
    assert anybody(asked(preparer), 7).content == b"7"
    staff = seen.pop()
    assert (staff.person_id, staff.name, staff.role) == (
        preparer.person,
        "Sami OUALI",
        Role.PREPARER,
    )
    assert (staff.pharmacy.tenant, staff.pharmacy.name, staff.pharmacy.slug) == (
        pharmacy.tenant,
        pharmacy.name,
        pharmacy.slug,
    )
    assert staff.performer is None
    actor = staff.actor
    assert (actor.kind, actor.id, actor.tenant, actor.origin) == (
        "person",
        preparer.person,
        pharmacy.tenant,
        "192.0.2.7",
    )


def test_each_request_has_an_id_of_its_own(preparer: Browser) -> None:
    anybody(asked(preparer), 1)
    anybody(asked(preparer), 1)
    assert seen.pop().actor.request != seen.pop().actor.request


def test_a_pharmacist_answers_for_their_own_results(pharmacist: Browser) -> None:
    anybody(asked(pharmacist), 1)
    performer = seen.pop().performer
    assert performer
    assert (performer.rpps, performer.given, performer.family) == (RPPS, "Anne", "VERLAIGNE")


def test_a_chosen_performer_stays_for_the_session(pharmacist: Browser, preparer: Browser) -> None:
    preparer.post("/counter/performer", {"performer": str(pharmacist.person)})
    anybody(asked(preparer), 1)
    performer = seen.pop().performer
    assert performer
    assert performer.person_id == pharmacist.person


def test_a_performer_whose_membership_ends_answers_no_more(
    pharmacist: Browser, preparer: Browser, superuser: Rows
) -> None:
    preparer.post("/counter/performer", {"performer": str(pharmacist.person)})
    superuser.execute(
        "UPDATE membership SET ended_at = now() WHERE person = %s", [pharmacist.person]
    )
    anybody(asked(preparer), 1)
    assert seen.pop().performer is None


def test_a_role_that_a_view_does_not_name_is_refused(
    pharmacist: Browser, preparer: Browser
) -> None:
    assert pharmacists_only(asked(pharmacist)).content == b"yes"
    with pytest.raises(Forbidden):
        pharmacists_only(asked(preparer))


def test_a_session_moved_to_another_pharmacy_is_refused_there(
    preparer: Browser, stranger: Api, superuser: Rows
) -> None:
    superuser.execute(
        "UPDATE session SET pharmacy = %s WHERE person = %s",
        [stranger.tenant, preparer.person],
    )
    with pytest.raises(Forbidden):
        anybody(asked(preparer), 1)


def test_a_view_declares_who_may_see_it() -> None:
    assert anybody.access == "staff: owner, pharmacist, preparer"  # type: ignore[attr-defined]
    assert pharmacists_only.access == "staff: owner, pharmacist"  # type: ignore[attr-defined]


OPEN = {"anyone", "passkey", "link and code"}


def addresses() -> list[tuple[str, str]]:
    patterns = [one for one in urls.urlpatterns if isinstance(one, URLPattern)]
    return [(str(one.pattern), getattr(one.callback, "access", "undeclared")) for one in patterns]


@pytest.mark.parametrize(("route", "access"), addresses())
def test_no_address_of_the_counter_answers_who_is_not_signed_in(
    installed: Installed, route: str, access: str
) -> None:
    assert access in OPEN | {"session"} or access.startswith("staff: ")
    if access in OPEN:
        return
    path = "/" + re.sub("<uuid:[a-z_]+>", str(uuid4()), route)
    path = re.sub("<[a-z]+:[a-z_]+>", "1", path)
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = Client().generic(method, path)
        assert answer.status_code in (302, 401, 405), (method, answer.status_code)
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/counter/signin")
