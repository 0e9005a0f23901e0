"""Kit barcodes as scanners type them."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.terminology.gs1 import InvalidScan, KitScan, parse_kit_scan

GTIN = "03701234567891"
KIT = KitScan(GTIN, "L42", date(2027, 3, 31))
GS = "\x1d"
AZERTY_DIGITS = str.maketrans("1234567890", "&é\"'(-è_çà")


def gtin_with_key(body: str) -> str:
    """Add the GS1 key to 13 digits: weights 3 and 1 from the left, complement to ten."""
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def refusal_of(scan: str) -> str:
    with pytest.raises(InvalidScan) as refusal:
        parse_kit_scan(scan)
    assert scan not in str(refusal.value) or not scan
    return refusal.value.code


@pytest.mark.parametrize(
    "scan",
    [
        f"01{GTIN}1727033110L42",
        f"]d201{GTIN}1727033110L42",
        f"]C101{GTIN}10L42{GS}17270331",
        f"]Q301{GTIN}10L42{GS}17270331\r\n",
        f"]D2{GS}01{GTIN}{GS}17270331{GS}10L42{GS}",
        f"01{GTIN}10L42{GS}1727033121SER1",
        f"01{GTIN}21SER1{GS}1727033110L42",
        f"01{GTIN}11250401172703312002{GS}10L42{GS}240REF{GS}241OTHER",
        f"01{GTIN}10L42|17270331",
        f"10L42{GS}1727033101{GTIN}",
        f"01{GTIN}1727030010L42",
    ],
)
def test_a_scan_with_its_separators_is_read(scan: str) -> None:
    assert parse_kit_scan(scan) == KIT


@pytest.mark.parametrize(
    "scan",
    [
        f"01{GTIN}10L4217270331",
        f"01{GTIN}10L421727033121SER1",
        f"01{GTIN}1125040110L4217270331",
        f"01{GTIN}21SER11727033110L42",
        f"10L4201{GTIN}17270331",
        f"1727033110L4201{GTIN}",
    ],
)
def test_a_scan_that_lost_a_separator_is_read_where_it_means_one_thing(scan: str) -> None:
    assert parse_kit_scan(scan) == KIT


@pytest.mark.parametrize("lot", ["A17", "COV2110056", "2011", "17", "L10", "1727"])
def test_a_lot_of_digits_that_look_like_identifiers_survives_a_lost_separator(lot: str) -> None:
    assert parse_kit_scan(f"01{GTIN}10{lot}17270331").lot == lot


@pytest.mark.parametrize(
    "scan",
    [
        # The lot is L42 and made on 1 April 2025, or it is L4211250401.
        f"01{GTIN}10L421125040117270331",
        # It expires in 2027 and has a serial number, or in 2028.
        f"01{GTIN}10X1727033121A17280331",
    ],
)
def test_a_scan_that_could_hold_two_lots_is_refused(scan: str) -> None:
    assert refusal_of(scan) == "ambiguous"


@pytest.mark.parametrize(
    "line",
    [
        f"(01){GTIN}(17)270331(10)L42",
        f"(01) {GTIN} (10) L42 (17) 270331",
        f"(01){GTIN}(10)L42(17)270331(240)REF(21)S1",
    ],
)
def test_the_line_that_people_read_is_understood(line: str) -> None:
    assert parse_kit_scan(line) == KIT


@pytest.mark.parametrize(
    "typed",
    [
        f"01{GTIN}1727033110L42".translate(AZERTY_DIGITS),
        f"$dé{f'01{GTIN}1727033110L42'.translate(AZERTY_DIGITS)}",
        f"$C&{f'01{GTIN}10L42{GS}17270331'.translate(AZERTY_DIGITS)}",
        f"01{GTIN}10L4217270331".translate(AZERTY_DIGITS),
        f"01{GTIN}1727033110L42".translate(AZERTY_DIGITS).upper(),
    ],
)
def test_a_scanner_in_american_layout_on_a_french_keyboard_is_understood(typed: str) -> None:
    assert parse_kit_scan(typed) == KIT


def test_the_letters_of_a_lot_change_places_back_with_the_layout() -> None:
    typed = f"01{GTIN}1727033110".translate(AZERTY_DIGITS) + "QZA?m)q,é"
    assert parse_kit_scan(typed).lot == "AWQM;-am2"


@pytest.mark.parametrize("lot", ["L42-(B)", "a&b", "X'_"])
def test_a_right_scan_keeps_signs_in_its_lot(lot: str) -> None:
    assert parse_kit_scan(f"01{GTIN}1727033110{lot}").lot == lot


@pytest.mark.parametrize(
    ("scan", "code"),
    [
        ("", "not_gs1"),
        ("HELLO", "not_gs1"),
        ("été", "not_gs1"),
        ("3701234567891", "not_gs1"),
        ("https://example.org/01/03701234567891", "not_gs1"),
        ("1727033110L42", "not_gs1"),
        ("010370123456", "not_gs1"),
        (f"01{GTIN}17270331XX", "not_gs1"),
        (f"01{GTIN}10L42{GS}10L43{GS}17270331", "not_gs1"),
        ("01" + "9" * 400, "not_gs1"),
        (f"01{GTIN[:-1]}21727033110L42", "gtin_key"),
        (f"(01){GTIN[:-1]}2(17)270331(10)L42", "gtin_key"),
        (f"01{GTIN}17270331", "no_lot"),
        (f"01{GTIN}1727033110", "no_lot"),
        (f"01{GTIN}1727033110{'L' * 21}", "no_lot"),
        (f"01{GTIN}1727033110L\x0042", "no_lot"),
        (f"01{GTIN}1727033110L 42", "no_lot"),
        (f"01{GTIN}10L42", "expiry"),
        (f"01{GTIN}1727023110L42", "expiry"),
        (f"01{GTIN}1727130010L42", "expiry"),
        (f"01{GTIN}10L42{GS}1727", "expiry"),
    ],
)
def test_what_is_no_kit_is_refused_with_its_code(scan: str, code: str) -> None:
    assert refusal_of(scan) == code


def test_day_00_is_the_last_day_of_the_month_in_a_leap_year_too() -> None:
    assert parse_kit_scan(f"01{GTIN}1728020010L42").expiry == date(2028, 2, 29)


@st.composite
def kits(draw: st.DrawFn, lots: str) -> KitScan:
    gtin = gtin_with_key(draw(st.text("0123456789", min_size=13, max_size=13)))
    lot = draw(st.text(lots, min_size=1, max_size=20))
    return KitScan(gtin, lot, draw(st.dates(date(2000, 1, 1), date(2099, 12, 31))))


@given(kits(string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_"), st.booleans())
def test_any_kit_is_read_from_a_standard_scan(kit: KitScan, lot_last: bool) -> None:
    fixed, lot = f"17{kit.expiry:%y%m%d}", f"10{kit.lot}"
    scan = f"]d201{kit.gtin}" + (fixed + lot if lot_last else f"{lot}{GS}{fixed}")
    assert parse_kit_scan(scan) == kit


@given(kits(string.ascii_letters))
def test_any_kit_with_a_lot_of_letters_survives_a_lost_separator_and_layout(kit: KitScan) -> None:
    scan = f"01{kit.gtin}10{kit.lot}17{kit.expiry:%y%m%d}"
    swapped = str.maketrans("aqzwAQZWmM", "qawzQAWZ,?")
    typed = scan.translate(swapped).translate(AZERTY_DIGITS)
    assert parse_kit_scan(scan) == kit
    assert parse_kit_scan(typed) == kit


@given(kits(string.digits))
def test_a_lost_separator_never_gives_another_lot_than_the_right_one(kit: KitScan) -> None:
    scan = f"01{kit.gtin}10{kit.lot}17{kit.expiry:%y%m%d}"
    answer: KitScan | str
    try:
        answer = parse_kit_scan(scan)
    except InvalidScan as refusal:
        answer = refusal.code
    assert answer in (kit, "ambiguous")


@given(st.text(max_size=60) | st.text('01(])d2C17\x1dLà&é"', max_size=60))
def test_whatever_is_typed_is_a_kit_or_a_refusal_and_nothing_else(typed: str) -> None:
    try:
        kit = parse_kit_scan(typed)
    except InvalidScan:
        return
    assert len(kit.gtin) == 14
    assert 0 < len(kit.lot) <= 20
