from __future__ import annotations

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation
from tests.frame.pages_under_test import TYPED, IdentityForm


def rendered(source: str, **context: object) -> str:
    with translation.override("fr"):
        return Template("{% load frame %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("negative", "Négatif"),
        ("positive", "Positif"),
        ("indeterminate", "Douteux"),
        ("invalid", "Invalide"),
    ],
)
def test_a_result_is_its_word_and_a_shape_of_its_own(value: str, word: str) -> None:
    markup = rendered("{% result value %}", value=value)
    assert f"<span>{word}</span>" in markup
    others = {"negative", "positive", "indeterminate", "invalid"} - {value}
    shape = rendered("{% result_shape value %}", value=value)
    assert shape in markup
    assert all(rendered("{% result_shape v %}", v=other) != shape for other in others)


def test_the_markup_of_two_results_differs_in_shape_and_word_only() -> None:
    def bare(value: str, word: str) -> str:
        markup = rendered("{% result value 'large' %}", value=value)
        return markup.replace(rendered("{% result_shape v %}", v=value), "").replace(word, "")

    assert bare("negative", "Négatif") == bare("positive", "Positif")


def test_a_value_that_no_result_has_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError):
        rendered("{% result 'probably' %}")


def test_an_icon_is_silent_beside_a_word_and_named_without_one() -> None:
    assert 'aria-hidden="true"' in rendered("{% icon 'lock' %}")
    named = rendered("{% icon 'lock' 'Verrouiller' %}")
    assert 'aria-label="Verrouiller"' in named
    assert "aria-hidden" not in named


@pytest.mark.parametrize("name", ["../apps", "nothing-of-this-name", "lock.svg"])
def test_an_icon_that_does_not_exist_is_an_error_and_not_an_empty_place(name: str) -> None:
    with pytest.raises((ValueError, FileNotFoundError)):
        rendered("{% icon name %}", name=name)


def test_a_label_of_an_icon_is_escaped() -> None:
    assert "<script>" not in rendered("{% icon 'lock' label %}", label='"><script>')


def test_keys_carry_the_names_printed_on_a_french_keyboard() -> None:
    assert ">Entrée</kbd>" in rendered("{% key 'enter' %}")
    assert ">Échap</kbd>" in rendered("{% key 'escape' %}")
    assert "Retour<svg" in rendered("{% key 'backspace' %}")
    assert ">F2</kbd>" in rendered("{% key 'F2' %}")


def test_a_chip_says_its_state_in_a_word_and_may_say_it_in_the_pages_words() -> None:
    assert "Trop tard" in rendered("{% chip 'late' %}")
    waiting = rendered("{% chip 'waiting' words %}", words="attend <9> min")
    assert "attend &lt;9&gt; min" in waiting


def test_a_menu_entry_shows_a_count_only_where_there_is_something() -> None:
    assert "count" not in rendered("{% menu_entry '/x' 'À corriger' %}")
    assert '<span class="count">3</span>' in rendered("{% menu_entry '/x' 'Y' count=3 %}")
    assert 'aria-current="page"' in rendered("{% menu_entry '/x' 'Y' current=True %}")


def field(form: forms.Form, name: str) -> str:
    return rendered("{% field bound %}", bound=form[name])


def test_an_error_stands_above_the_input_and_is_tied_to_it() -> None:
    markup = field(IdentityForm(TYPED | {"first_names": ""}), "first_names")
    assert markup.index('id="id_first_names_error"') < markup.index("<input")
    assert 'aria-invalid="true"' in markup
    assert 'aria-describedby="id_first_names_helptext id_first_names_error"' in markup
    assert '<label for="id_first_names"' in markup


def test_what_was_typed_stays_in_the_field_and_is_escaped() -> None:
    markup = field(IdentityForm(TYPED | {"birth_name": '"><b>'}), "birth_name")
    assert 'value="&quot;&gt;&lt;b&gt;"' in markup


def test_radio_buttons_are_a_fieldset_with_its_legend_and_its_error() -> None:
    markup = field(IdentityForm(TYPED | {"sex": ""}), "sex")
    assert "<legend" in markup
    assert '<fieldset class="field wrong" id="id_sex_field" aria-describedby="id_sex_error"' in (
        markup
    )
    assert markup.count('type="radio"') == 2


def test_only_an_optional_field_says_what_it_is() -> None:
    assert "(facultatif)" in field(IdentityForm(), "code")
    assert "facultatif" not in field(IdentityForm(), "birth_name")


def test_the_summary_leads_to_each_wrong_field_and_is_absent_when_all_is_well() -> None:
    wrong = rendered("{% error_summary form %}", form=IdentityForm(TYPED))
    assert 'href="#id_first_names"' in wrong
    assert 'href="#id_birth_date_0"' in wrong
    well = IdentityForm(TYPED | {"first_names": "Camille", "birth_date_day": "28"})
    assert rendered("{% error_summary form %}", form=well).strip() == ""
