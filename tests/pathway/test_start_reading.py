from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from tests.cast import Api, at_once
from tests.installation import Installed
from tests.pathway.counter import COMBINED, GTIN, Counter, asked, counter, rows, state

from ecouvillon.errors import Forbidden, Invalid, NotFound, WrongState
from ecouvillon.pathway.start_reading import Sampler, Start, start_reading
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.screening.models import IdentityCheck


@pytest.fixture
def ours(api: Api) -> Counter:
    return counter(api)


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except WrongState:
        return "told"
    return "done"


def test_a_scanned_kit_starts_a_clock_with_what_was_true_of_it(
    ours: Counter, installed: Installed
) -> None:
    screening = ours.started(*COMBINED, window=(600, 900))

    ours.pair(*COMBINED, window=(60, 90))

    query = (
        "SELECT number, lot, reading_from, analytes, sampled_by FROM kit_use WHERE screening = %s"
    )
    assert rows(installed, query, screening) == [(1, "L42", 600, " ".join(COMBINED), ours.person)]
    assert state(installed, screening) == "sampled"


def test_the_ledger_says_on_which_document_the_identity_was_checked(
    ours: Counter, installed: Installed
) -> None:
    screening = ours.started()

    found = rows(installed, "SELECT action FROM ledger_entry WHERE record = %s", screening)
    assert ("identity checked: passport",) in found
    assert ("clock started",) in found


def test_the_same_form_twice_starts_one_clock(ours: Counter, installed: Installed) -> None:
    ours.pair()
    screening, form = ours.walk_in(), asked()

    ours.start(screening, form)
    ours.start(screening, form)

    assert len(rows(installed, "SELECT FROM kit_use WHERE screening = %s", screening)) == 1


def test_of_two_people_who_start_one_visit_the_second_is_told(ours: Counter) -> None:
    ours.pair()
    screening = ours.walk_in()

    told = at_once([lambda: outcome(lambda: ours.start(screening))] * 2)

    assert sorted(told) == ["done", "told"]


def test_a_double_click_starts_one_clock_and_nobody_is_told(ours: Counter) -> None:
    ours.pair()
    screening, form = ours.walk_in(), asked()

    assert at_once([lambda: outcome(lambda: ours.start(screening, form))] * 2) == ["done", "done"]


def test_an_expired_kit_starts_nothing(ours: Counter, installed: Installed) -> None:
    ours.pair()
    screening = ours.walk_in()

    with pytest.raises(Invalid) as refused:
        ours.start(screening, expiry=timezone.localdate() - timedelta(days=1))

    assert refused.value.problems[0].code == "expired"
    assert state(installed, screening) == "registered"


def test_a_kit_may_be_used_on_its_last_day(ours: Counter, installed: Installed) -> None:
    ours.pair()
    screening = ours.walk_in()

    ours.start(screening, expiry=timezone.localdate())

    assert state(installed, screening) == "sampled"


def test_a_kit_that_was_never_paired_starts_nothing(ours: Counter) -> None:
    with pytest.raises(Invalid) as refused:
        ours.start(ours.walk_in())

    assert refused.value.problems[0].code == "unpaired"


def test_a_kit_paired_by_another_pharmacy_is_unknown_here(ours: Counter, stranger: Api) -> None:
    counter(stranger).pair()

    with pytest.raises(Invalid):
        ours.start(ours.walk_in())


def test_the_visit_of_another_pharmacy_is_not_found(ours: Counter, stranger: Api) -> None:
    ours.pair()
    theirs = counter(stranger).walk_in()

    with pytest.raises(NotFound):
        ours.start(theirs)


def test_a_preparer_types_and_the_pharmacist_who_answers_has_sampled(
    ours: Counter, installed: Installed
) -> None:
    ours.pair()
    screening, pharmacist = ours.walk_in(), uuid4()
    expiry = timezone.localdate()
    start = Start(screening, IdentityCheck.NONE, GTIN, "L42", expiry)
    samplers = (Sampler(ours.person, Role.PREPARER), Sampler(pharmacist, Role.PHARMACIST))

    start_reading(ours.actor, start, samplers, asked())

    query = "SELECT sampled_by FROM kit_use WHERE screening = %s"
    assert rows(installed, query, screening) == [(pharmacist,)]


def test_a_preparer_without_a_pharmacist_starts_nothing(ours: Counter) -> None:
    ours.pair()
    start = Start(ours.walk_in(), IdentityCheck.NONE, GTIN, "L42", timezone.localdate())

    with pytest.raises(Forbidden):
        start_reading(ours.actor, start, (Sampler(ours.person, Role.PREPARER),), asked())
