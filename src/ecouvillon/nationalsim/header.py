"""The header of a message (MSH), read before anything else, since the answer is built from it.

Comes in: the bytes of a message. Goes out: the fields of MSH as they were sent, still escaped, so
that what is echoed in an acknowledgement is exactly what came. Always holds: a message that this
system does not serve at all (type, version, processing id) is rejected, not judged.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecouvillon.nationalsim.findings import Code, Finding

DELIMITERS = r"|^~\&"
PROCESSING_IDS = ("P", "T", "D")


class NoHeader(Exception):
    """The bytes don't begin with MSH: nobody can be answered."""


@dataclass(frozen=True, slots=True)
class Header:
    """MSH as sent; `fields[n]` is MSH-n (MSH-1 is the separator itself)."""

    fields: tuple[str, ...]

    @classmethod
    def read(cls, message: bytes) -> Header:
        """Raises `NoHeader`. Bytes that aren't UTF-8 are replaced here and found by `syntax`."""
        if not message.startswith(b"MSH|"):
            raise NoHeader
        line = message.split(b"\r", 1)[0].decode("utf-8", errors="replace")
        return cls(("MSH", "|", *line.split("|")[1:]))

    def __getitem__(self, number: int) -> str:
        return self.fields[number] if number < len(self.fields) else ""

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self[10]


def refusals(header: Header) -> list[Finding]:
    """Why a message is rejected (AR) before anyone looks into it (HL7 v2.5, 2.9.2.2)."""

    def found(field: int, code: Code, rule: str) -> list[Finding]:
        return [Finding("MSH", 1, field, code, rule)]

    if "|" + header[2] != DELIMITERS:
        return found(2, Code.DATA_TYPE, f"The delimiters are {DELIMITERS}")
    kind, _, rest = header[9].partition("^")
    if kind != "ORU":
        return found(9, Code.MESSAGE_TYPE, "Only ORU^R01^ORU_R01 is served")
    if rest != "R01^ORU_R01":
        return found(9, Code.EVENT, "Only ORU^R01^ORU_R01 is served")
    if header[12] != "2.5":
        return found(12, Code.VERSION, "Only version 2.5 is served")
    if header[11] not in PROCESSING_IDS:
        return found(11, Code.PROCESSING_ID, "The processing id is P, T or D")
    return []
