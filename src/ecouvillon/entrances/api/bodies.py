"""The bodies that programs send; rules of single fields are in `fields`, others in `judge`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from ecouvillon.entrances.api import fields
from ecouvillon.pathway.correct import Reason
from ecouvillon.screening.patient import (
    Address,
    Contact,
    Identity,
    Kit,
    Performer,
    Reading,
)
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.sex import Sex


class Body(BaseModel):
    """A JSON object; a field that we don't know is an error, since it would be lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AddressBody(Body):
    """A postal address."""

    lines: Annotated[list[fields.Line], Field(min_length=1, max_length=6)]
    postal_code: fields.PostalCode
    city: fields.Line
    country: fields.Country


class PatientBody(Body):
    """The patient; birth name, a first name, sex and birth date are required."""

    birth_name: fields.Name
    first_names: Annotated[list[fields.Name], Field(min_length=1, max_length=10)]
    sex: Sex
    birth_date: fields.BirthDate
    used_name: fields.Name | None = None
    birth_place: fields.BirthPlace | None = None
    nir: fields.NirNumber | None = None
    email: fields.Email | None = None
    phone: fields.Phone | None = None
    address: AddressBody | None = None

    def registration(self, sharing_consent: bool | None) -> Registration:
        """The patient as the pathway registers one."""
        address = self.address
        reachable = self.email is not None or self.phone is not None
        return Registration(
            identity=Identity(
                birth_name=self.birth_name,
                first_names=tuple(self.first_names),
                sex=self.sex,
                birth_date=self.birth_date,
                used_name=self.used_name,
                birth_place=self.birth_place,
                address=None
                if address is None
                else Address(
                    tuple(address.lines), address.postal_code, address.city, address.country
                ),
                sharing_consent=sharing_consent,
            ),
            contact=Contact(self.email, self.phone) if reachable else None,
            nir=self.nir,
        )


class KitBody(Body):
    """The device that was used."""

    device: fields.Device
    lot: fields.Lot
    expiry: fields.Day
    reader_lot: fields.Lot | None = None


class PerformerNameBody(Body):
    """The name of the pharmacist who answers for the result."""

    family: fields.Name
    given: fields.Name


class TestBody(Body):
    """How and by whom the test was done."""

    kit: KitBody
    sampled_at: fields.Moment
    read_at: fields.Moment
    performer_rpps: fields.RppsNumber
    performer_name: PerformerNameBody | None = None


class ResultBody(Body):
    """What was read of one analyte."""

    loinc: fields.AnalyteCode
    value: ResultValue


Results = Annotated[list[ResultBody], Field(min_length=1, max_length=10)]


class ReadingBody(Body):
    """A test and its results, for a screening that was registered before."""

    test: TestBody
    results: Results

    def reading(self) -> Reading:
        """The reading as the pathway records one."""
        return reading(self.test, self.results)


class ScreeningBody(Body):
    """A patient, with the test and its results where they are known already."""

    patient: PatientBody
    external_id: fields.ExternalId | None = None
    sharing_consent: StrictBool | None = None
    test: TestBody | None = None
    results: Results | None = None


class CorrectionBody(Body):
    """What is true after all: the patient, or the test with its results, or both; and why."""

    reason: Reason
    patient: PatientBody | None = None
    sharing_consent: StrictBool | None = None
    test: TestBody | None = None
    results: Results | None = None


class CancellationBody(Body):
    """Why a result is void."""

    reason: Reason


def reading(test: TestBody, results: list[ResultBody]) -> Reading:
    """The reading that a test and its results say."""
    name = test.performer_name
    return Reading(
        kit=Kit(test.kit.device, test.kit.lot, test.kit.expiry, test.kit.reader_lot),
        performer=Performer(
            test.performer_rpps,
            None if name is None else name.family,
            None if name is None else name.given,
        ),
        sampled_at=test.sampled_at,
        read_at=test.read_at,
        values=tuple((result.loinc, result.value) for result in results),
    )
