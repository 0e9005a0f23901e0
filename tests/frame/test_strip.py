from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.frame.strip import digits, strip


def test_the_marker_stands_in_the_window_while_the_kit_may_be_read() -> None:
    drawn = strip(elapsed=1000, reading_from=900, reading_until=1200)
    assert drawn.window_start < drawn.soaked < drawn.window_end
    assert (drawn.from_minutes, drawn.until_minutes) == (15, 20)


@given(
    elapsed=st.floats(-3600, 10 * 3600),
    start=st.integers(0, 3600),
    length=st.integers(1, 3600),
)
def test_nothing_is_ever_drawn_outside_of_the_strip(
    elapsed: float, start: int, length: int
) -> None:
    drawn = strip(elapsed, start, start + length)
    assert 0 <= drawn.soaked <= 100
    assert 0 <= drawn.window_start <= drawn.window_end == pytest.approx(80, abs=0.02)


@given(start=st.integers(60, 3600), length=st.integers(60, 3600), beyond=st.integers(30, 7200))
def test_too_late_always_stands_right_of_the_window(start: int, length: int, beyond: int) -> None:
    drawn = strip(start + length + beyond, start, start + length)
    assert drawn.soaked > drawn.window_end


@pytest.mark.parametrize("window", [(900, 900), (900, 600), (-1, 60)])
def test_an_empty_or_inverted_window_is_refused(window: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="opens before"):
        strip(0, *window)


@pytest.mark.parametrize(
    ("seconds", "over", "shown"),
    [(192, False, "3:12"), (130, True, "+2:10"), (5, False, "0:05"), (4000, True, "+66:40")],
)
def test_digits_are_minutes_and_two_digits_of_seconds(seconds: int, over: bool, shown: str) -> None:
    assert digits(seconds, over=over) == shown
