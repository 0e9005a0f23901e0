"""Cassettes: the kits started for a screening, and where their clocks stand.

Comes in: a screening that a change holds, or rows. Goes out: the latest cassette as the database's
clock sees it, and rows for new ones. Always holds: no page's or browser's clock decides whether a
kit is read in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from ecouvillon.screening.models import KitUse
from ecouvillon.trust.isolation.change import Change


class Window(StrEnum):
    """Where a clock stands against its kit's reading window."""

    EARLY = "early"
    RINGING = "ringing"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Cassette:
    """A started kit; `elapsed` is in seconds, by the database's clock."""

    id: UUID
    number: int
    device: str
    name: str
    analytes: tuple[str, ...]
    lot: str
    expiry: date
    reading_from: int
    reading_until: int
    sampled_by: UUID
    started_at: datetime
    elapsed: float
    failed_at: datetime | None

    @property
    def window(self) -> Window:
        """Whether it is too early, time, or too late to read."""
        if self.elapsed < self.reading_from:
            return Window.EARLY
        return Window.RINGING if self.elapsed <= self.reading_until else Window.LATE


@dataclass(frozen=True, slots=True)
class Box:
    """A box of kits that is open: what its barcode says, and the pairing (`kit`) it was read by."""

    kit: UUID
    gtin: str
    device: str
    name: str
    analytes: tuple[str, ...]
    reading_from: int
    reading_until: int
    lot: str
    expiry: date


# clock_timestamp(), since now() is when the transaction began, which may have waited since.
COLUMNS = """
u.id, u.number, u.device, u.name, u.analytes, u.lot, u.expiry, u.reading_from, u.reading_until,
u.sampled_by, u.started_at, extract(epoch FROM clock_timestamp() - u.started_at)::float8,
u.failed_at
"""
_LATEST = f"""
SELECT {COLUMNS} FROM kit_use u
WHERE u.tenant = ANY (tenants()) AND u.screening = %b ORDER BY u.number DESC LIMIT 1
"""  # noqa: S608 - our own columns


def cassette(row: tuple[object, ...]) -> Cassette:
    """A row of `COLUMNS`."""
    id_, number, device, name, analytes, *rest = row
    return Cassette(id_, number, device, name, tuple(str(analytes).split()), *rest)  # type: ignore[arg-type]


def latest(change: Change, screening: UUID) -> Cassette | None:
    """The latest cassette of a screening that `change` holds."""
    rows = change.fetch(_LATEST, (screening,))
    return cassette(rows[0]) if rows else None


def started(
    tenant: UUID, screening: UUID, box: Box, sampled_by: UUID, before: Cassette | None
) -> KitUse:
    """The row of a kit that starts now, after the cassette `before`."""
    return KitUse(
        tenant=tenant,
        id=uuid4(),
        screening=screening,
        number=1 if before is None else before.number + 1,
        kit=box.kit,
        gtin=box.gtin,
        device=box.device,
        name=box.name,
        analytes=" ".join(box.analytes),
        lot=box.lot,
        expiry=box.expiry,
        reading_from=box.reading_from,
        reading_until=box.reading_until,
        sampled_by=sampled_by,
    )
