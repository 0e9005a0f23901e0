"""The barcode on a kit's box (GS1 DataMatrix, GS1-128 or GS1 QR), as a scanner types it.

What comes in is one scan, with or without its symbology prefix, with its separators (GS, FNC1) or
with those lost on the way, in a wrong keyboard layout, or copied from the line that people read
under the code; what goes out is a `KitScan`: GTIN, lot and expiry, which a kit must have. A lot
that could be read in two ways is refused: a wrong one would be missed when the lot is recalled.
What can't be seen is a serial number glued to the end of a lot that comes last.
Source: GS1 General Specifications, 3.2 (application identifiers) and 7.8 (separators).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from stdnum import ean

from ecouvillon.terminology.refusal import Refused
from ecouvillon.terminology.scan_layout import as_scanned

_GTIN, _LOT, _PRODUCTION, _EXPIRY, _SERIAL = "01", "10", "11", "17", "21"
_MAX_SCAN = 200  # twice what a kit's box carries

# Identifiers that begin so have a predefined length (identifier included) and need no separator;
# all others run to the next separator or to the end (figure "predefined length" of 7.8).
_PREDEFINED = (
    {"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16}
    | {f"1{n}": 8 for n in range(1, 10)}
    | {f"3{n}": 10 for n in range(1, 7)}
)

_SYMBOLOGY = re.compile(r"\](?:d2|C1|Q3|e0)", re.IGNORECASE)
# FNC1 as sent (GS), as some scanners show it, or as they are set to replace it: none of these can
# be part of a value (figure 7.11-1, character set 82).
_SEPARATORS = re.compile("[\x1d\u241d|~]+")
_PRINTED = re.compile(r"\(([0-9]{2,4})\)")
_VALUE = re.compile("[!\"%&'()*+,\\-./0-9:;<=>?A-Z_a-z]{1,20}")

Elements = Mapping[str, str]


class InvalidScan(Refused):
    """Not the barcode of a kit."""

    messages: ClassVar[Mapping[str, str]] = {
        "not_gs1": "This is not a GS1 barcode with a GTIN: scan the square code on the box.",
        "gtin_key": "The GTIN's key is wrong: the scan is damaged, scan again.",
        "no_lot": "This barcode has no lot that can be read: scan the square code on the box.",
        "expiry": "This barcode has no expiry date that can be read.",
        "ambiguous": "The scanner lost the separators and the lot can't be told: type it.",
    }


@dataclass(frozen=True, slots=True)
class KitScan:
    """A kit's box: GTIN of 14 digits with a right key, lot as printed, last day of use."""

    gtin: str
    lot: str
    expiry: date


def parse_kit_scan(typed: str) -> KitScan:
    """Read one scan of a kit's barcode.

    Raises InvalidScan: `not_gs1`, `gtin_key`, `no_lot`, `expiry`, `ambiguous`.
    """
    typed = typed.strip(" \t\r\n")
    if len(typed) > _MAX_SCAN:
        raise InvalidScan("not_gs1")
    printed = _PRINTED.match(typed)
    segments = _printed_segments(typed) if printed else _segments(as_scanned(typed))
    elements = _read(segments)
    try:
        return _kit(elements)
    except InvalidScan as as_it_stands:
        # One segment: the separators were not needed, or were lost.
        kits = _kits_with_lost_separator(segments[0]) if len(segments) == 1 else set()
        if not kits:
            raise as_it_stands from None
    if len(kits) > 1:
        raise InvalidScan("ambiguous")
    return kits.pop()


def _printed_segments(typed: str) -> list[str]:
    """Split the line for people, `(01)…(17)…(10)…`, whose parentheses aren't in the barcode."""
    _, *parts = _PRINTED.split(typed)
    return [
        identifier + value.strip(" ")
        for identifier, value in zip(parts[::2], parts[1::2], strict=True)
    ]


def _segments(scanned: str) -> list[str]:
    scanned = _SYMBOLOGY.sub("", scanned, count=1) if scanned.startswith("]") else scanned
    return [segment for segment in _SEPARATORS.split(scanned) if segment]


def _read(segments: list[str]) -> Elements:
    """Read the elements of a scan by the rules of 7.8. Raises InvalidScan: `not_gs1`."""
    elements: dict[str, str] = {}
    for segment in segments:
        rest = segment
        while rest:
            identifier = rest[:2]
            if not re.fullmatch("[0-9]{2}", identifier):
                raise InvalidScan("not_gs1")
            length = _PREDEFINED.get(identifier, len(rest))
            value = rest[2:length]
            if elements.setdefault(identifier, value) != value and identifier in (
                _GTIN,
                _LOT,
                _EXPIRY,
            ):
                raise InvalidScan("not_gs1")
            rest = rest[length:]
    return elements


def _kit(elements: Elements) -> KitScan:
    gtin = elements.get(_GTIN, "")
    if not re.fullmatch("[0-9]{14}", gtin):
        raise InvalidScan("not_gs1")
    if not ean.is_valid(gtin):
        raise InvalidScan("gtin_key")
    lot = elements.get(_LOT, "")
    if not _VALUE.fullmatch(lot):
        raise InvalidScan("no_lot")
    expiry = _day(elements.get(_EXPIRY, ""))
    if expiry is None:
        raise InvalidScan("expiry")
    return KitScan(gtin, lot, expiry)


def _day(text: str) -> date | None:
    """Read YYMMDD; day 00 is the last of the month (3.4.7). No kit lasted from the last century."""
    if not re.fullmatch("[0-9]{6}", text):
        return None
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None


def _kits_with_lost_separator(segment: str) -> set[KitScan]:
    """All kits that the scan could be if one separator, after a lot or a serial, was lost."""
    kits = set()
    for elements in _splits(segment):
        try:
            kits.add(_kit(elements))
        except InvalidScan:
            continue
    return kits


def _splits(segment: str) -> Iterator[Elements]:
    """End the first field without predefined length at each place where dated fields follow."""
    start = 0
    while (head := segment[start : start + 2]) in _PREDEFINED:
        start += _PREDEFINED[head]
    if head not in (_LOT, _SERIAL):
        return
    before = _read([segment[:start]]) if start else {}
    for end in range(start + 3, len(segment)):
        after = _tail(segment[end:])
        if after is not None and not after.keys() & {*before, head}:
            yield {**before, head: segment[start + 2 : end], **after}


def _tail(text: str) -> Elements | None:
    """Read what follows a lost separator: GTIN and dates, then at most a lot or serial to the end.

    Fewer identifiers than the standard has: with all of them most lots would be ambiguous.
    """
    elements: dict[str, str] = {}
    while text:
        identifier = text[:2]
        if identifier in elements:
            return None
        if identifier in (_LOT, _SERIAL) and elements:
            elements[identifier] = text[2:]
            return elements
        if identifier not in (_GTIN, _PRODUCTION, _EXPIRY):
            return None
        length = _PREDEFINED[identifier]
        value = text[2:length]
        if identifier != _GTIN and _day(value) is None:
            return None
        elements[identifier] = value
        text = text[length:]
    return elements
