"""Messages as a pharmacy sends them, written out by hand, and a raw MLLP client."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from contextlib import contextmanager

PERFORMER = "810001234565^DUPONT^Anne^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^RPPS"
IDENTIFIED = (
    "PID|1||S1^^^APP&1.2.250.1.999&ISO^PI~284027505600164^^^^NH||"
    "MARTIN^Camille^Camille Zoé^^^^L~DURAND^Camille^^^^^D||19840229|F|||"
    "1 rue de la Paix^^Paris^^75002^FRA^H~^^^^^^BDL^^75056||"
    "^PRN^CP^^^^^^^^^+33612345678~^NET^Internet^c@example.org|||||||||||||||||||VALI"
)
PSEUDONYMISED = "PID|1||R4nd0m^^^^PI||^^^^^^S||1984|F"


def report(
    control_id: str = "CONTROL1",
    *,
    order: str = "ORDER1",
    story: tuple[str, str, str] = ("NW", "F", "F"),
    value: str = "260415000^Not detected^SCT",
    flag: str = "NEG",
    patient: str = IDENTIFIED,
) -> list[str]:
    """The segments of a report with one order and one observation."""
    return [
        "MSH|^~\\&|ECOUVILLON|750000001^1.2.250.1.71.4.2.2^ISO|SI|DGS|20261123102000+0100||"
        f"ORU^R01^ORU_R01|{control_id}|T|2.5|||||FRA|UNICODE UTF-8|||1.0^ECOUVILLON_TROD",
        patient,
        f"PV1|1|O|||||{PERFORMER}",
        *group(order=order, story=story, value=value, flag=flag),
    ]


def group(
    *,
    order: str = "ORDER1",
    story: tuple[str, str, str] = ("NW", "F", "F"),
    value: str = "260415000^Not detected^SCT",
    flag: str = "NEG",
) -> list[str]:
    """ORC, OBR, OBX and SPM of one order."""
    control, order_status, status = story
    return [
        f"ORC|{control}|{order}|{order}",
        f"OBR|1|{order}|{order}|94558-4^SARS-CoV-2 Ag^LN|||20261123100500+0100|||||||||{PERFORMER}"
        f"||||||20261123102000+0100|||{order_status}",
        f"OBX|1|CWE|94558-4^SARS-CoV-2 Ag^LN||{value}|||{flag}|||{status}|||20261123102000+0100"
        f"|750000001^^FINEG|{PERFORMER}||1232^L42",
        "SPM|1|S1||258500001^Nasopharyngeal swab^SCT|||||||||||||20261123100500+0100",
    ]


CORRECTED = ("RO", "C", "C")
DELETED = ("CA", "X", "D")


def replaced(segments: list[str], old: str, new: str) -> list[str]:
    """`segments` with the first `old` replaced; fails where there is none."""
    text = "\n".join(segments)
    assert old in text
    return text.replace(old, new, 1).split("\n")


def encoded(segments: list[str]) -> bytes:
    return "".join(f"{segment}\r" for segment in segments).encode()


class Answer:
    """An acknowledgement, read naively: its segments are lists of fields."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.segments = [line.split("|") for line in raw.decode().split("\r") if line]

    @property
    def code(self) -> str:
        return self._msa[1]

    @property
    def of(self) -> str:
        return self._msa[2]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Location and number of each ERR segment."""
        return [(s[2], s[3].split("^")[0]) for s in self.segments if s[0] == "ERR"]

    @property
    def _msa(self) -> list[str]:
        return next(s for s in self.segments if s[0] == "MSA")


class Client:
    """A connection that writes frames and reads frames."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._held = b""

    def send(self, *messages: list[str] | bytes) -> None:
        raw = [m if isinstance(m, bytes) else encoded(m) for m in messages]
        self.connection.sendall(b"".join(b"\x0b" + m + b"\x1c\r" for m in raw))

    def answer(self) -> Answer | None:
        """The next answer; None when the other side closed the connection."""
        while b"\x1c\r" not in self._held:
            try:
                chunk = self.connection.recv(65536)
            except ConnectionResetError:
                return None
            if not chunk:
                return None
            self._held += chunk
        frame, self._held = self._held.split(b"\x1c\r", 1)
        assert frame.startswith(b"\x0b")
        return Answer(frame[1:])

    def ask(self, message: list[str] | bytes) -> Answer:
        self.send(message)
        answer = self.answer()
        assert answer is not None
        return answer

    def has_something_to_read(self, within: float = 0) -> bool:
        """Whether an answer, or the end of the connection, comes within these seconds."""
        return bool(select.select([self.connection], [], [], within)[0])


@contextmanager
def connected(port: int) -> Iterator[Client]:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        yield Client(connection)
