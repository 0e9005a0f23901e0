"""Who may send what, when: claims, leases, pauses, and the order of one screening's versions."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connections
from tests.cast import Api, screening
from tests.exits.reporting.conftest import Line
from tests.installation import acting_as

from ecouvillon.exits.reporting import drain as draining
from ecouvillon.exits.reporting.acknowledgement import Acknowledged, Doubt, Unconfirmed
from ecouvillon.exits.reporting.drain import Drained, drain
from ecouvillon.exits.reporting.queue import LEASE_SECONDS, Claimed, claim, due
from ecouvillon.exits.reporting.settle import put_back, settle
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor


def claimed(national: Line) -> list[Claimed]:
    """What a worker holds after a claim."""
    with acting_as("worker", national.installed):
        return claim(due(national.destination.id, 100))


def leases_end(national: Line) -> None:
    """The worker that holds them is dead, and its time is over."""
    national.sql(
        "UPDATE transmission SET leased_until = now() - interval '1 second'"
        " WHERE leased_until IS NOT NULL AND destination = %s RETURNING 1",
        national.destination.id,
    )


def test_a_paused_destination_gets_nothing_and_loses_nothing(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line()
    api.submit(screening())
    national.pause()
    api.submit(screening())
    assert national.drain() is Drained.NOTHING_DUE
    assert national.raw == []

    national.resume()
    national.drain()
    assert national.states() == ["acknowledged"] * 2


def test_only_what_is_recorded_after_its_activation_goes_to_a_destination(
    api: Api, line: Callable[..., Line]
) -> None:
    api.submit(screening())
    national = line()
    later = api.submit(screening()).json()["id"]
    national.drain()

    assert set(national.system.results()) == {later}  # type: ignore[union-attr]


def test_a_claim_is_held_and_nobody_else_gets_it(api: Api, line: Callable[..., Line]) -> None:
    national = line()
    api.submit(screening())
    (one,) = claimed(national)

    assert one.attempts == 1
    assert claimed(national) == []
    assert national.drain() is Drained.NOTHING_DUE


def test_two_that_saw_the_same_due_transmissions_share_them(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line()
    api.submit(screening())
    with acting_as("worker", national.installed):
        found = due(national.destination.id, 100)
        assert len(claim(found)) == 1
        assert claim(found) == []


def test_two_workers_at_once_send_each_message_once(api: Api, line: Callable[..., Line]) -> None:
    national = line()
    ids = {api.submit(screening()).json()["id"] for _ in range(12)}
    with acting_as("worker", national.installed):
        settings = copy.deepcopy(connections["default"].settings_dict)
        backend = type(connections["default"])
        destination = national.destination
        both = threading.Barrier(2)
        errors: list[BaseException] = []

        def work() -> None:
            connections["default"] = backend(settings, "default")
            try:
                both.wait()
                while drain(destination, 3) is not Drained.NOTHING_DUE:
                    pass
            except BaseException as error:  # noqa: BLE001 - asserted below
                errors.append(error)
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert errors == []
    assert set(national.system.results()) == ids  # type: ignore[union-attr]
    assert len(national.raw) == 12
    assert national.states() == ["acknowledged"] * 12


def test_what_a_dead_worker_held_goes_after_its_lease_with_the_bytes_that_it_sealed(
    api: Api, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    national = line()
    api.submit(screening())

    def killed(*_: object) -> Drained:
        raise KeyboardInterrupt

    sent: dict[UUID, bytes] = {}
    prepare = draining.prepare

    def note(*arguments: object) -> dict[UUID, bytes]:
        sent.update(prepare(*arguments))  # type: ignore[arg-type]
        return sent

    with monkeypatch.context() as dying:
        dying.setattr(draining, "prepare", note)
        dying.setattr(draining, "_send", killed)
        with pytest.raises(KeyboardInterrupt):
            national.drain()
    assert national.drain() is Drained.NOTHING_DUE
    (wait,) = national.rows("extract(epoch FROM leased_until - now())::float")
    assert 0 < wait <= LEASE_SECONDS
    assert national.states() == ["sent"]

    leases_end(national)
    national.drain()
    assert [raw.encode() for raw in national.raw] == list(sent.values())
    assert national.states() == ["acknowledged"]


@pytest.mark.parametrize("late", [Unconfirmed(Doubt.NO_ANSWER), Unconfirmed(Doubt.NOT_SENT)])
def test_a_worker_that_was_away_too_long_overwrites_nothing(
    api: Api, line: Callable[..., Line], late: Unconfirmed
) -> None:
    national = line()
    api.submit(screening())
    (stale,) = claimed(national)
    leases_end(national)
    national.drain()
    before = national.rows("state, attempts, next_at, settled_at")

    actor = Actor("job", national.destination.id, INSTALLATION, uuid4(), "worker")
    with acting_as("worker", national.installed):
        settle(actor, national.destination, [(stale, late)])
        settle(actor, national.destination, [(stale, Acknowledged())])
        put_back([stale])
    assert national.rows("state, attempts, next_at, settled_at") == before
    acknowledged = national.sql(
        "SELECT count(*) FROM ledger_entry WHERE tenant = %s AND action = 'acknowledged'",
        api.tenant,
    )
    assert acknowledged == [(1,)]


def test_what_is_put_back_is_due_at_once(api: Api, line: Callable[..., Line]) -> None:
    national = line()
    api.submit(screening())
    with acting_as("worker", national.installed):
        put_back(claim(due(national.destination.id, 1)))

    assert national.drain() is Drained.ANSWERED
    assert national.states() == ["acknowledged"]


@pytest.mark.parametrize("state", ["pending", "sent"])
def test_a_later_version_waits_for_an_earlier_one_that_is_still_open(
    api: Api, line: Callable[..., Line], state: str
) -> None:
    national, other = line(), line()
    made = api.submit(screening()).json()["id"]
    _corrected(national, made)
    # The first one waits for its next attempt; nothing of this screening may overtake it.
    national.sql(
        "UPDATE transmission SET state = %s, next_at = now() + interval '1 hour'"
        " WHERE destination = %s AND version = 1 RETURNING 1",
        state,
        national.destination.id,
    )
    assert national.drain() is Drained.NOTHING_DUE

    other.drain()
    assert other.states() == ["acknowledged"]


@pytest.mark.parametrize("state", ["acknowledged", "rejected", "cancelled", "done"])
def test_a_later_version_goes_once_the_earlier_one_is_settled(
    api: Api, line: Callable[..., Line], state: str
) -> None:
    national = line()
    made = api.submit(screening()).json()["id"]
    _corrected(national, made)
    national.sql(
        "UPDATE transmission SET state = %s WHERE destination = %s AND version = 1 RETURNING 1",
        state,
        national.destination.id,
    )
    with acting_as("worker", national.installed):
        (found,) = due(national.destination.id, 100)
    ((second,),) = national.sql(
        "SELECT id FROM transmission WHERE destination = %s AND version = 2",
        national.destination.id,
    )
    assert found == (api.tenant, second)


def _corrected(national: Line, made: str) -> None:
    """A second version of this screening, on its way to the destination."""
    national.sql(
        "INSERT INTO transmission"
        " (tenant, id, screening, version, destination, control_id, state, next_at)"
        " SELECT tenant, gen_random_uuid(), screening, 2, destination, 'B', 'pending', now()"
        " FROM transmission WHERE screening = %s AND destination = %s RETURNING 1",
        made,
        national.destination.id,
    )
