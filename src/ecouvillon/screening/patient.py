"""Who was tested and what was found: values as the rooms pass them, and as documents are sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ecouvillon.terminology.ins import IdentityStatus
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.sex import Sex

# One letter a value, so that no size depends on a result.
_LETTERS = {
    ResultValue.POSITIVE: "P",
    ResultValue.NEGATIVE: "N",
    ResultValue.INDETERMINATE: "I",
    ResultValue.INVALID: "X",
}
_VALUES = {letter: value for value, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    lines: tuple[str, ...]
    postal_code: str
    city: str
    country: str


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """The traits of a patient (INS: birth name, first names, sex, birth date, place) and consent.

    `birth_place` is an INSEE code of 5 characters. `sharing_consent` is the patient's yes or no to
    identified data in a national system, None when nobody asked.
    """

    birth_name: str
    first_names: tuple[str, ...]
    sex: Sex
    birth_date: date
    used_name: str | None = None
    birth_place: str | None = None
    address: Address | None = None
    sharing_consent: bool | None = None

    def document(self) -> dict[str, Any]:
        """What is sealed as `identity`."""
        return {
            "birth_name": self.birth_name,
            "first_names": list(self.first_names),
            "sex": self.sex.value,
            "birth_date": self.birth_date.isoformat(),
            "used_name": self.used_name,
            "birth_place": self.birth_place,
            "address": None
            if self.address is None
            else {
                "lines": list(self.address.lines),
                "postal_code": self.address.postal_code,
                "city": self.address.city,
                "country": self.address.country,
            },
            "sharing_consent": self.sharing_consent,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Identity:
        """The identity that was sealed."""
        address = document["address"]
        return cls(
            birth_name=document["birth_name"],
            first_names=tuple(document["first_names"]),
            sex=Sex(document["sex"]),
            birth_date=date.fromisoformat(document["birth_date"]),
            used_name=document["used_name"],
            birth_place=document["birth_place"],
            address=None
            if address is None
            else Address(
                tuple(address["lines"]),
                address["postal_code"],
                address["city"],
                address["country"],
            ),
            sharing_consent=document["sharing_consent"],
        )


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How a patient can be reached: an e-mail address, a phone number in E.164."""

    email: str | None
    phone: str | None

    def document(self) -> dict[str, Any]:
        """What is sealed as `contact`."""
        return {"email": self.email, "phone": self.phone}

    @classmethod
    def of(cls, document: dict[str, Any]) -> Contact:
        """The contact that was sealed."""
        return cls(document["email"], document["phone"])


@dataclass(frozen=True, slots=True)
class Kit:
    """The device that was used; `device` is its id in the European list, `expiry` its last day."""

    device: str
    lot: str
    expiry: date
    reader_lot: str | None = None


@dataclass(frozen=True, slots=True)
class Performer:
    """The pharmacist who answers for a result (RPPS, 11 digits)."""

    rpps: str
    family: str | None = None
    given: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What was read on a kit: a value for each analyte (LOINC).

    `timing_reason` is why it was read outside the kit's window, where it was; `identity_status` how
    far the identity was trusted then (RNIV, EXI SI 07).
    """

    kit: Kit
    performer: Performer
    sampled_at: datetime
    read_at: datetime
    values: tuple[tuple[str, ResultValue], ...]
    timing_reason: str | None = None
    identity_status: IdentityStatus = IdentityStatus.PROV

    def document(self) -> dict[str, Any]:
        """What is sealed as `result`."""
        return {
            "device": self.kit.device,
            "lot": self.kit.lot,
            "expiry": self.kit.expiry.isoformat(),
            "reader_lot": self.kit.reader_lot,
            "rpps": self.performer.rpps,
            "performer_family": self.performer.family,
            "performer_given": self.performer.given,
            "sampled_at": self.sampled_at.isoformat(),
            "read_at": self.read_at.isoformat(),
            "values": {loinc: _LETTERS[value] for loinc, value in self.values},
            "timing_reason": self.timing_reason,
            "identity_status": self.identity_status.value,
        }

    @classmethod
    def of(cls, document: dict[str, Any]) -> Reading:
        """The reading that was sealed."""
        return cls(
            kit=Kit(
                document["device"],
                document["lot"],
                date.fromisoformat(document["expiry"]),
                document["reader_lot"],
            ),
            performer=Performer(
                document["rpps"], document["performer_family"], document["performer_given"]
            ),
            sampled_at=datetime.fromisoformat(document["sampled_at"]),
            read_at=datetime.fromisoformat(document["read_at"]),
            values=tuple((loinc, _VALUES[x]) for loinc, x in document["values"].items()),
            timing_reason=document["timing_reason"],
            identity_status=IdentityStatus(document["identity_status"]),
        )
