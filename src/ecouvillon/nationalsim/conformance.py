"""Whether a message is valid HL7 v2.5, by hl7apy in strict mode.

hl7apy is not what builds our messages, so it finds what builder and reader of one hand would agree
on. It refuses dates that don't exist, components and fields too many, and values without their data
type; what it lets pass is `syntax`'s and `profile`'s to refuse.
"""

from __future__ import annotations

from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message, parse_segment

from ecouvillon.nationalsim.findings import Code, Finding
from ecouvillon.nationalsim.syntax import Segment

# What hl7apy raises on bad input: its own errors, ValueError of data types, and plain accidents.
_REFUSED = (HL7apyException, ValueError, AttributeError, IndexError, KeyError, TypeError)


def findings(message: bytes, segments: list[Segment]) -> list[Finding]:
    """Where `message`, which has these segments, is not valid HL7; empty when it is."""
    try:
        strict = VALIDATION_LEVEL.STRICT
        parse_message(message.decode("utf-8"), validation_level=strict, find_groups=True).validate()
    except _REFUSED:
        # hl7apy says what it refuses, with the value, but not where: each field is tried alone.
        rule = "The value does not have this field's data type"
        found = [
            Finding(segment.name, segment.sequence, field, Code.DATA_TYPE, rule)
            for segment in segments[1:]
            for field in segment.fields
            if not _is_valid(segment, field)
        ]
        return found or [Finding("MSH", 1, 0, Code.DATA_TYPE, "The message is not valid HL7 v2.5")]
    return []


def _is_valid(segment: Segment, field: int) -> bool:
    fields = [""] * field
    # The type of OBX-5 is what OBX-2 says.
    if (segment.name, field) == ("OBX", 5):
        fields[1] = segment[2]
    fields[field - 1] = "~".join(segment.fields[field])
    line = "|".join([segment.name, *fields])
    try:
        parse_segment(line, version="2.5", validation_level=VALIDATION_LEVEL.STRICT)
    except _REFUSED:
        return False
    return True
