"""Nobody comes in by an invitation but the invited, once, with code and passkey."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from tests.authenticator import Authenticator
from tests.cast import Api, at_once
from tests.installation import Installed, Rows, acting_as
from tests.staff import Browser, hired, invited

from ecouvillon.operations.process import operator
from ecouvillon.people.pharmacy.invite import end_membership
from ecouvillon.people.pharmacy.models import Pharmacy, Role


def signed_in(browser: Browser) -> bool:
    return browser.get("/counter/performer").status_code == 200


def test_address_code_and_passkey_let_in_and_stand_in_the_ledger(
    installed: Installed, pharmacy: Pharmacy, entries_of: Callable[[UUID], list[str]]
) -> None:
    browser = Browser()
    answer = browser.accept(invited(installed, pharmacy, Role.PHARMACIST))
    assert (answer.status_code, answer.url) == (302, "/counter/")
    assert signed_in(browser)
    assert sorted(entries_of(pharmacy.tenant)) == [
        "invitation accepted",
        "passkey added",
        "signed in",
    ]


def test_a_preparer_is_asked_first_who_answers(installed: Installed, pharmacy: Pharmacy) -> None:
    answer = Browser().accept(invited(installed, pharmacy))
    assert answer.url == "/counter/performer?next=%2Fcounter%2F"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    installed: Installed, pharmacy: Pharmacy
) -> None:
    answer = Browser().accept(invited(installed, pharmacy))
    cookie = answer.cookies["ecouvillon_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]


def test_an_invitation_without_its_code_opens_nothing(
    installed: Installed, pharmacy: Pharmacy
) -> None:
    made, browser = invited(installed, pharmacy), Browser()
    page = browser.get(urlsplit(made.url).path)
    assert page.status_code == 200
    assert b"data-options" not in page.content
    assert browser.post(urlsplit(made.url).path, {"code": ""}).status_code == 200
    assert not signed_in(browser)


def test_a_wrong_code_is_refused_says_how_many_tries_are_left_and_stands_in_the_ledger(
    installed: Installed, pharmacy: Pharmacy, entries_of: Callable[[UUID], list[str]]
) -> None:
    answer = Browser().accept(invited(installed, pharmacy), code="00000000")
    assert answer.status_code == 403
    assert "9 essais" in answer.content.decode()
    assert entries_of(pharmacy.tenant) == ["wrong invitation code"]


def test_after_ten_wrong_codes_the_right_one_opens_nothing(
    installed: Installed, pharmacy: Pharmacy
) -> None:
    made, browser = invited(installed, pharmacy), Browser()
    statuses = [browser.accept(made, code="00000000").status_code for _ in range(10)]
    assert statuses == [403] * 10
    assert browser.accept(made).status_code == 404


def test_of_many_guesses_at_once_ten_are_looked_at(
    installed: Installed, pharmacy: Pharmacy, superuser: Rows
) -> None:
    made = invited(installed, pharmacy)
    answers = at_once([lambda: Browser().accept(made, code="00000000").status_code] * 16)
    assert sorted(answers) == [403] * 10 + [404] * 6


def test_the_right_code_costs_no_try(
    installed: Installed, pharmacy: Pharmacy, superuser: Rows
) -> None:
    made = invited(installed, pharmacy)
    for _ in range(12):
        assert Browser().post(urlsplit(made.url).path, {"code": made.code}).status_code == 200


def test_looking_at_the_address_counts_nothing(
    installed: Installed, pharmacy: Pharmacy, superuser: Rows
) -> None:
    made = invited(installed, pharmacy)
    for _ in range(20):
        Browser().get(urlsplit(made.url).path)
    attempts = superuser.execute(
        "SELECT attempts FROM invitation WHERE tenant = %s", [pharmacy.tenant]
    ).fetchall()
    assert attempts == [(0,)]


def test_an_invitation_is_void_after_a_day(
    installed: Installed, pharmacy: Pharmacy, superuser: Rows
) -> None:
    made = invited(installed, pharmacy)
    superuser.execute(
        "UPDATE invitation SET created_at = created_at - interval '24 hours' WHERE tenant = %s",
        [pharmacy.tenant],
    )
    assert Browser().accept(made).status_code == 404


def test_a_passkey_made_too_late_does_not_let_in(
    installed: Installed, pharmacy: Pharmacy, superuser: Rows
) -> None:
    made, browser = invited(installed, pharmacy), Browser()
    path = urlsplit(made.url).path
    page = browser.post(path, {"code": made.code})
    superuser.execute(
        "UPDATE invitation SET created_at = created_at - interval '24 hours' WHERE tenant = %s",
        [pharmacy.tenant],
    )
    assert browser.post(path, browser.answer_page(page.content.decode())).status_code == 404
    assert not signed_in(browser)


def test_an_invitation_serves_once(installed: Installed, pharmacy: Pharmacy) -> None:
    made = invited(installed, pharmacy)
    assert Browser().accept(made).status_code == 302
    thief = Browser()
    assert thief.accept(made).status_code == 404
    assert not signed_in(thief)


def test_two_who_know_the_code_at_once_make_one_passkey(
    installed: Installed, pharmacy: Pharmacy, superuser: Rows
) -> None:
    made, path = (i := invited(installed, pharmacy)), urlsplit(i.url).path
    browsers = [Browser(), Browser()]
    answers = [b.answer_page(b.post(path, {"code": made.code}).content.decode()) for b in browsers]
    statuses = at_once(
        [
            lambda b=b, a=a: b.post(path, a).status_code
            for b, a in zip(browsers, answers, strict=True)
        ]
    )
    assert sum(status == 302 for status in statuses) == 1
    assert [signed_in(b) for b in browsers].count(True) == 1


def test_a_withdrawn_invitation_opens_nothing(installed: Installed, pharmacy: Pharmacy) -> None:
    email = f"{uuid4().hex}@pharmacie.example"
    made = invited(installed, pharmacy, email=email)
    with acting_as("operator", installed):
        end_membership(operator(), pharmacy, email)
    assert Browser().accept(made).status_code == 404


def test_inviting_again_withdraws_the_invitation_before(
    installed: Installed, pharmacy: Pharmacy
) -> None:
    email = f"{uuid4().hex}@pharmacie.example"
    first, second = (invited(installed, pharmacy, email=email) for _ in range(2))
    assert Browser().accept(first).status_code == 404
    assert Browser().accept(second).status_code == 302


@pytest.mark.parametrize("token", ["0" * 32, "F" * 32, "é", "x" * 400])
def test_an_unknown_address_asks_for_a_code_and_is_not_found(
    installed: Installed, token: str
) -> None:
    assert Browser().get(f"/counter/invitation/{token}").status_code == 200
    answer = Browser().post(f"/counter/invitation/{token}", {"code": "7K4M2XQP"})
    assert answer.status_code == 404


def test_a_device_that_did_not_verify_its_user_is_refused(
    installed: Installed, pharmacy: Pharmacy
) -> None:
    browser = Browser(Authenticator(verifies_user=False))
    assert browser.accept(invited(installed, pharmacy)).status_code == 403
    assert not signed_in(browser)


@pytest.mark.parametrize(
    "device",
    [
        Authenticator(origin="http://localhost.example:8000"),
        Authenticator(origin="https://evil.example"),
        Authenticator(rp_id="evil.example"),
    ],
)
def test_a_passkey_made_for_another_site_is_refused(
    installed: Installed, pharmacy: Pharmacy, device: Authenticator
) -> None:
    assert Browser(device).accept(invited(installed, pharmacy)).status_code == 403


def test_who_works_elsewhere_joins_with_the_passkey_that_they_have(
    installed: Installed, pharmacy: Pharmacy, stranger: Api
) -> None:
    email = f"{uuid4().hex}@pharmacie.example"
    browser = hired(installed, stranger.pharmacy, email=email)
    answer = browser.accept(invited(installed, pharmacy, email=email))
    assert answer.status_code == 302
    page = browser.get("/counter/performer").content.decode()
    assert "Qui répond des résultats" in page


def test_an_invitation_from_one_pharmacy_gives_no_key_to_another(
    installed: Installed, pharmacy: Pharmacy, stranger: Api, superuser: Rows
) -> None:
    email = f"{uuid4().hex}@pharmacie.example"
    victim = hired(installed, stranger.pharmacy, email=email)
    impostor = Browser()
    made = invited(installed, pharmacy, email=email)
    path = urlsplit(made.url).path
    page = impostor.post(path, {"code": made.code}).content.decode()
    # The page asks for the key that is there; a made one is no answer to that.
    assert "excludeCredentials" not in page
    assert impostor.post(path, impostor.answer_page(page)).status_code == 403
    keys = superuser.execute(
        "SELECT count(*) FROM passkey WHERE person = %s", [victim.person]
    ).fetchone()
    assert keys == (1,)


def test_what_no_authenticator_says_is_refused(installed: Installed, pharmacy: Pharmacy) -> None:
    made, browser = invited(installed, pharmacy), Browser()
    path = urlsplit(made.url).path
    fields = browser.answer_page(browser.post(path, {"code": made.code}).content.decode())
    long = json.dumps({"a": "x" * 30_000})
    for credential in ["", "{", "[]", "null", "{}", '{"id": 1}', long, "[" * 5000]:
        answer = browser.post(path, fields | {"credential": credential})
        assert answer.status_code == 403, credential[:10]
    assert browser.post(path, fields | {"ticket": fields["ticket"][:-3]}).status_code == 403
    assert browser.post(path, fields).status_code == 302


def test_the_database_holds_neither_token_nor_code(
    installed: Installed, pharmacy: Pharmacy, superuser: Rows
) -> None:
    made = invited(installed, pharmacy)
    row = superuser.execute(
        "SELECT * FROM invitation WHERE tenant = %s", [pharmacy.tenant]
    ).fetchone()
    token = urlsplit(made.url).path.rsplit("/", 1)[1]
    assert token not in str(row)
    assert bytes.fromhex(token) not in [value for value in row or () if isinstance(value, bytes)]
    assert made.code not in str(row)
