"""From a destination's complaint to the thing that somebody at the counter can mend.

Comes in: location and code of a `Rejected`. Goes out: one stable key, which a page turns into a
pharmacist's words. Always holds: a complaint that nobody at the counter can act on is `unknown`,
rather than a wrong hint. The fields are those of our profile (`docs/interoperability.md`).
"""

from __future__ import annotations

from enum import StrEnum


class ToMend(StrEnum):
    """What to look at on the screen *to fix*."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"
    SEX = "sex"
    NIR = "nir"
    ADDRESS = "address"
    PHONE = "phone"
    EMAIL = "email"
    IDENTITY_CHECK = "identity_check"
    PERFORMER = "performer"
    PHARMACY = "pharmacy"
    KIT = "kit"
    TIME = "time"
    RESULT = "result"
    UNKNOWN = "unknown"


# Type, event, processing id, version, duplicate, locked, internal (table 0357): about the exchange,
# not about what a field says.
_OF_THE_EXCHANGE = frozenset({"200", "201", "202", "203", "205", "206", "207"})
_FIELDS = {
    # The first identifier is made by us; only the NIR can be wrong.
    "PID^3": ToMend.NIR,
    "PID^5": ToMend.NAME,
    "PID^7": ToMend.BIRTH_DATE,
    "PID^8": ToMend.SEX,
    "PID^11": ToMend.ADDRESS,
    "PID^13": ToMend.PHONE,
    "PID^32": ToMend.IDENTITY_CHECK,
    "PV1^7": ToMend.PERFORMER,
    "ORC^21": ToMend.PHARMACY,
    "OBR^4": ToMend.RESULT,
    "OBR^7": ToMend.TIME,
    "OBR^16": ToMend.PERFORMER,
    "OBR^22": ToMend.TIME,
    "OBX^3": ToMend.RESULT,
    "OBX^5": ToMend.RESULT,
    "OBX^8": ToMend.RESULT,
    "OBX^14": ToMend.TIME,
    "OBX^15": ToMend.PHARMACY,
    "OBX^16": ToMend.PERFORMER,
    "OBX^18": ToMend.KIT,
    "OBX^19": ToMend.TIME,
    "SPM^17": ToMend.TIME,
    "MSH^4": ToMend.PHARMACY,
}
# Fields that hold two things: which repetition, or which component, is the second one.
_SECOND = {
    ToMend.ADDRESS: (ToMend.BIRTH_PLACE, "9"),
    ToMend.PHONE: (ToMend.EMAIL, "4"),
}


def to_mend(location: str, code: str) -> ToMend:
    """The thing to mend, from ERR-2 (`PID^1^11^2^9`) and the number of table 0357."""
    if code in _OF_THE_EXCHANGE:
        return ToMend.UNKNOWN
    segment, _, field, repetition, component, *_ = *location.split("^"), "", "", "", "", ""
    thing = _FIELDS.get(f"{segment}^{field}", ToMend.UNKNOWN)
    if thing is ToMend.NIR and repetition == "1":
        return ToMend.UNKNOWN
    if thing in _SECOND:
        second, its_component = _SECOND[thing]
        if component == its_component or repetition not in ("", "0", "1"):
            return second
    return thing
