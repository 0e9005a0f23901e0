"""What a message to a national system says, whatever format it is then written in.

Comes in: what was opened from the vault for the purpose `forward`. Goes out: one frozen `Report`
for one version of one screening, which a format (`oru`) turns into bytes. Always holds: a report
is either identified or pseudonymised, never half of each, and the representation of what is
personal shows nothing, so that no trace or log can carry it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ecouvillon.errors import EcouvillonError
from ecouvillon.terminology.ins import IdentityStatus
from ecouvillon.terminology.nir import Nir
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.rpps import Rpps
from ecouvillon.terminology.sex import Sex


class Unreportable(EcouvillonError, ValueError):
    """A report that must not be sent as it is; `code` says which rule it breaks, for programs.

    It can't come from data that the entrances accepted: it is a mistake of ours, not of a patient.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"The report can't be written: {code}")
        self.code = code


class ReportStatus(Enum):
    """What a destination is to do with a report, seen from what it acknowledged before."""

    NEW = "new"
    CORRECTION = "correction"
    DELETION = "deletion"


@dataclass(frozen=True, slots=True)
class Organisation:
    """The pharmacy that sends: its FINESS number (9 characters, establishment) and its name."""

    finess: str
    name: str


@dataclass(frozen=True, slots=True)
class Performer:
    """The pharmacist who answers for the result; the name may be unknown to us."""

    rpps: Rpps
    family: str | None
    given: str | None


@dataclass(frozen=True, slots=True)
class Kit:
    """The test device, its lot and expiry, and the lot of the reader if one was used."""

    device: str
    lot: str
    expiry: date
    reader_lot: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where the patient lives; `country` is ISO 3166-1 alpha-2."""

    lines: tuple[str, ...]
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True, slots=True, repr=False)
class Identified:
    """A patient who agreed to be known to the destination.

    `patient` is our own identifier. `birth_place` is an INSEE code of 5 characters; `phone` is in
    the form +33612345678. The NIR is set only where the destination needs it.
    """

    patient: str
    birth_name: str
    first_names: tuple[str, ...]
    used_name: str | None
    sex: Sex
    birth_date: date
    birth_place: str | None
    address: Address | None
    phone: str | None
    email: str | None
    nir: Nir | None
    identity_status: IdentityStatus


@dataclass(frozen=True, slots=True, repr=False)
class Pseudonymised:
    """A patient whom the destination must not know: a random id of this transmission, no more."""

    pseudonym: str
    birth_year: int
    sex: Sex


@dataclass(frozen=True, slots=True, repr=False)
class Observation:
    """One analyte and what was read. A deletion names the analyte and needs no value."""

    loinc: str
    value: ResultValue | None


@dataclass(frozen=True, slots=True)
class Report:
    """One version of a screening, for one destination.

    `control_id` is the MSH-10 of its transmission; `screening` stays the same over all versions,
    and is what a correction refers to; `test` marks data that isn't real. All times have a zone.
    """

    control_id: str
    made_at: datetime
    test: bool
    sender: Organisation
    receiver: str
    screening: str
    form: Identified | Pseudonymised
    performer: Performer
    kit: Kit
    sampled_at: datetime
    read_at: datetime
    observations: tuple[Observation, ...]
    status: ReportStatus
