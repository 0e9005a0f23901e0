"""The national system on the wire: order, idempotence, faults, being cut off."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.nationalsim.messages import (
    CORRECTED,
    DELETED,
    Client,
    connected,
    encoded,
    replaced,
    report,
)

from ecouvillon.nationalsim.reception import Received
from ecouvillon.nationalsim.system import NationalSystem, NotLoopback


def test_pipelined_messages_are_answered_in_their_order(
    system: NationalSystem, client: Client
) -> None:
    ids = [f"M{number}" for number in range(12)]
    client.send(*[report(i, order=f"O{i}") for i in ids])
    answers = [client.answer() for _ in ids]
    assert [(a.code, a.of) for a in answers if a] == [("AA", i) for i in ids]
    assert [r.control_id for r in system.received] == ids
    assert len(system.results()) == 12


def test_many_connections_are_served_at_once(system: NationalSystem) -> None:
    def one(number: int) -> str:
        with connected(system.port) as client:
            return client.ask(report(f"M{number}", order=f"O{number}")).code

    with ThreadPoolExecutor(8) as senders:
        assert list(senders.map(one, range(24))) == ["AA"] * 24
    assert len(system.results()) == 24


def test_a_frame_that_comes_byte_by_byte_is_one_message(client: Client) -> None:
    for byte in b"\x0b" + encoded(report()) + b"\x1c\r":
        client.connection.sendall(bytes([byte]))
    answer = client.answer()
    assert answer is not None
    assert answer.code == "AA"


@pytest.mark.parametrize(
    "sent", [b"GET / HTTP/1.1\r\n\r\n", b"\x0b" + b"x" * 1_100_000, b"\x0bhello\x1c\r"]
)
def test_a_stranger_to_mllp_and_hl7_is_hung_up_on_and_others_are_served(
    system: NationalSystem, sent: bytes
) -> None:
    with connected(system.port) as stranger, connected(system.port) as client:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            stranger.connection.sendall(sent)
        assert stranger.answer() is None
        assert client.ask(report()).code == "AA"


def test_the_same_message_again_is_acknowledged_and_has_one_effect(
    system: NationalSystem, client: Client
) -> None:
    assert [client.ask(report("SAME")).code for _ in range(3)] == ["AA", "AA", "AA"]
    assert (system.duplicates, len(system.results())) == (2, 1)
    assert len(system.received) == 3


def test_a_control_id_used_for_another_message_is_refused(
    system: NationalSystem, client: Client
) -> None:
    client.ask(report("SAME"))
    other = report("SAME", value="260373001^Detected^SCT", flag="POS")
    answer = client.ask(other)
    assert (answer.code, answer.errors) == ("AE", [("MSH^1^10", "205")])
    assert system.results()["ORDER1"].observations == {"94558-4": "260415000"}


def test_a_second_new_result_for_one_order_is_refused(client: Client) -> None:
    client.ask(report("FIRST"))
    answer = client.ask(report("SECOND"))
    assert (answer.code, answer.errors) == ("AE", [("ORC^1^3", "205")])


def test_a_correction_replaces_what_is_held(system: NationalSystem, client: Client) -> None:
    client.ask(report("FIRST"))
    positive = {"value": "260373001^Detected^SCT", "flag": "POS"}
    assert client.ask(report("SECOND", story=CORRECTED, **positive)).code == "AA"
    held = system.results()["ORDER1"]
    assert (held.status, held.control_id) == ("C", "SECOND")
    assert held.observations == {"94558-4": "260373001"}


def test_a_deletion_empties_what_is_held_and_a_correction_brings_it_back(
    system: NationalSystem, client: Client
) -> None:
    client.ask(report("FIRST"))
    assert client.ask(report("SECOND", story=DELETED)).code == "AA"
    assert system.results() == {}
    assert client.ask(report("THIRD", story=CORRECTED)).code == "AA"
    assert list(system.results()) == ["ORDER1"]


@pytest.mark.parametrize("story", [CORRECTED, DELETED, ("CA", "X", "X")])
def test_what_is_not_known_cannot_be_corrected_or_deleted(
    system: NationalSystem, client: Client, story: tuple[str, str, str]
) -> None:
    answer = client.ask(report(story=story))
    assert (answer.code, answer.errors) == ("AE", [("ORC^1^3", "204")])
    assert system.results() == {}


def test_a_message_of_which_one_order_is_wrong_has_no_effect(
    system: NationalSystem, client: Client
) -> None:
    both = report("FIRST", order="NEW") + report("x", order="UNKNOWN", story=CORRECTED)[3:]
    answer = client.ask(both)
    assert (answer.code, answer.errors) == ("AE", [("ORC^2^3", "204")])
    assert system.results() == {}


def test_a_refused_message_can_come_again_mended_under_its_control_id(client: Client) -> None:
    assert client.ask(replaced(report(), "|19840229|", "||")).code == "AE"
    assert client.ask(report()).code == "AA"


@pytest.mark.parametrize(("fault", "code"), [("ae", "AE"), ("ar", "AR")])
def test_a_false_refusal_takes_nothing_in_and_is_over_after_its_count(
    system: NationalSystem, client: Client, fault: str, code: str
) -> None:
    system.faults.set(f"{fault}=2")
    assert [client.ask(report()).code for _ in range(2)] == [code, code]
    assert system.results() == {}
    assert client.ask(report()).code == "AA"
    assert system.duplicates == 0


@pytest.mark.parametrize(("fault", "held"), [("none", 1), ("lost", 0)])
def test_silence_leaves_the_connection_open_and_the_next_message_is_answered(
    system: NationalSystem, client: Client, fault: str, held: int
) -> None:
    system.faults.set(f"{fault}=1")
    client.send(report("FIRST"))
    assert not client.has_something_to_read(within=0.3)
    assert len(system.results()) == held
    assert client.ask(report("FIRST")).of == "FIRST"
    assert system.duplicates == held
    assert [r.ack for r in system.received] == [None, "AA"]


def test_a_wrong_acknowledgement_names_another_message(
    system: NationalSystem, client: Client
) -> None:
    system.faults.set("wrong=1")
    answer = client.ask(report("MINE"))
    assert answer.code == "AA"
    assert answer.of not in ("MINE", "")
    assert list(system.results()) == ["ORDER1"]


def test_a_dropped_connection_keeps_what_was_sent(system: NationalSystem, client: Client) -> None:
    system.faults.set("drop=1")
    client.send(report())
    assert client.answer() is None
    assert list(system.results()) == ["ORDER1"]
    with connected(system.port) as again:
        assert again.ask(report()).code == "AA"
    assert system.duplicates == 1


def test_a_slow_answer_comes_later_and_holds_up_no_other_connection(
    system: NationalSystem, client: Client
) -> None:
    system.faults.set("slow=1:1.5")
    client.send(report("SLOW"))
    with connected(system.port) as other:
        while not system.received:
            time.sleep(0.01)
        assert other.ask(report("QUICK", order="ORDER2")).code == "AA"
        assert not client.has_something_to_read()
    answer = client.answer()
    assert answer is not None
    assert answer.of == "SLOW"


def test_a_double_acknowledgement_comes_twice(system: NationalSystem, client: Client) -> None:
    system.faults.set("duplicate=1")
    client.send(report("FIRST"), report("SECOND", order="ORDER2"))
    answers = [client.answer() for _ in range(3)]
    assert [a.of for a in answers if a] == ["FIRST", "FIRST", "SECOND"]
    assert answers[0] is not None
    assert answers[1] is not None
    assert answers[0].raw == answers[1].raw


def test_faults_come_in_the_order_given() -> None:
    with NationalSystem(faults="ar=1,ae=2,none=1") as system, connected(system.port) as client:
        client.send(*[report(f"M{n}", order=f"O{n}") for n in range(5)])
        answers = [client.answer() for _ in range(4)]
        assert [(a.code, a.of) for a in answers if a] == [
            ("AR", "M0"),
            ("AE", "M1"),
            ("AE", "M2"),
            ("AA", "M4"),
        ]
        assert [r.ack for r in system.received] == ["AR", "AE", "AE", None, "AA"]


def test_a_wrong_message_stays_out_whatever_fault_spoils_its_answer(
    system: NationalSystem, client: Client
) -> None:
    system.faults.set("duplicate=1,drop=1")
    wrong = replaced(report(), "|19840229|", "||")
    assert client.ask(wrong).code == "AE"
    client.send(wrong)
    assert client.answer() is not None  # the second half of `duplicate`
    assert client.answer() is None
    assert system.results() == {}


def test_a_cut_system_hangs_up_takes_nobody_and_comes_back_on_its_port(
    system: NationalSystem, client: Client
) -> None:
    client.ask(report("BEFORE"))
    system.cut()
    assert client.answer() is None
    with connected(system.port) as refused:
        assert refused.answer() is None
    assert system.is_cut
    system.restore()
    with connected(system.port) as again:
        assert again.ask(report("AFTER", order="ORDER2")).code == "AA"
    assert list(system.results()) == ["ORDER1", "ORDER2"]


def test_a_message_is_told_before_it_is_answered() -> None:
    told: list[Received] = []
    with NationalSystem(on_message=told.append) as system, connected(system.port) as client:
        client.ask(report("FIRST"))
        assert [(r.control_id, r.ack) for r in told] == [("FIRST", "AA")]
        assert told[0].raw == encoded(report("FIRST")).decode()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])  # noqa: S104
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(NotLoopback):
        NationalSystem(host=host)


def test_a_taken_port_is_said_and_leaves_nothing_behind(system: NationalSystem) -> None:
    with pytest.raises(OSError, match="address already in use"):
        NationalSystem(port=system.port)
