"""What happens to one message: judged, given its effect, answered, or spoilt by a fault.

Comes in: the bytes of a message. Goes out: a `Reply` that says which bytes go back, when, and
whether the connection lives on. Always holds: a fault spoils the answer or the taking in, never
the register: what is held is right whatever the sender was told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecouvillon.nationalsim import acknowledgement, conformance, header, profile, report, syntax
from ecouvillon.nationalsim.acknowledgement import Verdict
from ecouvillon.nationalsim.faults import Fault, Faults, Kind
from ecouvillon.nationalsim.findings import Code, Finding
from ecouvillon.nationalsim.header import Header, NoHeader
from ecouvillon.nationalsim.register import Register

# What the faults `ae` and `ar` say: the first names a field that a pharmacy can mend.
_FALSE_ERROR = Verdict("AE", (Finding("PID", 1, 7, Code.DATA_TYPE, "Refused on demand"),))
_FALSE_REJECTION = Verdict("AR", (Finding("MSH", 1, 0, Code.APPLICATION, "Refused on demand"),))
_BROKEN_STORE = Verdict("AR", (Finding("MSH", 1, 0, Code.APPLICATION, "Try again later"),))


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came: MSH-10 and the answer's MSA-1, None where there is none."""

    control_id: str | None
    ack: str | None
    raw: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the sender gets: `answers` after `delay` seconds, then perhaps a closed connection."""

    answers: tuple[bytes, ...] = ()
    delay: float = 0.0
    close: bool = False


class Reception:
    """Takes messages one at a time; `on_message` hears of each before it is answered."""

    def __init__(
        self, register: Register, faults: Faults, on_message: Callable[[Received], None]
    ) -> None:
        self._register = register
        self._faults = faults
        self._on_message = on_message

    def take(self, message: bytes) -> Reply:
        """Give one message its effect and say what is answered."""
        raw = message.decode("utf-8", errors="replace")
        try:
            head = Header.read(message)
        except NoHeader:
            self._on_message(Received(None, None, raw))
            return Reply(close=True)
        fault = self._faults.use()
        verdict = self._verdict(head, message, fault)
        reply = _reply(head, verdict, fault)
        ack = verdict.code if reply.answers else None
        self._on_message(Received(head.control_id, ack, raw))
        return reply

    def _verdict(self, head: Header, message: bytes, fault: Fault | None) -> Verdict:
        match fault:
            case Fault(Kind.AE):
                return _FALSE_ERROR
            case Fault(Kind.AR):
                return _FALSE_REJECTION
            case Fault(Kind.LOST):
                return Verdict("AA")
            case _:
                return judge(head, message, self._register)


def judge(head: Header, message: bytes, register: Register) -> Verdict:
    """The verdict of a healthy national system, which takes in what it accepts."""
    if findings := header.refusals(head):
        return Verdict("AR", tuple(findings))
    if register.knows(head.control_id, message):
        return Verdict("AA")
    try:
        segments = syntax.parse(message)
    except syntax.NotHl7 as error:
        return Verdict("AE", tuple(error.findings))
    findings = profile.findings(segments)
    places = {finding.location for finding in findings}
    invalid = [f for f in conformance.findings(message, segments) if f.location not in places]
    # Without a field it only says that something is wrong, which the others say better.
    findings += [f for f in invalid if f.field or not findings]
    if findings:
        return Verdict("AE", tuple(findings))
    try:
        findings = register.take_in(head.control_id, message, report.results(segments))
    except OSError:
        return _BROKEN_STORE
    return Verdict("AE", tuple(findings)) if findings else Verdict("AA")


def _reply(head: Header, verdict: Verdict, fault: Fault | None) -> Reply:
    answer = acknowledgement.build(head, verdict)
    match fault:
        case Fault(Kind.NONE | Kind.LOST):
            return Reply()
        case Fault(Kind.DROP):
            return Reply(close=True)
        case Fault(Kind.DUPLICATE):
            return Reply((answer, answer))
        case Fault(Kind.SLOW, seconds):
            return Reply((answer,), delay=seconds)
        case Fault(Kind.WRONG):
            other = acknowledgement.new_control_id()
            return Reply((acknowledgement.build(head, verdict, other),))
        case _:
            return Reply((answer,))
