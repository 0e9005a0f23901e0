"""Every sentence that the API can say exists in French and in English."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation

from ecouvillon.entrances import api as room
from ecouvillon.terminology import birth, ins, nir, rpps, text
from ecouvillon.terminology.refusal import Refused

SPOKEN = {"_", "gettext_noop", "PydanticCustomError", "_pattern"}
RULES: tuple[type[Refused], ...] = (
    birth.InvalidBirthDate,
    ins.InvalidBirthPlace,
    nir.InvalidNir,
    rpps.InvalidRpps,
    text.UnsafeText,
)


def sentences() -> list[str]:
    found = {message for rule in RULES for message in rule.messages.values()}
    for path in Path(str(room.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPOKEN:
                spoken = [a.value for a in node.args if isinstance(a, ast.Constant)]
                # The last text of a call is the sentence; before it may stand a code.
                found.update(str(words) for words in spoken[-1:])
    return sorted(found)


def test_the_sentences_are_found() -> None:
    assert len(sentences()) > 40


@pytest.mark.parametrize("sentence", sentences())
def test_each_sentence_of_the_api_is_there_in_french(sentence: str) -> None:
    with translation.override("fr"):
        assert translation.gettext(sentence) != sentence
    with translation.override("en"):
        assert translation.gettext(sentence) == sentence
