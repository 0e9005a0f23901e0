"""How long to wait before trying again: twice as long each time, up to a limit, and never the same.

The jitter is what keeps everything from coming at once when a destination is back after an outage.
"""

from __future__ import annotations

import random


def backoff(failures: int, longest: float) -> float:
    """Seconds to wait after so many failures in a row (from 1): about 1, 2, 4… up to `longest`."""
    seconds = min(2.0 ** min(failures - 1, 16), longest)
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
