from __future__ import annotations

from tests.cast import Api, screening


def test_a_screening_with_its_result_is_answered_with_what_opens_it(api: Api) -> None:
    answer = api.submit(screening())
    assert answer.status_code == 201, answer.content
