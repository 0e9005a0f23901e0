"""The segments of a message, or why its bytes can't be read as one.

Comes in: the bytes of a message. Goes out: segments with their fields as sent, still escaped (what
hl7apy writes out is not: it escapes a second time). Always holds: what is returned is UTF-8, has
the structure of the profile and only known escapes, and no control character is inside a field.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ecouvillon.nationalsim.findings import Code, Finding

_STRUCTURE = re.compile(r"MSH PID PV1 (ORC OBR (OBX )+(SPM )?)+")
_NAMES = ("MSH", "PID", "PV1", "ORC", "OBR", "OBX", "SPM")
_ESCAPED = re.compile(r"\\(?:[FSTRE]|X(?:[0-9A-Fa-f]{2})+)\\")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class NotHl7(Exception):
    """The message can't be read; `findings` says where and why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(", ".join(f"{f.location}: {f.code.name}" for f in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Segment:
    """The `sequence`th segment of its name; `fields` has the repetitions of those not empty."""

    name: str
    sequence: int
    fields: dict[int, tuple[str, ...]]

    @classmethod
    def read(cls, line: str, sequence: int) -> Segment:
        """A segment from its line; MSH-1 is the separator, and MSH-2 has no repetitions."""
        name, *fields = line.split("|")
        if name == "MSH":
            separators = {1: ("|",), 2: tuple(fields[:1])}
            return cls(name, sequence, separators | _repetitions(fields[1:], 3))
        return cls(name, sequence, _repetitions(fields, 1))

    def __getitem__(self, field: int) -> str:
        """The first repetition of a field, or an empty string."""
        return self.fields.get(field, ("",))[0]

    def component(self, field: int, number: int) -> str:
        """A component of a field's first repetition, or an empty string."""
        return component(self[field], number)


def component(repetition: str, number: int) -> str:
    """Component `number` (from 1) of a field, still escaped, or an empty string."""
    parts = repetition.split("^")
    return parts[number - 1] if number <= len(parts) else ""


def parse(message: bytes) -> list[Segment]:
    """The segments of `message` in order; raises `NotHl7`."""
    try:
        lines = message.decode("utf-8").removesuffix("\r").split("\r")
    except UnicodeDecodeError:
        rule = "The bytes are not the UTF-8 that MSH-18 announces"
        raise NotHl7([Finding("MSH", 1, 18, Code.DATA_TYPE, rule)]) from None
    seen: Counter[str] = Counter()
    segments = []
    for line in lines:
        seen[line[:3]] += 1
        segments.append(Segment.read(line, seen[line[:3]]))
    if findings := [*_misplaced(segments), *_bad_characters(segments)]:
        raise NotHl7(findings)
    return segments


def unescaped(value: str) -> str:
    """What stands behind the escapes of a value that `parse` let pass (HL7 v2.5, 2.7)."""

    def character(escape: re.Match[str]) -> str:
        code = escape[0][1:-1]
        if code[0] == "X":
            return bytes.fromhex(code[1:]).decode("utf-8", errors="replace")
        return {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}[code]

    return _ESCAPED.sub(character, value)


def _repetitions(fields: list[str], first: int) -> dict[int, tuple[str, ...]]:
    return {n: tuple(field.split("~")) for n, field in enumerate(fields, first) if field}


def _misplaced(segments: list[Segment]) -> list[Finding]:
    names = [segment.name for segment in segments]
    if _STRUCTURE.fullmatch("".join(f"{name} " for name in names)):
        return []
    rule = "The structure is MSH PID PV1 {ORC OBR {OBX} [SPM]}"
    for segment in segments:
        if segment.name not in _NAMES:
            # Echoed only when it looks like a name: it might be a piece of somebody's address.
            if re.fullmatch(r"[A-Z][A-Z0-9]{2}", segment.name):
                return [Finding(segment.name, segment.sequence, 0, Code.SEQUENCE, rule)]
            return [Finding("MSH", 1, 0, Code.SEQUENCE, rule)]
    missing = next((name for name in _NAMES[:6] if name not in names), "MSH")
    return [Finding(missing, 1, 0, Code.SEQUENCE, rule)]


def _bad_characters(segments: list[Segment]) -> Iterator[Finding]:
    for segment in segments:
        for number, repetitions in segment.fields.items():
            if (segment.name, number) == ("MSH", 2):
                continue
            field = "~".join(repetitions)
            if _CONTROL.search(field):
                rule = "No control characters inside a field"
                yield Finding(segment.name, segment.sequence, number, Code.DATA_TYPE, rule)
            elif "\\" in _ESCAPED.sub("", field):
                rule = "This is no escape sequence"
                yield Finding(segment.name, segment.sequence, number, Code.DATA_TYPE, rule)
