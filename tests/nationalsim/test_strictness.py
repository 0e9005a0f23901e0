"""What the national system accepts and refuses, over a real connection."""

from __future__ import annotations

import hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.nationalsim.messages import (
    PERFORMER,
    PSEUDONYMISED,
    Client,
    encoded,
    group,
    replaced,
    report,
)

from ecouvillon.nationalsim.header import Header
from ecouvillon.nationalsim.reception import judge
from ecouvillon.nationalsim.register import Register
from ecouvillon.nationalsim.system import NationalSystem


def verdict(message: bytes) -> tuple[str, list[tuple[str, int]]]:
    found = judge(Header.read(message), message, Register())
    return found.code, [(f.location, f.code.value[0]) for f in found.findings]


def test_a_report_that_follows_the_profile_is_acknowledged(client: Client) -> None:
    answer = client.ask(report("CONTROL1"))
    assert (answer.code, answer.of, answer.errors) == ("AA", "CONTROL1", [])


def test_a_pseudonymised_report_is_acknowledged(system: NationalSystem, client: Client) -> None:
    assert client.ask(report(patient=PSEUDONYMISED)).code == "AA"
    held = system.results()["ORDER1"]
    assert (held.pseudonymised, held.family, held.birth_date, held.sex) == (True, "", "1984", "F")


def test_an_acknowledgement_is_itself_valid_hl7_and_turns_the_addresses_round(
    client: Client,
) -> None:
    answer = client.ask(report())
    parsed = parse_message(answer.raw.decode(), validation_level=VALIDATION_LEVEL.STRICT)
    assert parsed.validate()
    header = answer.segments[0]
    assert header[2:6] == ["SI", "DGS", "ECOUVILLON", "750000001^1.2.250.1.71.4.2.2^ISO"]
    assert header[8:12] == ["ACK^R01^ACK", header[9], "T", "2.5"]
    assert header[16:18] == ["FRA", "UNICODE UTF-8"]
    assert len(header[9]) == 20


def test_an_error_answer_is_itself_valid_hl7_and_its_text_is_escaped(client: Client) -> None:
    answer = client.ask(replaced(report(), "^Camille Zoé^^^^L", "^Camille Zoé^^^^M"))
    assert answer.code == "AE"
    assert parse_message(answer.raw.decode(), validation_level=VALIDATION_LEVEL.STRICT).validate()
    error = hl7.parse(answer.raw.decode()).segment("ERR")
    assert str(error[2]) == "PID^1^5"
    assert str(error[3]) == "101^Required field missing^HL70357"
    assert str(error[4]) == "E"
    assert str(error[8]).endswith(r"or the report is \S\\S\\S\\S\\S\\S\S")


def test_what_is_held_is_what_the_message_said_with_escapes_resolved(
    system: NationalSystem, client: Client
) -> None:
    hostile = replaced(report(), "MARTIN^", r"O\T\B \F\OBX\F\1\S\\E\\X0D\^")
    assert client.ask(hostile).code == "AA"
    held = system.results()["ORDER1"]
    assert held.family == "O&B |OBX|1^\\\r"
    assert held.given == "Camille"
    assert held.identifiers == {"PI": "S1", "NH": "284027505600164"}
    assert held.observations == {"94558-4": "260415000"}
    assert held.performer == "810001234565"
    assert held.sampled_at == "20261123100500+0100"


def test_a_message_with_several_orders_reports_each_of_them(
    system: NationalSystem, client: Client
) -> None:
    second = group(order="ORDER2", value="260373001^Detected^SCT", flag="POS")
    assert client.ask(report() + second).code == "AA"
    held = {order: r.observations for order, r in system.results().items()}
    assert held == {"ORDER1": {"94558-4": "260415000"}, "ORDER2": {"94558-4": "260373001"}}


def test_a_combined_kit_is_one_order_with_an_observation_per_analyte() -> None:
    segments = report()
    flu = replaced([segments[5]], "94558-4", "80382-5")[0].replace("OBX|1", "OBX|2")
    assert verdict(encoded([*segments[:6], flu, segments[6]])) == ("AA", [])
    twice = segments[5].replace("OBX|1", "OBX|2")
    assert verdict(encoded([*segments[:6], twice])) == ("AE", [("OBX^2^3", 205)])


@pytest.mark.parametrize(
    ("old", "new", "location", "code"),
    [
        ("|CONTROL1|", "|ABCDEFGHIJKLMNOPQRSTU|", "MSH^1^10", 102),
        ("|CONTROL1|", "||", "MSH^1^10", 101),
        ("|FRA|", "||", "MSH^1^17", 103),
        ("UNICODE UTF-8", "8859/15", "MSH^1^18", 103),
        ("|1.0^ECOUVILLON_TROD", "|", "MSH^1^21", 101),
        ("||19840229|", "|||", "PID^1^7", 101),
        ("|19840229|", "|19840230|", "PID^1^7", 102),
        ("|19840229|", "|1984|", "PID^1^7", 102),
        ("|F|||1 rue", "||||1 rue", "PID^1^8", 101),
        ("|F|||1 rue", "|A|||1 rue", "PID^1^8", 103),
        ("^Camille Zoé^^^^L", "^Camille Zoé^^^^D", "PID^1^5", 101),
        ("MARTIN^", "^", "PID^1^5", 101),
        ("MARTIN^", "MAR\x00TIN^", "PID^1^5", 102),
        ("MARTIN^", "MAR\\QTIN^", "PID^1^5", 102),
        ("^^^^NH", "^^^^INS", "PID^1^3", 207),
        ("|VALI", "|SURE", "PID^1^32", 103),
        ("PV1|1|O|", "PV1|1|I|", "PV1^1^2", 103),
        ("PV1|1|O|||||810001234565", "PV1|1|O|||||810001234566", "PV1^1^7", 103),
        ("ORC|NW|", "ORC|RE|", "ORC^1^1", 103),
        ("OBR|1|ORDER1|", "OBR|1|ORDER2|", "OBR^1^2", 207),
        ("OBR|1|ORDER1|ORDER1|94558-4", "OBR|1|ORDER1|ORDER1|94558-5", "OBR^1^4", 103),
        ("|||20261123100500+0100|", "||||", "OBR^1^7", 101),
        ("|||20261123100500+0100|", "|||20261123|", "OBR^1^7", 102),
        ("|||20261123100500+0100|", "|||202611231|", "OBR^1^7", 102),
        ("|||F\n", "|||P\n", "OBR^1^25", 207),
        ("|CWE|", "|ST|", "OBX^1^2", 103),
        ("|CWE|", "|XYZ|", "OBX^1^2", 103),
        ("CWE|94558-4^SARS-CoV-2 Ag^LN", "CWE|94558-4^SARS-CoV-2 Ag^L", "OBX^1^3", 103),
        ("CWE|94558-4", "CWE|LP217198-3", "OBX^1^3", 103),
        ("260415000^Not detected^SCT", "", "OBX^1^5", 101),
        ("260415000^", "10828004^", "OBX^1^5", 103),
        ("detected^SCT", "detected^L", "OBX^1^5", 103),
        ("detected^SCT", "detected^SCT~260373001^Detected^SCT", "OBX^1^5", 207),
        ("|NEG|||F|", "|POS|||F|", "OBX^1^8", 207),
        ("|NEG|||F|", "|NEG|||P|", "OBX^1^11", 103),
        ("|NEG|||F|", "|NEG|||C|", "OBX^1^11", 207),
        ("|||20261123102000+0100|750", "||||750", "OBX^1^14", 101),
        (f"^^FINEG|{PERFORMER}", "^^FINEG|", "OBX^1^16", 101),
        ("^^FINEG|8", "^^FINEG|", "OBX^1^16", 103),
        ("^^FINEG|810001234565", "^^FINEG|810001234567", "OBX^1^16", 103),
        ("SPM|1|S1||258500001", "SPM|x|S1||258500001", "SPM^1^1", 102),
    ],
)
def test_each_rule_of_the_profile_is_enforced_where_it_is_broken(
    old: str, new: str, location: str, code: int
) -> None:
    message = encoded(replaced(report(), old, new))
    assert verdict(message) == ("AE", [(location, code)])


@pytest.mark.parametrize(
    ("old", "new", "location", "code"),
    [
        ("ORU^R01^ORU_R01", "ADT^A01^ADT_A01", "MSH^1^9", 200),
        ("ORU^R01^ORU_R01", "ORU^R30^ORU_R30", "MSH^1^9", 201),
        ("ORU^R01^ORU_R01", "ORU^R01", "MSH^1^9", 201),
        ("|T|2.5|", "|T|2.4|", "MSH^1^12", 203),
        ("|T|2.5|", "|X|2.5|", "MSH^1^11", 202),
        ("|T|2.5|", "||2.5|", "MSH^1^11", 202),
        ("^~\\&", "*~\\&", "MSH^1^2", 102),
    ],
)
def test_what_the_system_does_not_serve_is_rejected_and_not_judged(
    client: Client, old: str, new: str, location: str, code: int
) -> None:
    answer = client.ask(replaced(report(), old, new))
    assert (answer.code, answer.of) == ("AR", "CONTROL1")
    assert answer.errors == [(location, str(code))]


@pytest.mark.parametrize(
    "patient",
    [
        "PID|1||R4nd0m^^^^PI||^^^^^^S||19840229|F",
        "PID|1||R4nd0m^^^^PI~284027505600164^^^^NH||^^^^^^S||1984|F",
        "PID|1||R4nd0m^^^^PI||^^^^^^S||1984|F|||^^Paris^^75002",
        "PID|1||R4nd0m^^^^PI||^^^^^^S||1984|F|||||||||||||||||||||||||VALI",
    ],
)
def test_a_pseudonymised_report_that_says_more_of_the_patient_is_refused(patient: str) -> None:
    code, found = verdict(encoded(report(patient=patient)))
    assert code == "AE"
    assert len(found) == 1


def test_every_finding_is_told_in_the_order_of_the_segments() -> None:
    message = replaced(replaced(report(), "|19840229|", "||"), "|CWE|", "|ST|")
    assert verdict(encoded(message)) == ("AE", [("PID^1^7", 101), ("OBX^1^2", 103)])


@pytest.mark.parametrize(
    "order",
    [
        "MSH PV1 ORC OBR OBX",
        "MSH PID ORC OBR OBX",
        "MSH PID PV1 OBR OBX",
        "MSH PID PV1 ORC OBR",
        "MSH PID PV1 ORC OBX OBR",
        "MSH PID PV1 ORC OBR OBX ZZZ",
        "MSH PID PV1 ORC OBR OBX NTE SPM",
        "MSH PID PV1 ORC OBR OBX SPM SPM",
        "MSH PID PID PV1 ORC OBR OBX",
        "MSH MSH PID PV1 ORC OBR OBX",
    ],
)
def test_segments_out_of_structure_are_refused(order: str) -> None:
    by_name = {s[:3]: s for s in [*report(), "ZZZ|1|x", "NTE|1||x"]}
    code, found = verdict(encoded([by_name[name] for name in order.split()]))
    assert code == "AE"
    assert [number for _, number in found] == [100]


def test_a_broken_line_is_not_echoed_as_the_name_of_a_segment() -> None:
    segments = [*report(), "12 rue du Secret"]
    assert verdict(encoded(segments)) == ("AE", [("MSH^1", 100)])


def test_bytes_that_are_not_utf_8_are_refused_whatever_the_header_says() -> None:
    assert verdict("\r".join(report()).encode("latin-1")) == ("AE", [("MSH^1^18", 102)])


def test_a_deletion_may_go_without_its_value_and_a_result_may_not(client: Client) -> None:
    client.ask(report("CONTROL1"))
    assert client.ask(report("CONTROL2", story=("CA", "X", "X"), value="", flag="")).code == "AA"


@settings(deadline=None, max_examples=50)
@given(text=st.text(max_size=40))
def test_any_text_survives_its_escapes(text: str) -> None:
    escapes = {"\\": "E", "|": "F", "^": "S", "&": "T", "~": "R"}
    written = "".join(
        f"\\{escapes[c]}\\"
        if c in escapes
        else c
        if c.isprintable()
        else f"\\X{c.encode('utf-8', 'ignore').hex()}\\"
        if c.encode("utf-8", "ignore")
        else ""
        for c in text
    )
    register = Register()
    message = encoded(replaced(report(), "MARTIN^", f"A{written}^"))
    assert judge(Header.read(message), message, register).code == "AA"
    read = text.encode("utf-8", "ignore").decode()
    assert register.results()["ORDER1"].family == "A" + read


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(data=st.data())
def test_no_spoilt_message_breaks_the_receiver(data: st.DataObject) -> None:
    message = bytearray(encoded(report()))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(8, len(message) - 1))
        length = data.draw(st.integers(0, 6))
        message[position : position + length] = data.draw(
            st.one_of(
                st.binary(max_size=6), st.sampled_from([b"|", b"^", b"~", b"\\", b"\r", b"&"])
            )
        )
    code, found = verdict(bytes(message))
    assert code in ("AA", "AE", "AR")
    assert (code == "AA") == (found == [])
