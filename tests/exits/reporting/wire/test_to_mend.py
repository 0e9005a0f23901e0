"""Complaints about our own messages lead to the field that somebody can mend."""

from __future__ import annotations

import pytest

from ecouvillon.exits.reporting.to_mend import ToMend, to_mend


@pytest.mark.parametrize(
    ("location", "thing"),
    [
        ("PID^1^3", ToMend.NIR),
        ("PID^1^3^2", ToMend.NIR),
        ("PID^1^5^1^1", ToMend.NAME),
        ("PID^1^7", ToMend.BIRTH_DATE),
        ("PID^1^8", ToMend.SEX),
        ("PID^1^11", ToMend.ADDRESS),
        ("PID^1^11^1^5", ToMend.ADDRESS),
        ("PID^1^11^2", ToMend.BIRTH_PLACE),
        ("PID^1^11^1^9", ToMend.BIRTH_PLACE),
        ("PID^1^13", ToMend.PHONE),
        ("PID^1^13^1^12", ToMend.PHONE),
        ("PID^1^13^2", ToMend.EMAIL),
        ("PID^1^13^1^4", ToMend.EMAIL),
        ("PID^1^32", ToMend.IDENTITY_CHECK),
        ("PV1^1^7", ToMend.PERFORMER),
        ("OBX^2^16", ToMend.PERFORMER),
        ("OBX^3^5", ToMend.RESULT),
        ("OBX^1^18", ToMend.KIT),
        ("OBR^1^7", ToMend.TIME),
        ("ORC^1^21", ToMend.PHARMACY),
    ],
)
def test_a_complaint_leads_to_the_field_that_it_is_about(location: str, thing: ToMend) -> None:
    assert to_mend(location, "101") is thing


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("", ""),
        ("PID", "101"),
        ("PID^1", "101"),
        ("PID^1^3^1", "101"),
        ("MSH^1^10", "101"),
        ("OBR^1^3", "204"),
        ("ZZZ^1^7", "102"),
        ("PID^1^7", "207"),
        ("PID^1^5", "205"),
        ("MSH^1^12", "203"),
    ],
)
def test_what_nobody_at_the_counter_can_mend_is_unknown(location: str, code: str) -> None:
    assert to_mend(location, code) is ToMend.UNKNOWN
