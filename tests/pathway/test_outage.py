"""An outage is what should have left and was not answered, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from tests.cast import Api, screening
from tests.installation import Installed
from tests.pathway.counter import let_pass

from ecouvillon.exits.reporting.models import Destination
from ecouvillon.pathway.outage import PATIENCE, outage


def _submitted(api: Api) -> UUID:
    answer = api.post("/api/v1/screenings", screening())
    assert answer.status_code == 201, answer.content
    return UUID(answer.json()["id"])


def _set(installed: Installed, query: str, *params: object) -> None:
    with installed.connection_as(None) as superuser:
        superuser.execute(query.encode(), params)


def test_a_result_that_has_just_left_is_no_outage(
    api: Api, destination: Callable[..., Destination]
) -> None:
    destination()
    _submitted(api)
    assert outage(api.tenant) is None


def test_results_that_were_not_answered_in_time_are_counted_since_the_first(
    api: Api, stranger: Api, installed: Installed, destination: Callable[..., Destination]
) -> None:
    destination()
    first, _second = _submitted(api), _submitted(api)
    let_pass(installed, first, PATIENCE + 30)
    found = outage(api.tenant)
    assert found is not None
    assert found.waiting == 2
    with installed.connection_as(None) as superuser:
        query = "SELECT leaves_at FROM version WHERE screening = %s"
        assert [(found.since,)] == superuser.execute(query, [first]).fetchall()
    assert outage(stranger.tenant) is None


def test_a_retry_that_lies_in_the_future_does_not_hide_the_outage(
    api: Api, installed: Installed, destination: Callable[..., Destination]
) -> None:
    destination()
    visit = _submitted(api)
    let_pass(installed, visit, PATIENCE + 30)
    _set(
        installed,
        "UPDATE transmission SET state = 'sent', next_at = now() + interval '1 hour'"
        " WHERE screening = %s",
        visit,
    )
    assert outage(api.tenant) is not None


def test_the_outage_is_over_once_all_are_answered(
    api: Api, installed: Installed, destination: Callable[..., Destination]
) -> None:
    destination()
    visit = _submitted(api)
    let_pass(installed, visit, PATIENCE + 30)
    for state in ("acknowledged", "rejected", "done"):
        _set(installed, "UPDATE transmission SET state = %s WHERE screening = %s", state, visit)
        assert outage(api.tenant) is None


def test_what_the_operator_holds_back_is_no_outage(
    api: Api, installed: Installed, destination: Callable[..., Destination]
) -> None:
    held = destination()
    visit = _submitted(api)
    let_pass(installed, visit, PATIENCE + 30)
    _set(installed, "UPDATE destination SET paused_at = now() WHERE id = %s", held.id)
    assert outage(api.tenant) is None


def test_what_may_still_be_taken_back_is_no_outage(
    api: Api, installed: Installed, destination: Callable[..., Destination]
) -> None:
    destination()
    visit = _submitted(api)
    let_pass(installed, visit, -60)
    _set(
        installed,
        "UPDATE transmission SET next_at = now() + interval '60 s' WHERE screening = %s",
        visit,
    )
    assert outage(api.tenant) is None
