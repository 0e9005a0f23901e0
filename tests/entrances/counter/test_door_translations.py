"""Every sentence at the door exists in French and in English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from ecouvillon.entrances.counter import signin

ROOM = Path(str(signin.__file__)).parent
TEMPLATES = ROOM.parent / "templates" / "counter"
SPOKEN = {"_", "gettext_lazy", "ngettext"}
# The same word in both languages.
ALIKE = {"Invitation"}


def sentences() -> list[str]:
    found: set[str] = set()
    for page in [*TEMPLATES.glob("signin/*.html"), TEMPLATES / "staff.html"]:
        text = page.read_text()
        found |= set(re.findall(r"{% translate (?:\"([^\"]+)\")", text))
        found |= set(re.findall(r"{% translate '([^']+)'", text))
        found |= set(re.findall(r"_\(\"([^\"]+)\"\)", text))
    for module in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPOKEN:
                found.update(
                    str(words.value) for words in node.args[:1] if isinstance(words, ast.Constant)
                )
    return sorted(found - ALIKE)


def test_the_sentences_are_found() -> None:
    assert len(sentences()) > 35


@pytest.mark.parametrize("sentence", sentences())
def test_each_sentence_of_the_door_is_there_in_french(sentence: str) -> None:
    with translation.override("fr"):
        # What has a plural is found by `ngettext` only.
        words = {translation.gettext(sentence), translation.ngettext(sentence, sentence, 1)}
        assert words != {sentence}
    with translation.override("en"):
        assert translation.gettext(sentence) == sentence
