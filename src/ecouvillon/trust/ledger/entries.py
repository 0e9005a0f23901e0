"""Making ledger entries, as rows for a change, and writing those of a reading at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from django.db import models

from ecouvillon.trust.isolation.change import change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.models import LedgerDetail, LedgerEntry


def entries(
    actor: Actor,
    action: str,
    records: Iterable[UUID],
    *,
    purpose: str | None = None,
    openings: Sequence[UUID] | None = None,
    tenants: Sequence[UUID] | None = None,
) -> list[LedgerEntry]:
    """One entry a record. `openings` and `tenants`, where given, go with `records` one to one."""
    return [
        LedgerEntry(
            tenant=actor.tenant if tenants is None else tenants[number],
            id=uuid4(),
            actor_kind=actor.kind,
            actor=actor.id,
            action=action,
            record=record,
            purpose=purpose,
            opening=None if openings is None else openings[number],
            request=actor.request,
            salt=os.urandom(16),
        )
        for number, record in enumerate(records)
    ]


def detail(actor: Actor, tenants: Iterable[UUID] = ()) -> list[LedgerDetail]:
    """Where the actor's request came from; once a request (and tenant)."""
    return [
        LedgerDetail(tenant=tenant, id=uuid4(), request=actor.request, origin=actor.origin)
        for tenant in set(tenants) or {actor.tenant}
    ]


def record(rows: Sequence[models.Model]) -> None:
    """Writes entries durably, in a transaction of their own: before what they tell is shown."""
    with change(*{row.tenant for row in rows}) as own:  # type: ignore[attr-defined]
        own.add(rows)
