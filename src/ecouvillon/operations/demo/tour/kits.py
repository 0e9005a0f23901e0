"""The demo's kits: two on the demo clock, which read after 15 s, and one that takes its time.

Always holds: the GTINs begin with 952, which GS1 keeps for examples (General Specifications, 1.4.2,
table of prefixes).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from ecouvillon.pathway.start_reading import Start
from ecouvillon.people.pharmacy.kits import Pairing, by_gtin, pair_kit, paired
from ecouvillon.screening.models import IdentityCheck
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import Actor

_EUROPEAN_ID = "1232"
LOT = "DEMO-42"


@dataclass(frozen=True, slots=True)
class DemoKit:
    """A kit and the box that is open."""

    pairing: Pairing

    @property
    def expiry(self) -> date:
        """The last day of the box: far enough for whoever tries the demo."""
        return timezone.localdate() + timedelta(days=365)

    @property
    def code(self) -> str:
        """What a scanner types for the box (GS1: GTIN, expiry, lot)."""
        return f"01{self.pairing.gtin}17{self.expiry:%y%m%d}10{LOT}"

    def started(self, screening: UUID) -> Start:
        """This box, for a visit whose patient showed an identity card."""
        gtin = self.pairing.gtin
        return Start(screening, IdentityCheck.IDENTITY_CARD, gtin, LOT, self.expiry)


_ALL = ("94558-4", "80382-5", "80383-3", "72885-7")
QUICK = DemoKit(Pairing("09520000000011", _EUROPEAN_ID, "Demo 15 s", _ALL[:1], 15, 180))
COMBINED = DemoKit(Pairing("09520000000028", _EUROPEAN_ID, "Demo 4 × 15 s", _ALL, 15, 180))
SLOW = DemoKit(Pairing("09520000000035", _EUROPEAN_ID, "Demo 10 min", _ALL[:1], 600, 1200))


def pair(actor: Actor) -> None:
    """Pairs each kit that the pharmacy of `actor` does not know yet."""
    for kit in (QUICK, COMBINED, SLOW):
        (rows,) = ask(by_gtin(kit.pairing.gtin), tenants=[actor.tenant])
        if paired(rows) is None:
            pair_kit(actor, kit.pairing)
