"""A day's queue: a dozen invented patients in every state, by the verbs that the pages use.

Comes in: the demo's pharmacy, with people at work; the house runs. Goes out: a queue. Always holds:
nothing is written past the pathway, so that each patient is sealed, audited and forwarded as any
other; a day is filled once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.utils import timezone

from ecouvillon.exits.reporting.routing import ROUTES, Route, routes
from ecouvillon.nationalsim.control_client import ask as ask_national
from ecouvillon.operations.demo.failure import eventually
from ecouvillon.operations.demo.tour import kits
from ecouvillon.operations.demo.tour.people import BIRTH_NAMES, registration
from ecouvillon.operations.demo.tour.team import TEAM
from ecouvillon.pathway.read import fail_kit
from ecouvillon.pathway.register import register
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.start_reading import Sampler, start_reading
from ecouvillon.pathway.submit import Submission, submit
from ecouvillon.pathway.walk_in import walk_in
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.screening.patient import Kit, Performer, Reading
from ecouvillon.terminology.result import ResultValue
from ecouvillon.trust.isolation.change import ask
from ecouvillon.trust.ledger.actor import Actor

_ORIGIN = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Day:
    """Today in one pharmacy: its software (an API client) and its pharmacist (a person) act."""

    tenant: UUID
    client: UUID
    pharmacist: UUID

    def fill(self, control: Path) -> None:
        """Fill the queue; `control` is the national system's socket.

        Raises `StepFailed` when the national system does not refuse what it is told to refuse.
        """
        kits.pair(self._at_the_screen())
        if self._full():
            return
        ask_national(control, "faults", spec="ae=1")
        self._by_software(5, tested=True)
        eventually(lambda: self._refused() or None, "the national system refused nothing")
        ask_national(control, "faults", spec="")
        for number in (6, 7, 8, 9):
            self._by_software(number, tested=True)
        for number in (10, 11):
            self._start(number, kits.SLOW)
        fail_kit(self._at_the_screen(), self._start(4, kits.QUICK), 1, _asked(4, "invalid"))
        self._by_software(1, tested=False)
        self._walk_in(3)
        for number in (0, 2):
            register(self.tenant, registration(number), _asked(number), self._active(), _ORIGIN)

    def _at_the_screen(self) -> Actor:
        return Actor("person", self.pharmacist, self.tenant, uuid4(), _ORIGIN)

    def _active(self) -> list[Route]:
        return routes(ask(ROUTES)[0])

    def _by_software(self, number: int, *, tested: bool) -> None:
        actor = Actor("client", self.client, self.tenant, uuid4(), _ORIGIN)
        reading = _reading(number) if tested else None
        submit(actor, [Submission(_asked(number), registration(number), reading)], self._active())

    def _walk_in(self, number: int) -> UUID:
        return walk_in(self._at_the_screen(), registration(number), _asked(number))

    def _start(self, number: int, kit: kits.DemoKit) -> UUID:
        screening = self._walk_in(number)
        sampler = Sampler(self.pharmacist, Role.PHARMACIST)
        asked = _asked(number, "start")
        start_reading(self._at_the_screen(), kit.started(screening), (sampler,), asked)
        return screening

    def _refused(self) -> bool:
        query = "SELECT FROM transmission WHERE tenant = ANY (tenants()) AND state = 'rejected'"
        return bool(ask((query, ()), tenants=[self.tenant])[0])

    def _full(self) -> bool:
        query = "SELECT count(*) FROM screening WHERE tenant = ANY (tenants()) AND day = %s"
        ((count,),) = ask((query, (timezone.localdate(),)), tenants=[self.tenant])[0]
        return bool(count >= len(BIRTH_NAMES))


def _asked(number: int, what: str = "patient") -> Asked:
    """The request of a patient's form; the same one on the same day."""
    key = f"demo {timezone.localdate()} {what} {number}"
    return Asked(key, json.dumps([what, number]).encode())


def _reading(number: int) -> Reading:
    """A reading of some minutes ago: of every four one is positive."""
    read_at = timezone.now() - timedelta(minutes=3 * (10 - number))
    pharmacist = TEAM["pharmacist"]
    value = ResultValue.POSITIVE if number % 4 == 0 else ResultValue.NEGATIVE
    pairing = kits.QUICK.pairing
    return Reading(
        kit=Kit(pairing.device, kits.LOT, kits.QUICK.expiry),
        performer=Performer(str(pharmacist.rpps), pharmacist.family, pharmacist.given),
        sampled_at=read_at - timedelta(minutes=15),
        read_at=read_at,
        values=tuple((loinc, value) for loinc in pairing.analytes),
    )
