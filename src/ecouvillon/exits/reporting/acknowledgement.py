"""What an answer of a destination proves about one of our messages.

Comes in: the bytes of an answer and the MSH-10 of a message. Goes out: one of four verdicts. Always
holds: only `AA` with our MSH-10 in MSA-2 is an acknowledgement; what can't be read, names another
message or only says "received" leaves the message in doubt, to be sent again with the same bytes.

Nothing of the other side's text gets into a representation or a reason: an error text may quote
the patient. `Rejected.text` keeps it for whoever seals it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

import hl7


class Doubt(StrEnum):
    """Why a message is in doubt, or was not even sent."""

    NO_ANSWER = "no_answer"
    OTHER_MESSAGE = "other_message"
    UNREADABLE = "unreadable"
    ONLY_RECEIVED = "only_received"
    COMMIT_ERROR = "commit_error"
    UNKNOWN_CODE = "unknown_code"
    CONNECTION_LOST = "connection_lost"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The destination has taken the message over."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The content is wrong (AE): somebody must mend it; the same bytes would fail again.

    `location` is the first error's place as in ERR-2, such as `PID^1^7`, and `code` its number in
    table 0357; both are empty when the answer doesn't say them in the standard's form.
    """

    location: str
    code: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The destination serves no such message at all (AR, CR): stop, and call the operator."""

    code: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Nothing is proven."""

    reason: Doubt


Verdict = Acknowledged | Rejected | Refused | Unconfirmed


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that could be read: MSA-1, MSA-2, first error, and MSA-3 and ERR as they came."""

    code: str
    control_id: str
    location: str = field(repr=False)
    error: str = field(repr=False)
    text: str = field(repr=False)


# What is kept of the other side's words, in characters.
LONGEST_TEXT = 2000
# MSH-1 and MSH-2, which the profile fixes.
_HEADER = "MSH|^~\\&|"
# ERL: segment, sequence, field, repetition, component, subcomponent (HL7 v2.5, 2.A.28).
_LOCATION = re.compile(r"[A-Z][A-Z0-9]{2}(\^[0-9]{1,4}){0,5}")
_ERROR = re.compile(r"[0-9]{3}")

# Enhanced mode: CA says that it was stored, not that its content was accepted; CE that it could
# not be stored, for any reason, also a passing one (HL7 v2.5, 2.9.3).
_DOUBTS = {"CA": Doubt.ONLY_RECEIVED, "CE": Doubt.COMMIT_ERROR}


def read(answer: bytes) -> Answer | None:
    """Read an answer, or return None when it isn't one: not HL7, or not exactly one MSA."""
    try:
        text = answer.decode()
    except UnicodeDecodeError:
        # The French profile also allows 8859/15; any bytes are text in it.
        text = answer.decode("iso-8859-15")
    # The library takes any characters for delimiters, and fails in its own ways on some of them.
    if not text.startswith(_HEADER):
        return None
    try:
        message = hl7.parse(text)
    except (hl7.HL7Exception, IndexError):
        return None
    segments = [segment for segment in message if segment]
    acknowledgements = [segment for segment in segments if str(segment[0]) == "MSA"]
    if len(acknowledgements) != 1:
        return None
    (msa,) = acknowledgements
    errors = [segment for segment in segments if str(segment[0]) == "ERR"]
    first = errors[0] if errors else None
    location = _field(first, 2)
    error = _field(first, 3).partition("^")[0]
    return Answer(
        code=_field(msa, 1),
        control_id=_field(msa, 2),
        location=location if _LOCATION.fullmatch(location) else "",
        error=error if _ERROR.fullmatch(error) else "",
        text="\r".join(filter(None, [_field(msa, 3), *map(str, errors)]))[:LONGEST_TEXT],
    )


def _field(segment: hl7.Segment | None, number: int) -> str:
    return "" if segment is None or number >= len(segment) else str(segment[number])


def judge(answer: bytes, control_id: str) -> Verdict:
    """Say what `answer` proves about the message whose MSH-10 is `control_id`."""
    return verdict(read(answer), control_id)


def verdict(answer: Answer | None, control_id: str) -> Verdict:
    """Like `judge`, for an answer that was read already."""
    if answer is None:
        return Unconfirmed(Doubt.UNREADABLE)
    # MSA-2 must be our MSH-10: an acknowledgement of another message proves nothing about ours
    # (HL7 v2.5, 2.9.2). Nor does a rejection: it would be mended in the wrong place.
    if answer.control_id != control_id:
        return Unconfirmed(Doubt.OTHER_MESSAGE)
    match answer.code:
        case "AA":
            return Acknowledged()
        case "AE":
            return Rejected(answer.location, answer.error, answer.text)
        case "AR" | "CR":
            return Refused(answer.error, answer.text)
        case code:
            return Unconfirmed(_DOUBTS.get(code, Doubt.UNKNOWN_CODE))
