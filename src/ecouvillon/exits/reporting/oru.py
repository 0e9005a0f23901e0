r"""HL7 v2.5 ORU^R01^ORU_R01 after our published profile (`docs/interoperability.md`).

Comes in: a `Report`. Goes out: the bytes of one message, UTF-8, segments ended by CR. Always holds:
one OBR, one OBX per analyte; no text can make a field or a segment; an invalid kit is never sent;
a pseudonymised patient is an id, a year and a sex; a NIR is never called an INS, since that needs
a qualified identity, which only the INSi service makes (RNIV, EXI SI 07).

f-strings, not a library: hl7apy builds 180 messages a second. Libraries read what this writes in
the tests.
"""

from __future__ import annotations

from datetime import datetime

from ecouvillon.exits.reporting.countries import alpha_3
from ecouvillon.exits.reporting.escaping import escaped
from ecouvillon.exits.reporting.report import (
    Address,
    Identified,
    Kit,
    Observation,
    Organisation,
    Performer,
    Pseudonymised,
    Report,
    ReportStatus,
    Unreportable,
)
from ecouvillon.terminology.ins import IdentityStatus, trait
from ecouvillon.terminology.loinc import ANALYTES, PANELS
from ecouvillon.terminology.result import ResultValue

PROFILE = "1.0^ECOUVILLON_ORU_R01"
_AUTHORITY = "ECOUVILLON"
_STRUCTURES = "ASIP-SANTE-ST&1.2.250.1.71.4.2.2&ISO"
_PROFESSIONALS = "ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO"

# ORC-1, OBR-25 and OBX-11 tell one story, or the receiver must reject it (ANS, transmission
# profile of HL7 v2, triggering events).
_STORIES = {
    ReportStatus.NEW: ("NW", "F", "F"),
    ReportStatus.CORRECTION: ("RO", "C", "C"),
    ReportStatus.DELETION: ("CA", "X", "D"),
}
_EXAMINATIONS = {
    loinc: f"{loinc}^{escaped(analyte.official_label)}^LN" for loinc, analyte in ANALYTES.items()
}
_PANELS = {
    frozenset(panel.analytes): f"{loinc}^{escaped(panel.official_label)}^LN"
    for loinc, panel in PANELS.items()
}
_SPECIMENS = {
    loinc: f"{analyte.specimen.code}^{escaped(analyte.specimen.display)}^SCT"
    for loinc, analyte in ANALYTES.items()
}
# OBX-5 to OBX-8: value, no unit, no reference range, interpretation.
_VALUES: dict[ResultValue | None, str] = {
    value: f"{value.snomed.code}^{escaped(value.snomed.display)}^SCT|||{value.flag}"
    for value in ResultValue
    if value.flag is not None
}
# What is deleted isn't told again.
_NO_VALUE = "|||"


def build(report: Report) -> bytes:
    """The message for `report`. The same report always gives the same bytes.

    Raises Unreportable (a ValueError): `no_observation`, `invalid_observation`, `no_value`,
    `unknown_analyte`, `repeated_analyte`, `no_zone`, `identity_status`, `no_first_name`,
    `not_unicode`.
    """
    loincs = _analytes(report)
    order_control, order_status, _ = _STORIES[report.status]
    made_at, sampled_at, read_at = map(_moment, (report.made_at, report.sampled_at, report.read_at))
    screening = escaped(report.screening)
    order = f"{screening}^{_AUTHORITY}"
    performer = _performer(report.performer)
    receiver = escaped(report.receiver)
    sender = report.sender
    text = (
        f"MSH|^~\\&|{_AUTHORITY}|{escaped(sender.finess)}^1.2.250.1.71.4.2.2^ISO|{receiver}"
        f"|{receiver}|{made_at}||ORU^R01^ORU_R01|{escaped(report.control_id)}"
        f"|{'T' if report.test else 'P'}|2.5|||||FRA|UNICODE UTF-8|||{PROFILE}\r"
        f"{_patient(report.form)}"
        # N, not applicable: with O (outpatient) the visit would need a number (PV1-19).
        f"PV1|1|N|||||{performer}\r"
        f"ORC|{order_control}|{order}|{order}||||||||||||||||||{_facility(sender)}\r"
        f"OBR|1|{order}|{order}|{_examination(loincs)}|||{sampled_at}|||||||||{performer}"
        f"||||||{read_at}|||{order_status}\r"
        f"{_observations(report, performer, sampled_at, read_at)}"
        f"SPM|1|^{screening}&{_AUTHORITY}||{_SPECIMENS[loincs[0]]}"
        f"|||||||||||||{sampled_at}\r"
    )
    try:
        return text.encode()
    except UnicodeEncodeError:
        # The original error would carry the whole message.
        raise Unreportable("not_unicode") from None


def _analytes(report: Report) -> tuple[str, ...]:
    loincs = tuple(observation.loinc for observation in report.observations)
    if not loincs:
        raise Unreportable("no_observation")
    if len(set(loincs)) < len(loincs):
        raise Unreportable("repeated_analyte")
    if not ANALYTES.keys() >= set(loincs):
        raise Unreportable("unknown_analyte")
    return loincs


def _moment(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise Unreportable("no_zone")
    # Not %Y: the C library doesn't pad it everywhere.
    return f"{moment.year:04}{moment:%m%d%H%M%S%z}"


def _patient(form: Identified | Pseudonymised) -> str:
    if isinstance(form, Identified):
        return _identified(form)
    pseudonym = f"{escaped(form.pseudonym)}^^^{_AUTHORITY}^PI"
    return f"PID|1||{pseudonym}||^^^^^^S||{form.birth_year:04}|{form.sex.hl7}\r"


def _identified(patient: Identified) -> str:
    if patient.identity_status not in (IdentityStatus.PROV, IdentityStatus.VALI):
        raise Unreportable("identity_status")
    if not patient.first_names:
        raise Unreportable("no_first_name")
    identifiers = f"{escaped(patient.patient)}^^^{_AUTHORITY}^PI"
    if patient.nir is not None:
        # NH (health insurance number), without the authority of the INS, whose identifier the
        # same digits would be taken for.
        identifiers += f"~{patient.nir.number}^^^^NH"
    first, *_ = given = [escaped(trait(name)) for name in patient.first_names]
    names = f"{escaped(trait(patient.birth_name))}^{first}^{' '.join(given)}^^^^L"
    if patient.used_name:
        names += f"~{escaped(trait(patient.used_name))}^{first}^^^^^D"
    born = patient.birth_date
    return (
        f"PID|1||{identifiers}||{names}||{born.year:04}{born.month:02}{born.day:02}"
        f"|{patient.sex.hl7}|||{_places(patient.address, patient.birth_place)}"
        f"||{_contact(patient.phone, patient.email)}||||||||||||||||||N|{patient.identity_status}\r"
    )


def _places(address: Address | None, birth_place: str | None) -> str:
    places = []
    if address is not None:
        first, *others = address.lines or ("",)
        places.append(
            f"{escaped(first)}^{escaped(', '.join(others))}^{escaped(address.city)}^"
            f"^{escaped(address.postal_code)}^{escaped(alpha_3(address.country))}^H"
        )
    if birth_place is not None:
        places.append(f"^^^^^^BDL^^{escaped(birth_place)}")
    return "~".join(places)


def _contact(phone: str | None, email: str | None) -> str:
    contact = []
    if phone:
        # CP is a mobile: the numbers 06 and 07 in France (plan of the regulator, ARCEP).
        equipment = "CP" if phone.startswith(("+336", "+337")) else "PH"
        contact.append(f"^PRN^{equipment}^^^^^^^^^{escaped(phone)}")
    if email:
        contact.append(f"^NET^Internet^{escaped(email)}")
    return "~".join(contact)


def _performer(performer: Performer) -> str:
    return (
        f"{performer.rpps.id_nat_ps}^{escaped(performer.family or '')}"
        f"^{escaped(performer.given or '')}^^^^^^{_PROFESSIONALS}^D^^^RPPS"
    )


def _facility(sender: Organisation) -> str:
    return f"{escaped(sender.name)}^^^^^{_STRUCTURES}^FINEG^^^{escaped(sender.finess)}"


def _examination(loincs: tuple[str, ...]) -> str:
    return _PANELS.get(frozenset(loincs)) or _EXAMINATIONS[loincs[0]]


def _observations(report: Report, performer: str, sampled_at: str, read_at: str) -> str:
    _, _, status = _STORIES[report.status]
    deleted = report.status is ReportStatus.DELETION
    producer = f"{escaped(report.sender.finess)}^{escaped(report.sender.name)}^FINEG"
    # OBX-14 is when the specimen was taken, OBX-19 when it was read (HL7 v2.5, 7.4.2.14, 7.4.2.19).
    rest = f"|||{status}|||{sampled_at}|{producer}|{performer}||{_device(report.kit)}|{read_at}\r"
    return "".join(
        f"OBX|{number}|CWE|{_EXAMINATIONS[observation.loinc]}||"
        f"{_NO_VALUE if deleted else _value(observation)}{rest}"
        for number, observation in enumerate(report.observations, start=1)
    )


def _value(observation: Observation) -> str:
    value = _VALUES.get(observation.value)
    if value is None:
        raise Unreportable("no_value" if observation.value is None else "invalid_observation")
    return value


def _device(kit: Kit) -> str:
    identifiers = (
        f"{escaped(kit.device)}^DEVICE~{escaped(kit.lot)}^LOT"
        f"~{kit.expiry.year:04}{kit.expiry.month:02}{kit.expiry.day:02}^EXPIRY"
    )
    if kit.reader_lot:
        identifiers += f"~{escaped(kit.reader_lot)}^READER_LOT"
    return identifiers
