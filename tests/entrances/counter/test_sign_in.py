"""Only a touch of a passkey signs in, and a session ends when it should."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import psycopg
import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from tests.authenticator import Authenticator
from tests.cast import Api, at_once
from tests.installation import Installed, Rows, acting_as
from tests.staff import Browser, hired, invited

from ecouvillon.entrances.counter.signin.cookie import sign_in_as
from ecouvillon.errors import Forbidden
from ecouvillon.operations.process import operator
from ecouvillon.people.pharmacy.invite import end_membership, team
from ecouvillon.people.pharmacy.models import Pharmacy, Role
from ecouvillon.people.signin.jobs import forget_sign_ins

PERFORMER = "/counter/performer"


def signed_in(browser: Browser) -> bool:
    return browser.get(PERFORMER).status_code == 200


def elsewhere(browser: Browser) -> Browser:
    """The same device at another browser."""
    return Browser(browser.device)


def cookie(browser: Browser) -> str:
    return browser.client.cookies["ecouvillon_session"].value


def test_a_passkey_signs_in_at_another_browser(
    preparer: Browser, pharmacy: Pharmacy, entries_of: Callable[[UUID], list[str]]
) -> None:
    there = elsewhere(preparer)
    assert there.sign_in().status_code == 302
    assert signed_in(there)
    assert entries_of(pharmacy.tenant).count("signed in") == 2


def test_signing_out_ends_the_session_in_the_database_too(
    preparer: Browser, pharmacy: Pharmacy, entries_of: Callable[[UUID], list[str]]
) -> None:
    copied = Client()
    copied.cookies["ecouvillon_session"] = cookie(preparer)
    assert preparer.post("/counter/signout").status_code == 302
    assert not signed_in(preparer)
    assert copied.get(PERFORMER).status_code == 302
    assert entries_of(pharmacy.tenant)[-1] == "signed out"


def test_who_is_not_signed_in_comes_back_to_where_they_wanted_to_go(preparer: Browser) -> None:
    there = elsewhere(preparer)
    answer = there.get(f"{PERFORMER}?a=1")
    assert answer.url == "/counter/signin?next=%2Fcounter%2Fperformer%3Fa%3D1"
    page = there.get(answer.url).content.decode()
    assert 'name="next" value="/counter/performer?a=1"' in page


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/counter/",
        "//evil.example/counter/",
        "/counter/../admin",
        "/\\evil.example",
        "javascript:alert(1)",
        "/r/token",
    ],
)
def test_after_sign_in_nobody_is_led_out_of_the_counter(pharmacist: Browser, target: str) -> None:
    there = elsewhere(pharmacist)
    fields = there.touch("/counter/signin/question")
    assert there.post("/counter/signin", fields | {"next": target}).url == "/counter/"


def test_a_planted_cookie_is_worth_nothing_and_is_replaced_at_sign_in(
    preparer: Browser, superuser: Rows
) -> None:
    victim, planted = elsewhere(preparer), "planted" * 6
    victim.client.cookies["ecouvillon_session"] = planted
    assert victim.sign_in().status_code == 302
    assert cookie(victim) != planted
    attacker = Client()
    attacker.cookies["ecouvillon_session"] = planted
    assert attacker.get(PERFORMER).status_code == 302


def test_signing_in_again_ends_the_session_that_the_browser_had(preparer: Browser) -> None:
    before = Client()
    before.cookies["ecouvillon_session"] = cookie(preparer)
    preparer.sign_in()
    assert signed_in(preparer)
    assert before.get(PERFORMER).status_code == 302


def test_what_the_database_holds_signs_nobody_in(preparer: Browser, superuser: Rows) -> None:
    rows = superuser.execute(
        "SELECT key_hash, id, person FROM session WHERE person = %s", [preparer.person]
    ).fetchone()
    for value in rows or ():
        thief = Client()
        thief.cookies["ecouvillon_session"] = (
            value.hex() if isinstance(value, bytes) else str(value)
        )
        assert thief.get(PERFORMER).status_code == 302
    assert cookie(preparer) not in str(rows)


def test_a_session_holds_no_personal_data(preparer: Browser, superuser: Rows) -> None:
    columns = superuser.execute(
        "SELECT data_type FROM information_schema.columns WHERE table_name = 'session'"
    ).fetchall()
    assert {row[0] for row in columns} == {"uuid", "bytea", "timestamp with time zone"}


def test_a_membership_that_ends_is_refused_at_the_next_request(
    installed: Installed, preparer: Browser, pharmacy: Pharmacy
) -> None:
    assert signed_in(preparer)
    with acting_as("operator", installed):
        (member,) = team(pharmacy)
        end_membership(operator(), pharmacy, member.email)
    assert preparer.get(PERFORMER).status_code == 403
    assert elsewhere(preparer).sign_in().status_code == 403


def test_a_person_that_is_switched_off_is_refused_at_the_next_request(
    preparer: Browser, superuser: Rows
) -> None:
    superuser.execute("UPDATE person SET is_active = false WHERE id = %s", [preparer.person])
    assert preparer.get(PERFORMER).status_code == 403
    assert elsewhere(preparer).sign_in().status_code == 403


def test_a_touch_without_user_verification_is_refused(preparer: Browser) -> None:
    preparer.device.verifies_user = False
    there = elsewhere(preparer)
    assert there.sign_in().status_code == 403
    assert not signed_in(there)


@pytest.mark.parametrize(
    ("trait", "value"),
    [
        ("origin", "http://localhost.evil.example"),
        ("origin", "https://evil.example"),
        ("rp_id", "evil.example"),
        ("key", Authenticator().key),
        ("user", b"somebody else   "),
        ("credential_id", b"x" * 32),
    ],
)
def test_a_touch_for_another_site_or_of_another_key_is_refused(
    preparer: Browser, trait: str, value: object
) -> None:
    setattr(preparer.device, trait, value)
    there = elsewhere(preparer)
    assert there.sign_in().status_code == 403
    assert not signed_in(there)


def test_a_forwarded_port_of_localhost_is_the_same_machine(preparer: Browser) -> None:
    preparer.device.origin = "http://localhost:52011"
    assert elsewhere(preparer).sign_in().status_code == 302


def test_a_cloned_key_is_refused_and_stands_in_the_ledger(
    preparer: Browser, pharmacy: Pharmacy, entries_of: Callable[[UUID], list[str]]
) -> None:
    preparer.sign_in()
    preparer.sign_in()
    preparer.device.count = 0
    clone = elsewhere(preparer)
    assert clone.sign_in().status_code == 403
    assert not signed_in(clone)
    assert entries_of(pharmacy.tenant)[-1] == "cloned passkey refused"


def test_a_device_that_does_not_count_signs_in_again_and_again(
    installed: Installed, pharmacy: Pharmacy
) -> None:
    browser = Browser(Authenticator(counts=False))
    browser.accept(invited(installed, pharmacy))
    assert [browser.sign_in().status_code for _ in range(3)] == [302] * 3


def test_an_answer_serves_once(installed: Installed, pharmacy: Pharmacy) -> None:
    browser = Browser(Authenticator(counts=False))
    browser.accept(invited(installed, pharmacy))
    fields = browser.touch("/counter/signin/question")
    assert Client().post("/counter/signin", fields).status_code == 302
    assert Client().post("/counter/signin", fields).status_code == 403


def test_an_answer_sent_twice_at_once_opens_one_session(
    installed: Installed, pharmacy: Pharmacy
) -> None:
    browser = Browser(Authenticator(counts=False))
    browser.accept(invited(installed, pharmacy))
    fields = browser.touch("/counter/signin/question")
    statuses = at_once([lambda: Client().post("/counter/signin", fields).status_code] * 4)
    assert sorted(statuses) == [302, 403, 403, 403]


def test_a_question_is_too_old_after_five_minutes_by_the_databases_clock(
    preparer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecouvillon.people.signin import ceremony

    (((now,),),) = ceremony.ask(("SELECT now() - interval '5 minutes 1 second'", ()))
    monkeypatch.setattr(ceremony, "ask", lambda *_: [[(now,)]])
    assert elsewhere(preparer).sign_in().status_code == 403


def test_a_question_from_the_future_is_refused(
    preparer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ecouvillon.people.signin import ceremony

    (((now,),),) = ceremony.ask(("SELECT now() + interval '1 hour'", ()))
    monkeypatch.setattr(ceremony, "ask", lambda *_: [[(now,)]])
    assert elsewhere(preparer).sign_in().status_code == 403


def test_an_answer_for_the_lock_opens_no_session(preparer: Browser) -> None:
    fields = preparer.touch("/counter/unlock/question")
    assert Client().post("/counter/signin", fields).status_code == 403


def test_a_ticket_that_we_did_not_sign_is_refused(preparer: Browser) -> None:
    there = elsewhere(preparer)
    fields = there.touch("/counter/signin/question")
    forged = fields["ticket"].split(":")[0] + ":" + "A" * 43
    assert there.post("/counter/signin", fields | {"ticket": forged}).status_code == 403


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
def test_a_mangled_answer_is_refused_and_never_fails(preparer: Browser, part: str) -> None:
    there = elsewhere(preparer)
    fields = there.touch("/counter/signin/question")
    answer = json.loads(fields["credential"])
    for value in [
        "AAAA",
        "é",
        7,
        ["AAAA"],
        {"a": 1},
        *([] if part == "userHandle" else ["", None]),
    ]:
        answer["response"][part] = value
        refused = there.post("/counter/signin", fields | {"credential": json.dumps(answer)})
        assert refused.status_code == 403, value
    assert not signed_in(there)


def test_without_its_entry_in_the_ledger_nobody_is_signed_in(
    preparer: Browser, no_ledger: Callable[[], AbstractContextManager[None]]
) -> None:
    there = elsewhere(preparer)
    with no_ledger(), pytest.raises(psycopg.errors.CheckViolation):
        there.sign_in()
    assert not signed_in(there)


def test_a_session_ends_after_twelve_hours_whatever_was_done(
    preparer: Browser, aged: Callable[..., None]
) -> None:
    aged(preparer, "11 hours 59 minutes", "created_at")
    assert signed_in(preparer)
    aged(preparer, "1 minute", "created_at")
    assert "/counter/signin" in preparer.get(PERFORMER).url


def test_a_session_left_for_four_hours_needs_a_new_sign_in(
    preparer: Browser, aged: Callable[..., None]
) -> None:
    aged(preparer, "4 hours")
    assert "/counter/signin" in preparer.get(PERFORMER).url
    assert preparer.get("/counter/unlock/question").status_code == 401


def test_the_worker_forgets_sessions_that_are_over(
    installed: Installed, preparer: Browser, aged: Callable[..., None], superuser: Rows
) -> None:
    aged(preparer, "5 hours")
    superuser.execute("UPDATE spent_challenge SET at = at - interval '2 days'")
    with acting_as("worker", installed):
        forget_sign_ins(0)
    left = superuser.execute(
        "SELECT (SELECT count(*) FROM session WHERE person = %s),"
        " (SELECT count(*) FROM spent_challenge WHERE at < now() - interval '1 day')",
        [preparer.person],
    ).fetchone()
    assert left == (0, 0)


def test_somebody_with_two_pharmacies_chooses_one_and_no_other(
    installed: Installed, pharmacy: Pharmacy, stranger: Api, newcomer: Callable[..., Api]
) -> None:
    email = f"{uuid4().hex}@pharmacie.example"
    browser = hired(installed, pharmacy, Role.PHARMACIST, email=email)
    browser.accept(invited(installed, stranger.pharmacy, Role.PHARMACIST, email=email))
    there = elsewhere(browser)
    assert there.sign_in().url == "/counter/pharmacy?next=%2Fcounter%2F"
    assert "/counter/pharmacy" in there.get(PERFORMER).url
    page = there.get("/counter/pharmacy").content.decode()
    assert str(pharmacy.tenant) in page
    assert str(stranger.tenant) in page
    third = newcomer()
    assert there.post("/counter/pharmacy", {"pharmacy": str(third.tenant)}).status_code == 404
    assert there.post("/counter/pharmacy", {"pharmacy": "x"}).status_code == 404
    assert there.post("/counter/pharmacy", {"pharmacy": str(stranger.tenant)}).url == "/counter/"
    assert signed_in(there)


def test_a_preparer_names_a_pharmacist_who_works_there(
    pharmacist: Browser,
    preparer: Browser,
    pharmacy: Pharmacy,
    entries_of: Callable[[UUID], list[str]],
) -> None:
    page = preparer.get(PERFORMER).content.decode()
    assert "Anne VERLAIGNE" in page
    answer = preparer.post(PERFORMER, {"performer": str(pharmacist.person)})
    assert answer.url == "/counter/"
    assert "performer chosen" in entries_of(pharmacy.tenant)
    assert preparer.post(PERFORMER, {"performer": str(preparer.person)}).status_code == 404
    assert preparer.post(PERFORMER, {"performer": "nobody"}).status_code == 404


def test_a_pharmacist_of_another_pharmacy_answers_for_nothing_here(
    installed: Installed, preparer: Browser, stranger: Api
) -> None:
    other = hired(installed, stranger.pharmacy, Role.PHARMACIST)
    assert preparer.post(PERFORMER, {"performer": str(other.person)}).status_code == 404


def test_signing_in_without_a_passkey_is_for_members_only_and_reached_by_no_address(
    preparer: Browser, pharmacy: Pharmacy
) -> None:
    request: HttpRequest = RequestFactory().get("/")
    answer = sign_in_as(request, preparer.person)
    client = Client()
    client.cookies["ecouvillon_session"] = answer.cookies["ecouvillon_session"].value
    assert client.get(PERFORMER).status_code == 200
    with pytest.raises(Forbidden):
        sign_in_as(request, uuid4())


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/password/reset/",
        "/accounts/2fa/",
        "/counter/login",
        "/counter/signup",
        "/login/",
        "/signup/",
    ],
)
def test_no_other_way_in_is_mounted(installed: Installed, path: str) -> None:
    assert Client().get(path).status_code == 404
    assert Client().post(path).status_code in (403, 404)


def test_nobody_has_a_password(superuser: Rows) -> None:
    columns = superuser.execute(
        "SELECT table_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND column_name LIKE '%password%'"
    ).fetchall()
    assert columns == []
