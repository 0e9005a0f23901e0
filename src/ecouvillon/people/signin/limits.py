"""How long a sign-in is good for (security.md, goal G3), as PostgreSQL intervals.

The database's clock decides, since a host's clock may be moved.
"""

from __future__ import annotations

from typing import Final

# Untouched for so long, a screen locks itself; the work on it stays.
IDLE: Final = "15 minutes"
# Back at the same counter within this time by a touch; after it, a new sign-in.
AWAY: Final = "4 hours"
ABSOLUTE: Final = "12 hours"
# Corrections, exports, keys and people ask for a user verification no older than this.
FRESH: Final = "5 minutes"
# From the challenge to its answer.
CEREMONY: Final = "5 minutes"
# Activity is written down at most this often, so that a busy screen is not a busy table.
NOTED_EVERY: Final = "1 minute"
