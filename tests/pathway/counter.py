"""A counter as tests hold it: somebody of the pharmacy, a paired kit, and a visit on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from tests.cast import Api
from tests.installation import Installed

from ecouvillon.pathway.read import Answering, Read, TimingReason, read_cassette
from ecouvillon.pathway.request import Asked
from ecouvillon.pathway.start_reading import Sampler, Start, start_reading
from ecouvillon.pathway.walk_in import walk_in
from ecouvillon.people.pharmacy.kits import Pairing, pair_kit
from ecouvillon.people.pharmacy.models import Role
from ecouvillon.screening.models import IdentityCheck
from ecouvillon.screening.patient import Identity, Performer
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.sex import Sex
from ecouvillon.trust.ledger.actor import Actor

COVID = "94558-4"
COMBINED = ("94558-4", "80382-5", "80383-3", "72885-7")
GTIN = "03760000000017"
PHARMACIST = Answering(Performer("10001234565", "Verlaigne", "Maud"), Role.PHARMACIST)


def asked(what: str = "form") -> Asked:
    """A form that was never sent before."""
    return Asked(uuid4().hex, what.encode())


@dataclass(frozen=True)
class Counter:
    """A pharmacist at the counter of a pharmacy."""

    tenant: UUID
    person: UUID

    @property
    def actor(self) -> Actor:
        return Actor("person", self.person, self.tenant, uuid4(), "127.0.0.1")

    @property
    def samplers(self) -> tuple[Sampler, ...]:
        return (Sampler(self.person, Role.PHARMACIST),)

    def pair(self, *analytes: str, gtin: str = GTIN, window: tuple[int, int] = (0, 900)) -> None:
        """Pairs a kit that may be read at once, unless `window` says otherwise."""
        pairing = Pairing(gtin, "1232", "Panbio", analytes or (COVID,), *window)
        pair_kit(self.actor, pairing)

    def walk_in(self, name: str = "MARTIN", form: Asked | None = None) -> UUID:
        """Somebody without registration."""
        identity = Identity(name, ("Camille",), Sex.FEMALE, date(1984, 2, 29))
        return walk_in(self.actor, Registration(identity, None, None), form or asked())

    def start(self, screening: UUID, form: Asked | None = None, **changes: Any) -> None:
        """Starts the clock of the paired kit."""
        expiry = timezone.localdate() + timedelta(days=90)
        start = Start(screening, IdentityCheck.PASSPORT, GTIN, "L42", expiry)
        start = Start(**{name: getattr(start, name) for name in Start.__slots__} | changes)
        start_reading(self.actor, start, self.samplers, form or asked())

    def started(self, *analytes: str, **pairing: Any) -> UUID:
        """A visit whose clock runs."""
        self.pair(*analytes, **pairing)
        screening = self.walk_in()
        self.start(screening)
        return screening

    def read(
        self,
        screening: UUID,
        *values: str,
        number: int = 1,
        form: Asked | None = None,
        reason: TimingReason | None = None,
    ) -> None:
        """Reads a cassette: a value for each line, negative where none is said."""
        read = Read(
            screening,
            number,
            tuple(
                (loinc, ResultValue(value))
                for loinc, value in zip(COMBINED, values or ("negative",), strict=False)
            ),
            reason,
        )
        read_cassette(self.actor, read, PHARMACIST, form or asked(), [])


def counter(api: Api) -> Counter:
    """A pharmacist of the pharmacy of `api`."""
    return Counter(api.tenant, uuid4())


def state(installed: Installed, screening: UUID) -> str:
    """The state of a screening, as the superuser sees it."""
    ((found,),) = rows(installed, "SELECT state FROM screening WHERE id = %s", screening)
    return str(found)


def rows(installed: Installed, query: str, *params: object) -> list[tuple[Any, ...]]:
    """Rows of a query of the superuser."""
    with installed.connection_as(None) as connection:
        return connection.execute(query.encode(), params).fetchall()


def let_pass(installed: Installed, screening: UUID, seconds: int) -> None:
    """Time goes by for a visit: its clock, and the minute of its reading, began so much earlier."""
    with installed.connection_as(None) as connection:
        connection.execute("SET session_replication_role = replica")  # versions never change
        for table, column in (
            ("kit_use", "started_at"),
            ("kit_use", "failed_at"),
            ("version", "leaves_at"),
        ):
            earlier = f"UPDATE {table} SET {column} = {column} - make_interval(secs => %s)"  # noqa: S608
            connection.execute(f"{earlier} WHERE screening = %s".encode(), [seconds, screening])
