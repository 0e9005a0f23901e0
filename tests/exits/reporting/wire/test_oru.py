"""Every message is read back by two libraries that did not build it, field by field."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecouvillon.exits.reporting.oru import build
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
from ecouvillon.terminology.result import ResultValue
from ecouvillon.terminology.rpps import Rpps
from ecouvillon.terminology.sex import Sex

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
HOSTILE = ["X\rOBX|1", "^~\\&", "a|b", "\\F\\", "\x1c\r\x0b", "\x00", "\x85\u2028\n", "\\X0D\\"]


def fields(message: bytes, segment: str, nth: int = 0) -> list[str]:
    """The fields of a segment as python-hl7 reads them, still escaped; [n] is field n."""
    return [str(field) for field in hl7.parse(message).segments(segment)[nth]]


def unescape(value: str) -> str:
    def character(escape: re.Match[str]) -> str:
        code = escape[1]
        if code[0] == "X":
            return bytes.fromhex(code[1:]).decode()
        return {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}[code]

    return re.sub(r"\\([^\\]*)\\", character, value)


def strictly_parsed(message: bytes) -> list[Any]:
    """The segments as hl7apy reads them; it raises for what isn't valid HL7 v2.5."""
    parsed = parse_message(message.decode(), validation_level=VALIDATION_LEVEL.STRICT)
    parsed.validate()

    def leaves(element: Any) -> list[Any]:
        if element.classname == "Segment":
            return [element]
        return [leaf for child in element.children for leaf in leaves(child)]

    return leaves(parsed)


def identified(report: Report) -> Identified:
    assert isinstance(report.form, Identified)
    return report.form


def pseudonymised(report: Report) -> Report:
    return replace(report, form=Pseudonymised("Z0R4ND0M", 1984, Sex.MALE))


def test_the_header_says_who_sends_what_to_whom(report: Report) -> None:
    msh = fields(build(report), "MSH")
    assert msh[3:8] == [
        "ECOUVILLON",
        "750000018^1.2.250.1.71.4.2.2^ISO",
        "SIMULATEUR",
        "SIMULATEUR",
        "20261124102005+0100",
    ]
    assert msh[9:13] == ["ORU^R01^ORU_R01", "ABCDEFGHIJKLMNOPQRST", "P", "2.5"]
    assert msh[13:22] == ["", "", "", "", "FRA", "UNICODE UTF-8", "", "", "1.0^ECOUVILLON_ORU_R01"]


def test_data_that_is_not_real_is_marked_as_a_test(report: Report) -> None:
    assert fields(build(replace(report, test=True)), "MSH")[11] == "T"


def test_an_identified_patient_is_told_trait_by_trait(report: Report) -> None:
    pid = fields(build(report), "PID")
    assert pid[3] == "P9X3^^^ECOUVILLON^PI~295109912611193^^^^NH"
    assert pid[5] == "MARTIN-L'HOTE^ZOE^ZOE ANNE MARIE^^^^L~O'NEIL^ZOE^^^^^D"
    assert pid[7:9] == ["19951002", "F"]
    assert pid[11] == "1 rue de la Paix^Bât. A^Paris^^75002^FRA^H~^^^^^^BDL^^75056"
    assert pid[13] == "^PRN^CP^^^^^^^^^+33612345678~^NET^Internet^zoe@example.org"
    assert pid[31:] == ["N", "VALI"]


def test_what_is_not_known_of_a_patient_leaves_empty_fields(report: Report) -> None:
    bare = replace(
        identified(report),
        used_name=None,
        birth_place=None,
        address=None,
        phone=None,
        email=None,
        nir=None,
    )
    pid = fields(build(replace(report, form=bare)), "PID")
    assert pid[3] == "P9X3^^^ECOUVILLON^PI"
    assert pid[5] == "MARTIN-L'HOTE^ZOE^ZOE ANNE MARIE^^^^L"
    assert [pid[11], pid[13]] == ["", ""]


def test_a_nir_is_never_sent_as_an_ins(report: Report) -> None:
    message = build(report).decode()
    _, nir = fields(message.encode(), "PID")[3].split("~")
    assert nir.split("^")[1:] == ["", "", "", "NH"]
    # The authorities of the INS: real, provisional, test.
    for mark in ("^INS", "1.2.250.1.213.1.4", "INS-NIR", "INS-NIA"):
        assert mark not in message


def test_a_pseudonymised_patient_is_an_id_a_year_and_a_sex(report: Report) -> None:
    pid = fields(build(pseudonymised(report)), "PID")
    assert pid == ["PID", "1", "", "Z0R4ND0M^^^ECOUVILLON^PI", "", "^^^^^^S", "", "1984", "M"]


def test_a_pseudonymised_message_holds_no_trait_of_the_patient(report: Report) -> None:
    text = build(pseudonymised(report)).decode()
    for trait_of_patient in ("MARTIN", "ZOE", "NEIL", "19951002", "Paix", "612345678", "29510"):
        assert trait_of_patient not in text


def test_a_combined_kit_is_one_order_of_its_panel_with_a_result_per_analyte(
    report: Report,
) -> None:
    message = build(report)
    parsed = hl7.parse(message)
    assert [str(segment[0]) for segment in parsed] == (
        ["MSH", "PID", "PV1", "ORC", "OBR", "OBX", "OBX", "OBX", "SPM"]
    )
    assert fields(message, "OBR")[4].startswith("97099-6^")
    told = [fields(message, "OBX", n) for n in range(3)]
    assert [(obx[1], obx[2], obx[3].split("^")[0], obx[5], obx[8]) for obx in told] == [
        ("1", "CWE", "94558-4", "260415000^Not detected^SCT", "NEG"),
        ("2", "CWE", "80382-5", "260373001^Detected^SCT", "POS"),
        ("3", "CWE", "80383-3", "419984006^Inconclusive^SCT", "IND"),
    ]
    assert {obx[3].rpartition("^")[2] for obx in told} == {"LN"}


def test_analytes_without_a_panel_code_are_ordered_by_the_first(report: Report) -> None:
    four = (*report.observations, Observation("72885-7", ResultValue.NEGATIVE))
    assert fields(build(replace(report, observations=four)), "OBR")[4].startswith("94558-4^")


def test_a_result_says_when_where_by_whom_and_with_which_kit(report: Report) -> None:
    message = build(report)
    performer = "810001234565^DURAND^Léa^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^RPPS"
    assert fields(message, "OBX")[14:] == [
        "20261124100500+0100",
        "750000018^Pharmacie du Marché^FINEG",
        performer,
        "",
        "1232^DEVICE~L42^LOT~20270331^EXPIRY~R7^READER_LOT",
        "20261124102000+0100",
    ]
    obr = fields(message, "OBR")
    assert [obr[7], obr[16], obr[22]] == ["20261124100500+0100", performer, "20261124102000+0100"]
    assert fields(message, "PV1")[2:8] == ["N", "", "", "", "", performer]
    assert fields(message, "ORC")[21] == (
        "Pharmacie du Marché^^^^^ASIP-SANTE-ST&1.2.250.1.71.4.2.2&ISO^FINEG^^^750000018"
    )
    spm = fields(message, "SPM")
    assert [spm[2], spm[4], spm[17]] == (
        ["^K7Q2M4&ECOUVILLON", "258500001^Nasopharyngeal swab^SCT", "20261124100500+0100"]
    )


def test_a_pharmacist_whose_name_is_unknown_is_told_by_number(report: Report) -> None:
    unnamed = replace(report, performer=Performer(Rpps("10001234565"), None, None))
    assert fields(build(unnamed), "PV1")[7].startswith("810001234565^^^^")


@pytest.mark.parametrize(
    ("status", "story"),
    [
        (ReportStatus.NEW, ("NW", "F", "F")),
        (ReportStatus.CORRECTION, ("RO", "C", "C")),
        (ReportStatus.DELETION, ("CA", "X", "D")),
    ],
)
def test_order_control_and_statuses_tell_one_story(
    report: Report, status: ReportStatus, story: tuple[str, str, str]
) -> None:
    message = build(replace(report, status=status))
    statuses = {fields(message, "OBX", n)[11] for n in range(3)}
    assert (fields(message, "ORC")[1], fields(message, "OBR")[25], *statuses) == story


def test_a_correction_names_the_order_that_it_corrects(report: Report) -> None:
    for segment in ("ORC", "OBR"):
        told = {
            tuple(fields(build(replace(report, status=status)), segment)[2:4])
            for status in ReportStatus
        }
        assert told == {("K7Q2M4^ECOUVILLON", "K7Q2M4^ECOUVILLON")}


def test_a_deletion_does_not_tell_the_result_again(report: Report) -> None:
    nameless = tuple(Observation(o.loinc, None) for o in report.observations)
    message = build(replace(report, status=ReportStatus.DELETION, observations=nameless))
    assert [fields(message, "OBX", n)[5:9] for n in range(3)] == [["", "", "", ""]] * 3
    assert build(replace(report, status=ReportStatus.DELETION)) == message


def test_a_telephone_is_told_from_a_mobile(report: Report) -> None:
    form = replace(identified(report), phone="+33140000000", email=None)
    pid = fields(build(replace(report, form=form)), "PID")
    assert pid[13] == "^PRN^PH^^^^^^^^^+33140000000"


def test_an_address_abroad_has_the_three_letters_of_its_country(report: Report) -> None:
    form = replace(identified(report), address=Address(("Ring 1",), "1010", "Wien", "AT"))
    assert fields(build(replace(report, form=form)), "PID")[11].startswith(
        "Ring 1^^Wien^^1010^AUT^H"
    )


@pytest.mark.parametrize("status", list(ReportStatus))
@pytest.mark.parametrize("form", ["identified", "pseudonymised"])
def test_strict_hl7apy_reads_the_same_fields_as_python_hl7(
    report: Report, form: str, status: ReportStatus
) -> None:
    told = replace(report if form == "identified" else pseudonymised(report), status=status)
    message = build(told)
    compared = 0
    for ours, theirs in zip(strictly_parsed(message), hl7.parse(message), strict=True):
        by_number: dict[int, list[str]] = {}
        for field in ours.children:
            number = int(field.name.rpartition("_")[2])
            by_number.setdefault(number, []).append(field.to_er7())
        read = {n: "~".join(repetitions) for n, repetitions in by_number.items()}
        expected = {n: str(value) for n, value in enumerate(theirs) if n and str(value)}
        assert read == expected
        compared += len(read)
    assert compared > 60


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_inside_its_component(report: Report, text: str) -> None:
    assert_told(report, text)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=ANY_TEXT)
def test_any_text_stays_inside_its_component(report: Report, text: str) -> None:
    assert_told(report, text)


def assert_told(report: Report, text: str) -> None:
    """Put `text` into every free text; each comes back from its place, and nothing moves."""
    form = replace(
        identified(report),
        patient=text,
        birth_name=text,
        first_names=(text,),
        used_name=text,
        address=Address((text, text), text, text, text),
        phone=text,
        email=text,
    )
    told = replace(
        report,
        sender=Organisation(text, text),
        receiver=text,
        screening=text,
        form=form,
        performer=Performer(Rpps("10001234565"), text, text),
        kit=Kit(text, text, date(2027, 3, 31), text),
    )
    message = build(told)
    assert not set(message) & {0x0B, 0x1C, 0x0A, 0x00}
    parsed = hl7.parse(message)
    assert [str(segment[0]) for segment in parsed] == (
        ["MSH", "PID", "PV1", "ORC", "OBR", "OBX", "OBX", "OBX", "SPM"]
    )
    assert [len(segment) for segment in parsed] == (
        [len(segment) for segment in hl7.parse(build(report))]
    )

    def at(segment: str, field: int, repetition: int, component: int) -> str:
        return unescape(
            fields(message, segment)[field].split("~")[repetition].split("^")[component - 1]
        )

    assert at("MSH", 5, 0, 1) == text
    assert at("MSH", 4, 0, 1) == text
    assert at("PID", 3, 0, 1) == text
    assert [at("PID", 5, 0, n) for n in (1, 2, 3)] == [trait(text)] * 3
    assert at("PID", 5, 1, 1) == trait(text)
    assert [at("PID", 11, 0, n) for n in (1, 2, 3, 5)] == [text] * 4
    assert at("PID", 13, 0, 12) == text
    assert at("PID", 13, 1, 4) == text
    assert [at("PV1", 7, 0, n) for n in (2, 3)] == [text] * 2
    assert at("ORC", 3, 0, 1) == text
    assert at("ORC", 21, 0, 1) == text
    assert [at("OBX", 18, n, 1) for n in (0, 1, 3)] == [text] * 3


def refused(report: Report) -> str:
    with pytest.raises(Unreportable) as caught:
        build(report)
    assert isinstance(caught.value, ValueError)
    return caught.value.code


def test_an_invalid_kit_is_never_sent_as_a_result(report: Report) -> None:
    for status in (ReportStatus.NEW, ReportStatus.CORRECTION):
        invalid = (Observation("94558-4", ResultValue.INVALID),)
        assert refused(replace(report, observations=invalid, status=status)) == (
            "invalid_observation"
        )


def test_a_report_without_what_it_needs_is_refused(report: Report) -> None:
    one = report.observations[0]
    naive = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - the mistake that is tested
    form = identified(report)
    assert refused(replace(report, observations=())) == "no_observation"
    assert refused(replace(report, observations=(one, one))) == "repeated_analyte"
    assert refused(replace(report, observations=(replace(one, value=None),))) == "no_value"
    unknown = (replace(one, loinc="1-8"),)
    assert refused(replace(report, observations=unknown)) == "unknown_analyte"
    assert refused(replace(report, made_at=naive)) == "no_zone"
    assert refused(replace(report, sampled_at=naive)) == "no_zone"
    assert refused(replace(report, read_at=naive)) == "no_zone"
    assert refused(replace(report, form=replace(form, first_names=()))) == "no_first_name"


@pytest.mark.parametrize("status", [IdentityStatus.QUAL, IdentityStatus.RECUP])
def test_an_identity_that_we_cannot_have_checked_is_refused(
    report: Report, status: IdentityStatus
) -> None:
    form = replace(identified(report), identity_status=status)
    assert refused(replace(report, form=form)) == "identity_status"


def test_text_that_is_not_unicode_is_refused_without_being_quoted(report: Report) -> None:
    form = replace(identified(report), email="secret\ud800@example.org")
    with pytest.raises(Unreportable) as caught:
        build(replace(report, form=form))
    error = caught.value
    assert error.code == "not_unicode"
    assert error.__suppress_context__
    assert "secret" not in str(error)


def test_times_keep_the_zone_that_they_have(report: Report) -> None:
    utc = replace(report, sampled_at=datetime(2026, 7, 1, 8, 0, tzinfo=UTC))
    assert fields(build(utc), "OBR")[7] == "20260701080000+0000"


def test_a_representation_shows_nothing_of_the_patient(report: Report) -> None:
    for told in (repr(report), repr(pseudonymised(report))):
        for secret in ("Martin", "Zoé", "1995", "1984", "29510", "positive", "example.org"):
            assert secret not in told
