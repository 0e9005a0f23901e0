"""What is measured, and the goals; docs/performance.md says how.

Imports nothing of ours, so that the command line stays quick.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line of work; `goal` is its least ratio of results to yardstick transactions."""

    name: str
    clients: int
    batch: bool
    goal: float | None


LINES = (
    Line("single-8", 8, batch=False, goal=0.45),
    Line("single-32", 32, batch=False, goal=None),
    Line("batch-100", 8, batch=True, goal=2.5),
)
