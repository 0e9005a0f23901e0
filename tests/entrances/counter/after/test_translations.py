"""Every sentence that comes after a reading exists in French and in English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

from ecouvillon.entrances.counter import after

ROOM = Path(str(after.__file__)).parent
TEMPLATES = ROOM.parent / "templates" / "counter" / "after"
SPOKEN = {"_", "gettext_lazy", "ngettext"}
# The same word in both languages.
ALIKE = {"E-mail", "Test", "exp.", "lot"}


def sentences() -> list[str]:
    found: set[str] = set()
    for page in TEMPLATES.glob("*.html"):
        found |= set(re.findall(r'{% translate "([^"]+)" %}', page.read_text()))
        for text in re.findall(
            r"{% blocktranslate[^%]*%}(.*?){% (?:plural|endblock)", page.read_text(), re.DOTALL
        ):
            found.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", text))
    for module in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPOKEN:
                found.update(
                    str(words.value) for words in node.args[:1] if isinstance(words, ast.Constant)
                )
    return sorted(found - ALIKE)


def test_the_sentences_are_found() -> None:
    assert len(sentences()) > 90


@pytest.mark.parametrize("sentence", sentences())
def test_each_sentence_is_there_in_french(sentence: str) -> None:
    with translation.override("fr"):
        # What has a plural is found by `ngettext` only.
        words = {translation.gettext(sentence), translation.ngettext(sentence, sentence, 1)}
        assert words != {sentence}
