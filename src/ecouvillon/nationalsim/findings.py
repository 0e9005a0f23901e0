"""What is wrong with a message: where, and which code of HL7 table 0357.

A finding never holds the value that was sent: it goes into logs on both sides.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Code(enum.Enum):
    """HL7 v2.5 table 0357, message error condition codes."""

    SEQUENCE = (100, "Segment sequence error")
    MISSING = (101, "Required field missing")
    DATA_TYPE = (102, "Data type error")
    NOT_IN_TABLE = (103, "Table value not found")
    MESSAGE_TYPE = (200, "Unsupported message type")
    EVENT = (201, "Unsupported event code")
    PROCESSING_ID = (202, "Unsupported processing id")
    VERSION = (203, "Unsupported version id")
    UNKNOWN_KEY = (204, "Unknown key identifier")
    DUPLICATE_KEY = (205, "Duplicate key identifier")
    APPLICATION = (207, "Application internal error")

    @property
    def coded(self) -> str:
        """The code as a coded element, such as `101^Required field missing^HL70357`."""
        number, text = self.value
        return f"{number}^{text}^HL70357"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: segment, which of its name in the message (from 1), field (0: all of it)."""

    segment: str
    sequence: int
    field: int
    code: Code
    rule: str

    @property
    def location(self) -> str:
        """The place as data type ERL, such as `PID^1^7`."""
        place = f"{self.segment}^{self.sequence}"
        return f"{place}^{self.field}" if self.field else place
