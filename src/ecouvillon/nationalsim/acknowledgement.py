"""Acknowledgements: `ACK^R01^ACK` of HL7 v2.5, as the French profiles write them.

Comes in: the header of a message and the verdict on it. Goes out: the bytes of the answer, without
a frame. Always holds: MSA-2 is their MSH-10 exactly as it was sent, sender and receiver change
places, one ERR segment tells of each finding.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from ecouvillon.nationalsim.findings import Finding
from ecouvillon.nationalsim.header import PROCESSING_IDS, Header

_ESCAPES = str.maketrans({"|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\\": "\\E\\"})
_MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a message: AA, AE (its content is wrong) or AR (it isn't served at all)."""

    code: str
    findings: tuple[Finding, ...] = ()


def build(header: Header, verdict: Verdict, control_id: str | None = None) -> bytes:
    """The acknowledgement of the message that began with `header`.

    `control_id` replaces MSA-2: that is the fault `wrong`.
    """
    processing_id = header[11] if header[11] in PROCESSING_IDS else "P"
    made_at = datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000")
    segments = [
        f"MSH|^~\\&|{header[5]}|{header[6]}|{header[3]}|{header[4]}|{made_at}||ACK^R01^ACK"
        f"|{new_control_id()}|{processing_id}|2.5|||||FRA|UNICODE UTF-8",
        f"MSA|{verdict.code}|{header.control_id if control_id is None else control_id}",
    ]
    segments += [
        f"ERR||{finding.location}|{finding.code.coded}|E||||{finding.rule.translate(_ESCAPES)}"
        for finding in verdict.findings[:_MOST_FINDINGS]
    ]
    return "".join(f"{segment}\r" for segment in segments).encode()


def new_control_id() -> str:
    """A message control id of 20 characters, as HL7 v2.5 allows."""
    return secrets.token_hex(10).upper()
