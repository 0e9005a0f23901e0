from __future__ import annotations

import datetime

import pytest
from django import forms
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.frame.birth_date import BirthDateField


class Form(forms.Form):
    born = BirthDateField(label="Date de naissance")


def typed(day: str, month: str, year: str) -> Form:
    return Form({"born_day": day, "born_month": month, "born_year": year})


def marked(form: Form) -> list[str]:
    return [
        line.split('id="')[1].split('"')[0]
        for line in str(form["born"]).split("<input")
        if 'aria-invalid="true"' in line
    ]


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2020, 12, 31)))
def test_every_day_that_exists_is_understood(day: datetime.date) -> None:
    form = typed(str(day.day), f"{day.month:02}", str(day.year))
    assert form.is_valid()
    assert form.cleaned_data["born"] == day


@pytest.mark.parametrize(
    ("parts", "code", "wrong"),
    [
        (("31", "02", "1984"), "no_such_day", ["id_born_0"]),
        (("29", "2", "1985"), "no_such_day", ["id_born_0"]),
        (("0", "2", "1985"), "no_such_day", ["id_born_0"]),
        (("1", "13", "1985"), "no_such_day", ["id_born_1"]),
        (("1", "1", "84"), "too_old", ["id_born_2"]),
        (("1", "1", "3000"), "future", ["id_born_2"]),
        (("", "1", "1984"), "missing", ["id_born_0"]),
        (("1", "²", "1984"), "not_a_number", ["id_born_1"]),
        (("1", "1", "-984"), "not_a_number", ["id_born_2"]),
    ],
)
def test_a_wrong_part_is_named_and_marked_alone(
    parts: tuple[str, str, str], code: str, wrong: list[str]
) -> None:
    form = typed(*parts)
    assert [error.code for error in form.errors.as_data()["born"]] == [code]
    assert marked(form) == wrong


def test_tomorrow_is_in_the_future() -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    form = typed(str(tomorrow.day), str(tomorrow.month), str(tomorrow.year))
    assert form.errors.as_data()["born"][0].code == "future"


@given(st.tuples(*[st.text(max_size=6)] * 3))
def test_whatever_is_typed_is_a_date_or_an_error_and_never_repeated(
    parts: tuple[str, str, str],
) -> None:
    form = typed(*parts)
    if not form.is_valid():
        (error,) = form.errors.as_data()["born"]
        assert error.params is None


def test_one_form_does_not_mark_the_next_ones_parts() -> None:
    assert marked(typed("31", "02", "1984")) == ["id_born_0"]
    assert marked(Form()) == []


def test_a_known_date_is_shown_in_its_parts() -> None:
    markup = str(Form(initial={"born": datetime.date(1984, 2, 29)})["born"])
    assert [part in markup for part in ('value="29"', 'value="02"', 'value="1984"')] == [True] * 3
    assert 'autocomplete="bday-day"' in markup


def test_an_optional_date_may_be_left_empty() -> None:
    class Optional(forms.Form):
        born = BirthDateField(required=False)

    form = Optional({})
    assert form.is_valid()
    assert form.cleaned_data["born"] is None
