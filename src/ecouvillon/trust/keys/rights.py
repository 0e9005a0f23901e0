"""Who may ask the key service for what: the rule table of callers, purposes and kinds.

Comes in: a caller (which is the socket it came by), an operation, a purpose, a kind.
Goes out: tables to look up. Always holds: what is not listed is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Caller = Literal["web", "worker", "admin"]
CALLERS: tuple[Caller, ...] = get_args(Caller)

# The kinds of sealed documents: each has keys of its own, so that each is forgotten on its date.
KINDS = frozenset({"identity", "contact", "nir", "result", "message", "reason"})

OPERATIONS: Mapping[Caller, frozenset[str]] = {
    "web": frozenset({"lease", "mac", "links", "unwrap"}),
    "worker": frozenset({"lease", "mac", "links", "unwrap", "confirm", "sweep", "shred"}),
    "admin": frozenset({"status", "shred"}),
}

PURPOSES: Mapping[Caller, frozenset[str]] = {
    "web": frozenset({"care", "deliver", "correct"}),
    "worker": frozenset({"forward", "notify"}),
    "admin": frozenset(),
}

KINDS_OF_PURPOSE: Mapping[str, frozenset[str]] = {
    "care": frozenset({"identity", "contact", "result"}),
    "deliver": frozenset({"identity", "contact", "result"}),
    "correct": frozenset({"identity", "contact", "result", "nir", "reason"}),
    "forward": frozenset({"identity", "contact", "nir", "result", "message"}),
    "notify": frozenset({"contact"}),
}

# The worker destroys a NIR once it is acknowledged and a message once it is answered; all else is
# destroyed by the command line only, so that a hijacked worker can't hold the records to ransom.
KINDS_TO_SHRED: Mapping[Caller, frozenset[str]] = {
    "web": frozenset(),
    "worker": frozenset({"nir", "message"}),
    "admin": KINDS,
}

# Keys that a caller may destroy in a minute, over all its calls; absent: not limited.
SHREDS_A_MINUTE: Mapping[Caller, int] = {"admin": 500}
