"""How a step of the demo fails, and how long it is tried before."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from typing import TypeVar

import psycopg

from ecouvillon.errors import Unavailable

T = TypeVar("T")

# A process that was killed is back within seconds; what a killed worker held is due again when its
# claim ends, after 90 s.
PATIENCE = 150.0  # seconds
# What a part says, or does not say, while it is being started again.
PASSING = (OSError, http.client.HTTPException, psycopg.OperationalError, Unavailable)


class StepFailed(Exception):
    """A step did not do what it promises; the message says what was seen instead."""


def eventually(attempt: Callable[[], T | None], otherwise: str, *, within: float = PATIENCE) -> T:
    """What `attempt` finds, tried again while it finds None or a part is being started again.

    Raises `StepFailed` with the words of `otherwise` after `within` seconds.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            found = attempt()
        except PASSING:
            found = None
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise StepFailed(otherwise)
        time.sleep(0.05)
