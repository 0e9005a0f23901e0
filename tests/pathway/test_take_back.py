from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from tests.cast import Api, at_once, screening
from tests.installation import Installed
from tests.pathway.counter import PHARMACIST, Counter, asked, counter, let_pass, rows, state

from ecouvillon.errors import NotFound, WrongState
from ecouvillon.exits.reporting.models import Destination
from ecouvillon.exits.reporting.routing import Route
from ecouvillon.pathway.read import Read, fail_kit, read_cassette
from ecouvillon.pathway.take_back import take_back
from ecouvillon.terminology.result import ResultValue


@pytest.fixture
def ours(api: Api) -> Counter:
    return counter(api)


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except WrongState:
        return "told"
    return "done"


def read_to(ours: Counter, there: Destination) -> UUID:
    """A reading on its way to a destination."""
    visit = ours.started()
    read = Read(visit, 1, (("94558-4", ResultValue.POSITIVE),), None)
    read_cassette(
        ours.actor, read, PHARMACIST, asked(), [Route(there.id, there.name, needs_nir=False)]
    )
    return visit


def test_a_reading_taken_back_is_read_again_and_stays_on_record(
    ours: Counter, installed: Installed
) -> None:
    visit = ours.started()
    ours.read(visit, "positive")

    take_back(ours.actor, visit, asked())
    assert state(installed, visit) == "sampled"
    ours.read(visit, "negative")

    assert state(installed, visit) == "resulted"
    query = "SELECT number FROM version WHERE screening = %s ORDER BY number"
    assert rows(installed, query, visit) == [(1,), (2,)]
    assert len(rows(installed, "SELECT FROM link WHERE screening = %s", visit)) == 1


def test_what_was_to_leave_is_cancelled(
    ours: Counter, installed: Installed, destination: Callable[..., Destination]
) -> None:
    there = destination()
    visit = read_to(ours, there)

    take_back(ours.actor, visit, asked())
    let_pass(installed, visit, 120)

    query = "SELECT state FROM transmission WHERE screening = %s"
    assert rows(installed, query, visit) == [("cancelled",)]


def test_after_the_minute_nothing_is_taken_back(ours: Counter, installed: Installed) -> None:
    visit = ours.started()
    ours.read(visit)
    let_pass(installed, visit, 61)

    with pytest.raises(WrongState):
        take_back(ours.actor, visit, asked())
    assert state(installed, visit) == "resulted"


def test_what_a_worker_has_claimed_is_not_taken_back(
    ours: Counter, installed: Installed, destination: Callable[..., Destination]
) -> None:
    there = destination()
    visit = read_to(ours, there)
    with installed.connection_as(None) as connection:
        connection.execute("UPDATE transmission SET attempts = 1 WHERE screening = %s", [visit])

    with pytest.raises(WrongState):
        take_back(ours.actor, visit, asked())


def test_the_same_form_twice_takes_back_once(ours: Counter, installed: Installed) -> None:
    visit, form = ours.started(), asked()
    ours.read(visit)

    assert at_once([lambda: outcome(lambda: take_back(ours.actor, visit, form))] * 2) == [
        "done",
        "done",
    ]
    assert len(rows(installed, "SELECT FROM take_back WHERE screening = %s", visit)) == 1


def test_of_two_people_who_take_back_the_second_is_told(ours: Counter) -> None:
    visit = ours.started()
    ours.read(visit)

    told = at_once([lambda: outcome(lambda: take_back(ours.actor, visit, asked()))] * 2)

    assert sorted(told) == ["done", "told"]


def test_an_invalid_kit_noted_by_mistake_runs_on(ours: Counter, installed: Installed) -> None:
    visit = ours.started()
    fail_kit(ours.actor, visit, 1, asked())

    take_back(ours.actor, visit, asked())
    ours.read(visit)

    assert state(installed, visit) == "resulted"


def test_a_result_of_the_api_is_not_taken_back(ours: Counter, api: Api) -> None:
    made = api.submit(screening()).json()

    with pytest.raises(WrongState):
        take_back(ours.actor, UUID(made["id"]), asked())


def test_the_reading_of_another_pharmacy_is_not_found(ours: Counter, stranger: Api) -> None:
    theirs = counter(stranger)
    visit = theirs.started()
    theirs.read(visit)

    with pytest.raises(NotFound):
        take_back(ours.actor, visit, asked())
