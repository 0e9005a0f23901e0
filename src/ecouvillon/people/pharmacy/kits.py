"""Kits as a pharmacy knows them: what the GTIN on a box means.

Comes in: a GTIN (from a scan) and, once, what staff read on the box and in its leaflet. Goes out:
the kit, or nothing for a GTIN that was never paired. Always holds: pairings are only added, the
latest counts, and a cassette that was started keeps what was true then.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from ecouvillon.people.pharmacy.models import Kit
from ecouvillon.terminology.loinc import ANALYTES
from ecouvillon.trust.isolation.change import Query, Rows, change
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.ledger.entries import detail, entries


@dataclass(frozen=True, slots=True)
class Pairing:
    """What a GTIN (14 digits) means: European device id, name, LOINC codes, window in seconds."""

    gtin: str
    device: str
    name: str
    analytes: tuple[str, ...]
    reading_from: int
    reading_until: int


@dataclass(frozen=True, slots=True)
class PairedKit:
    """A pairing that counts now."""

    id: UUID
    pairing: Pairing


_COLUMNS = "id, gtin, device, name, analytes, reading_from, reading_until"


def by_gtin(gtin: str) -> Query:
    """The question what this GTIN means to the pharmacy."""
    return (
        f"SELECT {_COLUMNS} FROM kit WHERE tenant = ANY (tenants()) AND gtin = %s"  # noqa: S608
        " ORDER BY paired_at DESC LIMIT 1",
        (gtin,),
    )


def paired(rows: Rows) -> PairedKit | None:
    """The answer to `by_gtin`: None for a GTIN that was never paired."""
    if not rows:
        return None
    id_, gtin, device, name, analytes, reading_from, reading_until = rows[0]
    pairing = Pairing(gtin, device, name, tuple(analytes.split()), reading_from, reading_until)
    return PairedKit(id_, pairing)


def pair_kit(actor: Actor, pairing: Pairing) -> None:
    """Says what a GTIN means from now on; `actor` is a person, or the operator.

    Raises `Unavailable` when the database does not answer.
    """
    # In the order of the cassette, whatever the order of the ticks.
    analytes = [loinc for loinc in ANALYTES if loinc in pairing.analytes]
    kit = Kit(
        tenant=actor.tenant,
        id=uuid4(),
        gtin=pairing.gtin,
        device=pairing.device,
        name=pairing.name,
        analytes=" ".join(analytes),
        reading_from=pairing.reading_from,
        reading_until=pairing.reading_until,
        paired_by=actor.id if actor.kind == "person" else None,
    )
    with change(actor.tenant) as writing:
        writing.add([kit])
        writing.add(entries(actor, "kit paired", [kit.id]))
        writing.add(detail(actor))
