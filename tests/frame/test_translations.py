"""Every word of the shell in both languages, and French typography in the French ones."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

from ecouvillon import frame

ROOM = Path(frame.__file__).parent
CATALOGUE = ROOM / "locale/fr/LC_MESSAGES"
PATTERNS = (
    r"""\{% translate "([^"]+)" %\}""",
    r"""\{% translate '([^']+)' %\}""",
)


def catalogue() -> dict[str, str]:
    with (CATALOGUE / "django.mo").open("rb") as compiled:
        words: dict[str, str] = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    return {msgid: text for msgid, text in words.items() if msgid}


def used() -> set[str]:
    found: set[str] = set()
    for page in (ROOM / "templates").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for pattern in PATTERNS:
            found.update(re.findall(pattern, text))
    for module in ROOM.rglob("*.py"):
        text = re.sub(r'"\s*\n\s*"', "", module.read_text(encoding="utf-8"))
        found.update(re.findall(r'(?:\b_|gettext_lazy)\(\s*"([^"]+)"\s*\)', text))
    return found


def test_every_word_has_its_french_and_no_french_is_left_over() -> None:
    assert used() == set(catalogue())


def test_the_compiled_catalogue_is_the_one_that_can_be_read() -> None:
    source = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    assert dict(pairs) == catalogue()


@pytest.mark.parametrize("mark", [";", ":", "!", "?", "»"])
def test_a_narrow_space_that_does_not_break_stands_before_double_marks(mark: str) -> None:
    wrong = [
        text for text in catalogue().values() if re.search(rf"[^\u202f]{re.escape(mark)}", text)
    ]
    assert wrong == []


def test_the_words_are_ours() -> None:
    shouting = re.compile(r"!|veuillez|oups|erreur|'", re.IGNORECASE)
    assert [text for text in catalogue().values() if shouting.search(text)] == []
