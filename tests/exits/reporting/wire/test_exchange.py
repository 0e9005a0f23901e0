"""One verdict for each message, whatever the other side does; over real sockets on loopback."""

from __future__ import annotations

import time

import pytest
from tests.exits.reporting.wire.conftest import (
    Behaviour,
    Peer,
    answer,
    connected,
    framed,
    message,
)

from ecouvillon.exits.reporting.acknowledgement import (
    Acknowledged,
    Doubt,
    Refused,
    Rejected,
    Unconfirmed,
    Verdict,
)
from ecouvillon.exits.reporting.exchange import WINDOW, exchange

# Long enough for a loaded machine to answer in, where an answer is expected.
PATIENT = 10.0
# What is waited for in vain is waited for this long.
SHORT = 0.5


def messages(*control_ids: str) -> dict[str, bytes]:
    return {control_id: message(control_id) for control_id in control_ids}


def many(count: int) -> dict[str, bytes]:
    return messages(*(f"M{number:04}" for number in range(count)))


def outcome(behaviour: Behaviour, sent: dict[str, bytes], seconds: float) -> dict[str, Verdict]:
    """The verdicts; fails when a message has none, or two."""
    with connected(behaviour) as connection:
        pairs = list(exchange(connection, sent, seconds))
    assert sorted(control_id for control_id, _ in pairs) == sorted(sent)
    return dict(pairs)


def in_doubt(reason: Doubt) -> Unconfirmed:
    return Unconfirmed(reason)


def test_every_message_that_is_answered_is_acknowledged() -> None:
    def healthy(peer: Peer) -> None:
        while control_id := peer.receive():
            peer.send(answer(control_id))

    sent = many(3 * WINDOW + 5)
    assert outcome(healthy, sent, PATIENT) == dict.fromkeys(sent, Acknowledged())


def test_no_message_is_no_verdict() -> None:
    assert outcome(Peer.until_we_hang_up, {}, PATIENT) == {}


def test_no_more_than_a_window_is_on_its_way_at_once() -> None:
    def late(peer: Peer) -> None:
        first = [peer.receive() for _ in range(WINDOW)]
        peer.connection.settimeout(0.1)
        with pytest.raises(TimeoutError):
            peer.receive()
        peer.connection.settimeout(10)
        peer.send(*map(answer, first))
        peer.send(answer(peer.receive()))

    sent = many(WINDOW + 1)
    assert set(outcome(late, sent, PATIENT).values()) == {Acknowledged()}


def test_answers_count_for_the_message_that_they_name_in_any_order() -> None:
    def backwards(peer: Peer) -> None:
        received = [peer.receive() for _ in range(3)]
        codes = {"A": "AA", "B": "AE", "C": "AR"}
        peer.send(*(answer(c, codes[c]) for c in reversed(received)))

    assert outcome(backwards, messages("A", "B", "C"), PATIENT) == {
        "A": Acknowledged(),
        "B": Rejected("", "", ""),
        "C": Refused("", ""),
    }


def test_an_answer_in_pieces_is_put_together() -> None:
    def slow(peer: Peer) -> None:
        for byte in framed(answer(peer.receive())):
            peer.connection.sendall(bytes([byte]))

    assert outcome(slow, messages("A"), PATIENT) == {"A": Acknowledged()}


def test_an_acknowledgement_of_another_message_is_not_a_delivery() -> None:
    def wrong(peer: Peer) -> None:
        peer.receive()
        peer.send(answer("X"))
        peer.until_we_hang_up()

    assert outcome(wrong, messages("A"), SHORT) == {"A": in_doubt(Doubt.OTHER_MESSAGE)}


def test_a_duplicate_answer_is_not_taken_for_the_next_messages() -> None:
    def twice(peer: Peer) -> None:
        first, second = peer.receive(), peer.receive()
        peer.send(answer(first), answer(first))
        peer.send(answer(second, "AE"), answer(second, "AE"))
        peer.until_we_hang_up()

    sent = messages("A", "B", "C")
    assert outcome(twice, sent, SHORT) == {
        "A": Acknowledged(),
        "B": Rejected("", "", ""),
        "C": in_doubt(Doubt.NO_ANSWER),
    }


def test_garbage_in_a_frame_is_not_a_delivery_and_holds_up_no_other() -> None:
    def babble(peer: Peer) -> None:
        first, second = peer.receive(), peer.receive()
        assert first == "A"
        peer.send(b"what?", answer(second))
        peer.until_we_hang_up()

    assert outcome(babble, messages("A", "B"), SHORT) == {
        "A": in_doubt(Doubt.UNREADABLE),
        "B": Acknowledged(),
    }


def test_a_message_that_is_never_answered_holds_up_no_other() -> None:
    def one_lost(peer: Peer) -> None:
        while control_id := peer.receive():
            if control_id != "M0003":
                peer.send(answer(control_id))

    sent = many(2 * WINDOW)
    verdicts = outcome(one_lost, sent, 1.5)
    assert verdicts.pop("M0003") == in_doubt(Doubt.NO_ANSWER)
    assert set(verdicts.values()) == {Acknowledged()}


def test_a_silent_destination_is_left_and_the_rest_is_not_sent() -> None:
    received: list[str] = []

    def silent(peer: Peer) -> None:
        while control_id := peer.receive():
            received.append(control_id)

    sent = many(WINDOW + 3)
    verdicts = outcome(silent, sent, SHORT)
    assert [c for c, v in verdicts.items() if v == in_doubt(Doubt.NO_ANSWER)] == received
    assert len(received) == WINDOW
    assert list(verdicts.values())[WINDOW:] == [in_doubt(Doubt.NOT_SENT)] * 3


def test_a_connection_that_dies_leaves_in_doubt_what_was_sent_and_only_that() -> None:
    def drop(peer: Peer) -> None:
        for _ in range(WINDOW):
            peer.receive()
        peer.send(answer("M0000"))

    sent = many(WINDOW + 5)
    verdicts = list(outcome(drop, sent, PATIENT).values())
    assert verdicts[0] == Acknowledged()
    assert verdicts.count(in_doubt(Doubt.CONNECTION_LOST)) >= WINDOW - 1
    assert set(verdicts[1:]) <= {in_doubt(Doubt.CONNECTION_LOST), in_doubt(Doubt.NOT_SENT)}
    assert in_doubt(Doubt.NOT_SENT) in verdicts


def test_an_answer_cut_in_the_middle_proves_nothing() -> None:
    def half(peer: Peer) -> None:
        frame = framed(answer(peer.receive()))
        peer.connection.sendall(frame[:-1])

    assert outcome(half, messages("A"), PATIENT) == {"A": in_doubt(Doubt.CONNECTION_LOST)}


@pytest.mark.parametrize("noise", [b"HTTP/1.1 400\r\n\r\n", b"\x0b" + framed(b"MSH|")])
def test_what_is_no_frame_ends_the_connection_after_the_answers_before_it(noise: bytes) -> None:
    def unframed(peer: Peer) -> None:
        first, _ = peer.receive(), peer.receive()
        peer.connection.sendall(framed(answer(first)) + noise)
        peer.until_we_hang_up()

    assert outcome(unframed, messages("A", "B"), PATIENT) == {
        "A": Acknowledged(),
        "B": in_doubt(Doubt.CONNECTION_LOST),
    }


def test_an_endless_answer_ends_the_connection() -> None:
    def endless(peer: Peer) -> None:
        peer.receive()
        peer.connection.sendall(b"\x0b")
        while True:
            peer.connection.sendall(b"x" * 65536)

    assert outcome(endless, messages("A"), PATIENT) == {"A": in_doubt(Doubt.CONNECTION_LOST)}


def test_received_is_not_accepted_until_the_answer_that_counts() -> None:
    def enhanced(peer: Peer) -> None:
        for code in ("AA", "AE", None):
            control_id = peer.receive()
            peer.send(answer(control_id, "CA"))
            if code is not None:
                peer.send(answer(control_id, code))
        peer.until_we_hang_up()

    assert outcome(enhanced, messages("A", "B", "C"), SHORT) == {
        "A": Acknowledged(),
        "B": Rejected("", "", ""),
        "C": in_doubt(Doubt.ONLY_RECEIVED),
    }


def test_after_a_refusal_of_the_channel_nothing_more_is_sent() -> None:
    received: list[str] = []

    def refusing(peer: Peer) -> None:
        for _ in range(WINDOW):
            received.append(peer.receive())
        peer.send(*(answer(control_id, "AR") for control_id in received))
        received.append(peer.receive())

    sent = many(WINDOW + 4)
    verdicts = list(outcome(refusing, sent, PATIENT).values())
    assert verdicts == [Refused("", "")] * WINDOW + [in_doubt(Doubt.NOT_SENT)] * 4
    assert received[WINDOW:] == [""]


def test_a_late_answer_is_not_taken_for_a_later_message_on_the_same_connection() -> None:
    def late(peer: Peer) -> None:
        first, second = peer.receive(), peer.receive()
        peer.send(answer(second))
        third = peer.receive()
        peer.send(answer(first, "AE"), answer(third))
        peer.until_we_hang_up()

    with connected(late) as connection:
        first = dict(exchange(connection, messages("A", "B"), SHORT))
        second = dict(exchange(connection, messages("C"), PATIENT))
    assert first == {"A": in_doubt(Doubt.NO_ANSWER), "B": Acknowledged()}
    assert second == {"C": Acknowledged()}


def test_a_late_answer_to_a_message_that_is_sent_again_counts() -> None:
    def late(peer: Peer) -> None:
        first, second = peer.receive(), peer.receive()
        peer.send(answer(second))
        assert peer.receive() == first
        peer.send(answer(first), answer(first))
        peer.until_we_hang_up()

    with connected(late) as connection:
        assert dict(exchange(connection, messages("A", "B"), SHORT))["A"] != Acknowledged()
        assert dict(exchange(connection, messages("A"), PATIENT)) == {"A": Acknowledged()}


def test_what_arrives_while_the_caller_is_busy_still_counts() -> None:
    def prompt(peer: Peer) -> None:
        while control_id := peer.receive():
            peer.send(answer(control_id))

    sent = many(3 * WINDOW)
    verdicts: list[Verdict] = []
    with connected(prompt) as connection:
        for _, verdict in exchange(connection, sent, 1.0):
            if not verdicts:
                time.sleep(1.2)
            verdicts.append(verdict)
    assert verdicts == [Acknowledged()] * len(sent)


def test_on_a_closed_connection_nothing_is_sent() -> None:
    with connected(Peer.until_we_hang_up) as connection:
        connection.close()
        verdicts = dict(exchange(connection, messages("A", "B"), PATIENT))
    assert verdicts == dict.fromkeys(("A", "B"), in_doubt(Doubt.NOT_SENT))
