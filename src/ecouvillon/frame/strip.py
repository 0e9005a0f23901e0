"""Time as a test strip: where the soaked part, the reading window and the marker stand.

In: seconds since the kit was started and the kit's reading window, all from the server's clock.
Out: percentages of the strip's width, and the digits beside it. The limit always stands at 80 %,
so that "too late" has a place of its own; what is later still stays at the right end.
"""

from __future__ import annotations

from dataclasses import dataclass

LIMIT_AT = 0.8


@dataclass(frozen=True, slots=True)
class Strip:
    """Widths and positions in percent of the strip; the labels are whole minutes of the kit."""

    soaked: float
    window_start: float
    window_width: float
    from_minutes: int
    until_minutes: int

    @property
    def window_end(self) -> float:
        return self.window_start + self.window_width


def strip(elapsed: float, reading_from: float, reading_until: float) -> Strip:
    """Place a kit read between `reading_from` and `reading_until`, all in seconds from its start.

    Raises ValueError when the window is empty or upside down.
    """
    if not 0 <= reading_from < reading_until:
        raise ValueError("a reading window opens before it closes")
    whole = reading_until / LIMIT_AT
    start = 100 * reading_from / whole
    return Strip(
        soaked=round(100 * min(max(elapsed / whole, 0), 1), 2),
        window_start=round(start, 2),
        window_width=round(100 * LIMIT_AT - start, 2),
        from_minutes=round(reading_from / 60),
        until_minutes=round(reading_until / 60),
    )


def digits(seconds: int, *, over: bool = False) -> str:
    """`4:12`, or `+2:10` past the limit; minutes go on past 59, as on a kitchen clock."""
    minutes, rest = divmod(abs(seconds), 60)
    return f"{'+' if over else ''}{minutes}:{rest:02}"
