"""The connection itself: whom it trusts, and what it refuses to send."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest
from tests.exits.certificates import server_context
from tests.exits.reporting.wire.conftest import Peer, answer, connected, listening, message

from ecouvillon.exits.reporting.acknowledgement import Acknowledged
from ecouvillon.exits.reporting.exchange import exchange
from ecouvillon.exits.reporting.mllp import ConnectionLost, MllpConnection


def healthy(peer: Peer) -> None:
    while control_id := peer.receive():
        peer.send(answer(control_id))


def test_messages_go_through_tls_to_a_destination_that_is_trusted(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    with (
        listening(healthy, server_context(certificate)) as port,
        MllpConnection("127.0.0.1", port, trusting, 5) as connection,
    ):
        sent = {f"M{number}": message(f"M{number}") for number in range(50)}
        assert dict(exchange(connection, sent, 10)) == dict.fromkeys(sent, Acknowledged())


def test_a_destination_with_an_unknown_certificate_gets_nothing(certificate: Path) -> None:
    with (
        listening(healthy, server_context(certificate)) as port,
        pytest.raises(ConnectionLost) as caught,
    ):
        MllpConnection("127.0.0.1", port, ssl.create_default_context(), 5)
    assert caught.value.code == "untrusted"


def test_a_certificate_of_another_host_gets_nothing(certificate: Path) -> None:
    trusting = ssl.create_default_context(cafile=certificate)
    with (
        listening(healthy, server_context(certificate)) as port,
        pytest.raises(ConnectionLost) as caught,
    ):
        MllpConnection("localhost", port, trusting, 5)
    assert caught.value.code == "untrusted"


def test_a_context_that_verifies_nothing_is_refused() -> None:
    careless = ssl.create_default_context()
    careless.check_hostname = False
    with pytest.raises(ValueError, match="verify"):
        MllpConnection("127.0.0.1", 1, careless, 5)


def test_without_tls_only_this_machine_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(socket.socket):
        def getpeername(self) -> tuple[str, int]:
            return ("192.0.2.1", 2575)

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        def elsewhere(*_: object) -> socket.socket:
            plain = Elsewhere(socket.AF_INET, socket.SOCK_STREAM)
            plain.connect(address)
            return plain

        monkeypatch.setattr(socket, "create_connection", elsewhere)
        with pytest.raises(ConnectionLost) as caught:
            MllpConnection("reports.example.org", 2575, None, 5)
    assert caught.value.code == "not_loopback"


def test_a_destination_that_is_down_is_told_as_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ConnectionLost) as caught:
        MllpConnection("127.0.0.1", port, None, 5)
    assert caught.value.code == "unreachable"


@pytest.mark.parametrize("byte", [b"\x0b", b"\x1c"])
def test_a_message_that_could_end_its_own_frame_is_refused(byte: bytes) -> None:
    with connected(Peer.until_we_hang_up) as connection:
        with pytest.raises(ValueError, match="frame"):
            connection.write([b"MSH|" + byte])
        assert not connection.closed
