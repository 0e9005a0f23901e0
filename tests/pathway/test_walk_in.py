from __future__ import annotations

import pytest
from tests.cast import Api, at_once, rows_of
from tests.installation import Installed
from tests.pathway.counter import Counter, asked, counter, rows, state

from ecouvillon.errors import KeyReused
from ecouvillon.pathway.request import Asked


@pytest.fixture
def ours(api: Api) -> Counter:
    return counter(api)


def test_a_walk_in_waits_under_the_next_visit_number(ours: Counter, installed: Installed) -> None:
    first, second = ours.walk_in(), ours.walk_in()

    assert state(installed, first) == "registered"
    query = "SELECT visit FROM screening WHERE id = %s"
    assert rows(installed, query, second)[0][0] == rows(installed, query, first)[0][0] + 1


def test_the_same_form_twice_is_one_visit(ours: Counter, installed: Installed) -> None:
    form = asked()

    assert ours.walk_in(form=form) == ours.walk_in(form=form)
    assert rows_of(installed, ours.tenant)["screening"] == 1


def test_a_double_click_is_one_visit(ours: Counter, installed: Installed) -> None:
    form = asked()

    made = at_once([lambda: ours.walk_in(form=form)] * 2)

    assert len(set(made)) == 1
    assert rows_of(installed, ours.tenant)["screening"] == 1


def test_a_form_that_was_sent_with_other_content_is_refused(ours: Counter) -> None:
    form = asked("one")
    ours.walk_in(form=form)

    with pytest.raises(KeyReused):
        ours.walk_in(form=Asked(form.key, b"other"))
