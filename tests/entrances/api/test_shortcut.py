from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import Api, screening

PATHS = ["/api/v1/screenings", "/api/v1/screenings/batch"]


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_of_the_short_way_is_guarded_and_says_its_length(api: Api, path: str) -> None:
    body = [screening()] if path.endswith("batch") else screening()
    answer = api.post(path, body)
    assert answer.status_code in (200, 201)
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_the_short_way_asks_for_a_token(api: Api, path: str) -> None:
    answer = Client().post(
        path, b"{}", content_type="application/json", headers={"Idempotency-Key": uuid4().hex}
    )
    assert answer.status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_the_short_way_answers_no_other_method(api: Api, path: str) -> None:
    assert api.get(path).status_code == 405


def test_each_request_is_answered_in_its_own_language(api: Api) -> None:
    def title(language: str) -> str:
        return str(api.post(PATHS[0], b"{", accept_language=language).json()["errors"][0])

    french = title("fr")
    assert title("en") != french
    assert title("fr") == french
