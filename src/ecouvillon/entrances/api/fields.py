"""The fields of the API's bodies: the rules of `terminology` as pydantic types.

An error has the rule's code and sentence, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from ecouvillon.terminology.birth import birth_date
from ecouvillon.terminology.ins import birth_place
from ecouvillon.terminology.loinc import ANALYTES
from ecouvillon.terminology.nir import Nir
from ecouvillon.terminology.phone import parse_phone
from ecouvillon.terminology.refusal import Refused
from ecouvillon.terminology.rpps import Rpps
from ecouvillon.terminology.text import clean_text, person_name

_LOT = re.compile(r"[!-~]{1,20}")  # GS1 General Specifications, AI 10
_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_COUNTRY = re.compile(r"[A-Z]{2}")


def _rule(parse: Callable[[str], Any]) -> BeforeValidator:
    """A rule of the field as a validator of a JSON string."""

    def validate(value: object) -> Any:
        if not isinstance(value, str):
            raise PydanticCustomError("string_type", "This must be text.")
        try:
            return parse(value)
        except Refused as refused:
            raise PydanticCustomError(refused.code, str(refused)) from None

    return BeforeValidator(validate)


def _pattern(pattern: re.Pattern[str], code: str, message: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not pattern.fullmatch(text):
            raise PydanticCustomError(code, message)
        return text

    return parse


def _email(text: str) -> str:
    address = clean_text(text, max_length=254)
    try:
        validate_email(address)
    except ValidationError:
        raise PydanticCustomError("email", "This is not an e-mail address.") from None
    return address


def _day(text: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("date", "A date is written YYYY-MM-DD and must exist.") from None


def day(moment: datetime | None = None) -> date:
    """The day in France, where pharmacies are: of `moment`, or today."""
    # Which zone this thread is in need not be asked, and asking it takes longer than converting.
    return timezone.localdate(moment, timezone.get_default_timezone())


def _moment(text: str) -> datetime:
    try:
        if not _TIME.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text)
        # The first and the last hours of the calendar don't exist in every time zone.
        day(moment)
    except (ValueError, OverflowError):
        raise PydanticCustomError(
            "datetime", "A time is written YYYY-MM-DDThh:mm:ss+hh:mm and must exist."
        ) from None
    return moment


def _analyte(text: str) -> str:
    if text not in ANALYTES:
        raise PydanticCustomError(
            "unknown_analyte", "This LOINC code is not of a test that pharmacies do here."
        )
    return text


Name = Annotated[str, _rule(person_name)]
Line = Annotated[str, _rule(lambda text: clean_text(text, max_length=100))]
PostalCode = Annotated[str, _rule(lambda text: clean_text(text, max_length=12))]
ExternalId = Annotated[str, _rule(lambda text: clean_text(text, max_length=100))]
Country = Annotated[
    str, _rule(_pattern(_COUNTRY, "country", "A country is two capital letters (ISO 3166-1)."))
]
BirthDate = Annotated[date, _rule(lambda text: birth_date(text, today=day()))]
BirthPlace = Annotated[str, _rule(birth_place)]
NirNumber = Annotated[str, _rule(lambda text: Nir.parse(text).number)]
RppsNumber = Annotated[str, _rule(lambda text: str(Rpps.parse(text)))]
Email = Annotated[str, _rule(_email)]
Phone = Annotated[str, _rule(parse_phone)]
Day = Annotated[date, _rule(_day)]
Moment = Annotated[datetime, _rule(_moment)]
Device = Annotated[
    str,
    _rule(
        _pattern(
            re.compile(r"[A-Za-z0-9.\-]{1,32}"), "device", "A device is its id in the EU list."
        )
    ),
]
Lot = Annotated[str, _rule(_pattern(_LOT, "lot", "A lot has 1 to 20 characters, no spaces."))]
AnalyteCode = Annotated[str, _rule(_analyte)]
