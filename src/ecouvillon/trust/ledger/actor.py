"""Who acts: what every entry of the ledger names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

ActorKind = Literal["person", "client", "link", "job", "operator"]

# An installation's own acts (destinations, keys) belong to no pharmacy.
INSTALLATION = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: for `tenant`, in one `request`, from `origin` (an address, or a MAC of it)."""

    kind: ActorKind
    id: UUID | None
    tenant: UUID
    request: UUID
    origin: str
