"""A report as the pathway makes them, and a destination whose behaviour a test writes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone

import pytest

from ecouvillon.exits.reporting.mllp import MllpConnection
from ecouvillon.exits.reporting.report import (
    Address,
    Identified,
    Kit,
    Observation,
    Organisation,
    Performer,
    Report,
    ReportStatus,
)
from ecouvillon.terminology.ins import IdentityStatus
from ecouvillon.terminology.nir import Nir
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.rpps import Rpps
from ecouvillon.terminology.sex import Sex

PARIS = timezone(timedelta(hours=1))


@pytest.fixture
def report() -> Report:
    """An identified report of a combined kit, with every optional thing in it."""
    return Report(
        control_id="ABCDEFGHIJKLMNOPQRST",
        made_at=datetime(2026, 11, 24, 10, 20, 5, tzinfo=PARIS),
        test=False,
        sender=Organisation("750000018", "Pharmacie du Marché"),
        receiver="SIMULATEUR",
        screening="K7Q2M4",
        form=Identified(
            patient="P9X3",
            birth_name="Martin-L’Hôte",
            first_names=("Zoé", "Anne Marie"),
            used_name="O'Neil",
            sex=Sex.FEMALE,
            birth_date=date(1995, 10, 2),
            birth_place="75056",
            address=Address(("1 rue de la Paix", "Bât. A"), "75002", "Paris", "FR"),
            phone="+33612345678",
            email="zoe@example.org",
            nir=Nir.parse("295109912611193"),
            identity_status=IdentityStatus.VALI,
        ),
        performer=Performer(Rpps("10001234565"), "DURAND", "Léa"),
        kit=Kit("1232", "L42", date(2027, 3, 31), "R7"),
        sampled_at=datetime(2026, 11, 24, 10, 5, tzinfo=PARIS),
        read_at=datetime(2026, 11, 24, 10, 20, tzinfo=PARIS),
        observations=(
            Observation("94558-4", ResultValue.NEGATIVE),
            Observation("80382-5", ResultValue.POSITIVE),
            Observation("80383-3", ResultValue.INDETERMINATE),
        ),
        status=ReportStatus.NEW,
    )


def message(control_id: str) -> bytes:
    """The least that a destination needs to answer."""
    return f"MSH|^~\\&|A|B|C|D|20261124||ORU^R01^ORU_R01|{control_id}|T|2.5\r".encode()


def answer(control_id: str, code: str = "AA", *errors: str) -> bytes:
    """An acknowledgement as the French profiles write them."""
    segments = (
        "MSH|^~\\&|C|D|A|B|202611241020||ACK^R01^ACK|016|P|2.5|||||FRA|UNICODE UTF-8",
        f"MSA|{code}|{control_id}",
        *errors,
    )
    return "".join(f"{segment}\r" for segment in segments).encode()


def framed(*contents: bytes) -> bytes:
    """Contents, each in its MLLP frame."""
    return b"".join(b"\x0b" + content + b"\x1c\r" for content in contents)


class Peer:
    """The other end of a connection, as the test's own few lines drive it."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._received = b""

    def receive(self) -> str:
        """The control id of the next message; an empty string when we hung up."""
        while b"\x1c\r" not in self._received:
            chunk = self.connection.recv(65536)
            if not chunk:
                return ""
            self._received += chunk
        frame, _, self._received = self._received.partition(b"\x1c\r")
        assert frame.startswith(b"\x0b")
        return frame.split(b"|")[9].decode()

    def send(self, *contents: bytes) -> None:
        """Answer, in frames."""
        self.connection.sendall(framed(*contents))

    def until_we_hang_up(self) -> None:
        """Stay silent, and take whatever comes."""
        while self.receive():
            pass


Behaviour = Callable[[Peer], None]


@contextlib.contextmanager
def listening(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A destination that takes one connection; the port is free. Its own failures fail the test."""
    failures: list[Exception] = []

    def serve() -> None:
        # A hang-up of ours is what many tests are about.
        with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
            connection, _ = server.accept()
            connection.settimeout(10)
            with connection if tls is None else tls.wrap_socket(connection, True) as channel:
                try:
                    behaviour(Peer(channel))
                except (AssertionError, IndexError) as error:
                    failures.append(error)

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            thread.join(15)
    assert failures == []
    assert not thread.is_alive()


@contextlib.contextmanager
def connected(behaviour: Behaviour, timeout: float = 5) -> Iterator[MllpConnection]:
    """A connection to such a destination."""
    with listening(behaviour) as port, MllpConnection("127.0.0.1", port, None, timeout) as client:
        yield client
