from __future__ import annotations

import re

import pytest
from django.test import Client, override_settings

OURS = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}


def send(headers: dict[str, str], token: str | None = None) -> int:
    """The status of a change of language, sent with these headers and the page's own token."""
    client = Client(enforce_csrf_checks=True)
    page = client.get("/patient").content.decode()
    (ours,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    form = {"language": "en", "next": "/patient", "csrfmiddlewaretoken": token or ours}
    return client.post("/language", form, headers=headers).status_code


def test_a_form_of_ours_is_accepted_although_its_origin_is_hidden() -> None:
    assert send(OURS) == 302


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_from_elsewhere_that_hides_its_origin_is_refused(site: str) -> None:
    assert send({"Origin": "null", "Sec-Fetch-Site": site}) == 403


def test_a_form_from_elsewhere_that_shows_its_origin_is_refused() -> None:
    assert send({"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "same-origin"}) == 403


def test_the_token_is_needed_even_from_ourselves() -> None:
    assert send(OURS, token="a" * 64) == 403


def test_an_old_browser_is_believed_only_where_the_cookie_cannot_be_planted() -> None:
    assert send({"Origin": "null"}) == 403
    with override_settings(CSRF_COOKIE_NAME="__Host-ecouvillon_csrf"):
        assert send({"Origin": "null"}) == 302
