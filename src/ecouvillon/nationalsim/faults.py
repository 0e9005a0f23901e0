"""The misbehaviour of the national system: which faults come next, used up one message at a time.

Comes in: a spec such as `ae=1,none=2,slow=1:5`. Goes out: the fault of the next message, or none.
Always holds: faults come in the order given, and after the last one the system is healthy.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

DEFAULT_SLOWNESS = 3.0  # seconds
MOST_FAULTS = 100_000


class InvalidFaults(ValueError):
    """The spec of faults can't be read; the message names the word that is wrong."""


class Kind(enum.Enum):
    """What goes wrong with one message."""

    AE = "ae"  # refused as wrong though it is right; not taken in
    AR = "ar"  # rejected; not taken in
    NONE = "none"  # taken in, never answered, the connection stays open
    LOST = "lost"  # not taken in, never answered, the connection stays open
    WRONG = "wrong"  # taken in, but the acknowledgement names another message
    DROP = "drop"  # taken in, then the connection is closed without an answer
    SLOW = "slow"  # taken in, answered after some seconds
    DUPLICATE = "duplicate"  # taken in, answered twice


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `seconds` is how long a slow answer takes."""

    kind: Kind
    seconds: float = 0.0


def parse(spec: str) -> list[Fault]:
    """The faults of `spec`: words `kind=count`, separated by commas; `slow=count:seconds`.

    An empty spec is a healthy system. Raises `InvalidFaults`.
    """
    faults: list[Fault] = []
    for word in filter(None, (part.strip() for part in spec.split(","))):
        faults.extend(_parse_word(word))
        if len(faults) > MOST_FAULTS:
            raise InvalidFaults(f"{word!r}: more than {MOST_FAULTS} faults in all")
    return faults


def _parse_word(word: str) -> list[Fault]:
    name, _, amount = word.partition("=")
    count, colon, duration = amount.partition(":")
    try:
        kind = Kind(name)
    except ValueError:
        known = ", ".join(kind.value for kind in Kind)
        raise InvalidFaults(f"{word!r}: there is no fault {name!r}; there are {known}") from None
    if not (count.isascii() and count.isdigit() and 1 <= int(count[:9]) <= MOST_FAULTS):
        raise InvalidFaults(f"{word!r}: write how often, such as '{name}=1'")
    if colon and kind is not Kind.SLOW:
        raise InvalidFaults(f"{word!r}: only 'slow' takes seconds, such as 'slow=1:5'")
    seconds = 0.0
    if kind is Kind.SLOW:
        seconds = _parse_seconds(word, duration) if colon else DEFAULT_SLOWNESS
    return [Fault(kind, seconds)] * int(count[:9])


def _parse_seconds(word: str, duration: str) -> float:
    try:
        seconds = float(duration)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:  # noqa: PLR2004 - an hour; NaN and infinity fail it too
        raise InvalidFaults(f"{word!r}: write the seconds from 0 to 3600, such as 'slow=1:5'")
    return seconds


class Faults:
    """The faults still to come. Safe to set from one thread and use up in another."""

    def __init__(self, spec: str = "") -> None:
        self._coming: deque[Fault] = deque(parse(spec))

    def set(self, spec: str) -> None:
        """Replace what is still to come; raises `InvalidFaults` and then changes nothing."""
        self._coming = deque(parse(spec))

    def use(self) -> Fault | None:
        """The fault of the next message, used up by this; None when all is well."""
        try:
            return self._coming.popleft()
        except IndexError:
            return None

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._coming))
