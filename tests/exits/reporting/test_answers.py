"""What each behaviour of a national system does to the transmissions that wait for it."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence

import pytest
from tests.cast import Api, patient, screening
from tests.exits.reporting.conftest import Line, documents, opened

from ecouvillon.errors import Unavailable
from ecouvillon.exits.reporting import drain as draining
from ecouvillon.exits.reporting.acknowledgement import Acknowledged, Unconfirmed, Verdict
from ecouvillon.exits.reporting.drain import Drained
from ecouvillon.exits.reporting.models import Destination
from ecouvillon.exits.reporting.queue import Claimed
from ecouvillon.trust.keys.client import KeyClient
from ecouvillon.trust.ledger.actor import Actor

Judged = Sequence[tuple[Claimed, Verdict]]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is waited for less long than in earnest."""
    monkeypatch.setattr(draining, "ANSWER_SECONDS", 1.5)


def record(api: Api, number: int) -> list[str]:
    """Hands in so many screenings; their ids."""
    return [api.submit(screening()).json()["id"] for _ in range(number)]


def same_message_ever(national: Line) -> bool:
    """Whether each message came with the same bytes whenever it came."""
    assert national.system is not None
    by_id: dict[str | None, set[str]] = {}
    for received in national.system.received:
        by_id.setdefault(received.control_id, set()).add(received.raw)
    return all(len(bytes_) == 1 for bytes_ in by_id.values())


def held(national: Line) -> set[str]:
    """The screenings that the national system has a result of."""
    assert national.system is not None
    return set(national.system.results())


def test_an_acknowledged_message_is_not_sent_again(api: Api, line: Callable[..., Line]) -> None:
    national = line()
    record(api, 3)
    assert national.drain() is Drained.ANSWERED
    national.later()

    assert national.drain() is Drained.NOTHING_DUE
    assert national.states() == ["acknowledged"] * 3
    assert len(national.raw) == 3


def test_a_wrong_content_is_rejected_and_its_reason_sealed(
    api: Api, line: Callable[..., Line], caplog: pytest.LogCaptureFixture
) -> None:
    national = line("ae=1")
    with caplog.at_level(logging.DEBUG):
        api.submit(screening(sharing_consent=True))
        national.drain()

    assert national.states() == ["rejected"]
    (id_,) = national.rows("id")
    reason = opened(api, national, id_, "reason")
    assert reason["location"] == "PID^1^7"
    assert reason["to_mend"] == "birth_date"
    assert "Refused on demand" in reason["text"]
    # The other side's words may quote the patient: nowhere in clear.
    everything = national.sql("SELECT t::text FROM transmission t") + national.sql(
        "SELECT row_to_json(e)::text FROM ledger_entry e"
    )
    assert not any("Refused on demand" in row for (row,) in everything)
    assert "Refused on demand" not in caplog.text


def test_a_rejected_message_is_not_sent_again(api: Api, line: Callable[..., Line]) -> None:
    national = line("ae=1")
    record(api, 1)
    national.drain()
    national.later()

    assert national.drain() is Drained.NOTHING_DUE
    assert len(national.raw) == 1


def test_a_refusal_of_all_pauses_the_destination_and_leaves_the_message_in_doubt(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line("ar=1")
    record(api, 1)
    national.drain()

    assert national.states() == ["sent"]
    assert national.destination.paused_because == "refused"
    entries = national.sql(
        "SELECT action, actor_kind FROM ledger_entry WHERE record = %s ORDER BY at",
        national.destination.id,
    )
    assert entries == [("destination added", "operator"), ("destination paused", "job")]


def test_after_a_refusal_nothing_goes_until_the_operator_resumes_then_the_same_bytes(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line("ar=1")
    ids = record(api, 40)
    national.drain()
    national.later()
    sent_before = len(national.raw)
    assert national.drain() is Drained.NOTHING_DUE
    assert len(national.raw) == sent_before

    national.resume()
    national.drain()
    assert national.states() == ["acknowledged"] * 40
    assert held(national) == set(ids)
    assert same_message_ever(national)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["none", "lost", "wrong", "drop", "duplicate", "slow"])
def test_whatever_goes_wrong_each_result_has_one_effect_by_the_same_bytes(
    api: Api, line: Callable[..., Line], fault: str
) -> None:
    national = line(f"{fault}=2" if fault != "slow" else "slow=2:0.4")
    ids = record(api, 5)
    for _ in range(4):
        national.drain()
        national.later()

    assert national.states() == ["acknowledged"] * 5
    assert held(national) == set(ids)
    assert same_message_ever(national)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fault", ["none", "lost", "wrong", "drop"])
def test_without_an_answer_of_its_own_a_message_is_never_taken_for_acknowledged(
    api: Api, line: Callable[..., Line], fault: str
) -> None:
    national = line(f"{fault}=1")
    record(api, 1)
    national.drain()

    assert national.states() == ["sent"]
    assert national.rows("settled_at") == [None]
    assert national.rows("next_at > now()") == [True]


@pytest.mark.usefixtures("impatient")
def test_a_message_that_is_never_answered_holds_up_no_other(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line("lost=1")
    record(api, 4)
    assert national.drain() is Drained.ANSWERED

    assert sorted(national.states()) == ["acknowledged"] * 3 + ["sent"]


def test_a_transmission_that_cant_be_composed_holds_up_no_other(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line()
    broken, *fine = record(api, 4)
    national.sql(
        "UPDATE vault_document SET body = body || '\\x00' WHERE record = %s RETURNING 1", broken
    )
    national.drain()

    assert held(national) == set(fine)
    assert sorted(national.states()) == ["acknowledged"] * 3 + ["pending"]


def test_a_destination_that_cant_be_reached_costs_no_claim_and_no_opening(
    api: Api, line: Callable[..., Line]
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"mllp://127.0.0.1:{nobody.getsockname()[1]}"
    national = line(url=url)
    record(api, 2)
    assert national.drain() is Drained.SILENT

    assert national.states() == ["pending", "pending"]
    assert national.rows("attempts") == [0, 0]
    assert national.rows("leased_until") == [None, None]
    opened_ones = national.sql(
        "SELECT count(*) FROM ledger_entry WHERE tenant = %s AND purpose = 'forward'", api.tenant
    )
    assert opened_ones == [(0,)]


def test_what_never_left_a_silent_destination_is_pending_and_only_the_rest_in_doubt(
    api: Api, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        national = line(url=f"mllp://127.0.0.1:{mute.getsockname()[1]}")
        record(api, 36)
        assert national.drain() is Drained.SILENT

    states = national.states()
    assert (states.count("sent"), states.count("pending")) == (32, 4)
    assert national.rows("leased_until") == [None] * 36
    assert all(national.rows("next_at > now()"))


def test_a_cut_destination_gets_everything_once_it_is_back(
    api: Api, line: Callable[..., Line]
) -> None:
    national = line()
    assert national.system is not None
    ids = record(api, 5)
    national.system.cut()
    assert national.drain() is Drained.SILENT
    national.system.restore()
    national.later()
    national.drain()

    assert national.states() == ["acknowledged"] * 5
    assert held(national) == set(ids)
    assert same_message_ever(national)


def test_nothing_is_open_in_the_database_while_an_answer_is_waited_for(
    api: Api, line: Callable[..., Line]
) -> None:
    seen: list[object] = []

    def look(_received: object) -> None:
        seen.append(
            national.sql(
                "SELECT count(*) FILTER (WHERE xact_start IS NOT NULL), count(*)"
                " FROM pg_stat_activity"
                " WHERE datname = %s AND usename = 'ecouvillon_worker'",
                national.installed.database,
            )[0]
        )

    national = line(on_message=look)
    record(api, 1)
    national.drain()

    assert seen == [(0, 1)]


def test_a_mended_patient_changes_no_byte_of_a_message_that_may_have_left(
    api: Api, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "ANSWER_SECONDS", 0.3)
    national = line("none=1")
    api.submit(screening(patient=patient(birth_name="AVANT"), sharing_consent=True))
    national.drain()
    # The pharmacy has another name since; what was sealed at the first attempt has the old one.
    national.sql("UPDATE pharmacy SET name = 'Autre' WHERE tenant = %s RETURNING 1", api.tenant)
    national.later()
    monkeypatch.setattr(draining, "ANSWER_SECONDS", 5.0)
    national.drain()

    first, second = national.raw
    assert first == second
    assert national.states() == ["acknowledged"]


def test_the_waiting_time_grows_with_each_failure_and_is_never_quite_the_same(
    api: Api, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "ANSWER_SECONDS", 0.1)
    national = line("lost=100")
    record(api, 1)
    waits = []
    for _ in range(4):
        national.drain()
        (wait,) = national.rows("extract(epoch FROM next_at - now())::float")
        waits.append(wait)
        national.later()

    # 0.5 to 1 of 1, 2, 4, 8 seconds, less what a slow machine took to look.
    for number, wait in enumerate(waits):
        assert wait <= 2**number
    assert waits[3] > 2
    assert documents(national, national.rows("id")[0], "message") != []


@pytest.mark.usefixtures("impatient")
def test_an_acknowledgement_is_written_while_another_answer_is_still_waited_for(
    api: Api, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[set[type]] = []
    settle = draining.settle

    def note(actor: Actor, destination: Destination, judged: Judged) -> None:
        written.append({type(verdict) for _, verdict in judged})
        settle(actor, destination, judged)

    monkeypatch.setattr(draining, "settle", note)
    national = line("lost=1")
    record(api, 3)
    national.drain()

    acknowledged = next(n for n, kinds in enumerate(written) if Acknowledged in kinds)
    given_up = next(n for n, kinds in enumerate(written) if Unconfirmed in kinds)
    assert acknowledged < given_up


def test_an_acknowledgement_outlives_a_database_that_is_away_when_it_comes(
    api: Api, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, away = draining.settle, iter([True, True])

    def first_fails(actor: Actor, destination: Destination, judged: Judged) -> None:
        if next(away, False):
            raise Unavailable
        settle(actor, destination, judged)

    monkeypatch.setattr(draining, "settle", first_fails)
    monkeypatch.setattr(draining.time, "sleep", lambda _: None)
    national = line()
    record(api, 2)
    national.drain()

    assert national.states() == ["acknowledged"] * 2
    assert len(national.raw) == 2


def test_without_the_key_service_nothing_leaves_and_everything_stays_due(
    api: Api, line: Callable[..., Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    national = line()
    record(api, 2)

    def silent(*_: object) -> list[bytes]:
        raise Unavailable

    with monkeypatch.context() as stopped:
        stopped.setattr(KeyClient, "unwrap", silent)
        with pytest.raises(Unavailable):
            national.drain()
    assert national.raw == []
    assert national.states() == ["pending"] * 2
    assert national.rows("leased_until") == [None, None]

    national.drain()
    assert national.states() == ["acknowledged"] * 2
