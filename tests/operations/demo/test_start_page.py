"""The start page's words, in both languages."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

from ecouvillon.operations import demo

ROOM = Path(demo.__file__).parent
CATALOGUE = ROOM / "locale/fr/LC_MESSAGES"


def _catalogue() -> dict[str, str]:
    with (CATALOGUE / "django.mo").open("rb") as compiled:
        words: dict[str, str] = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    return {msgid: text for msgid, text in words.items() if msgid}


def test_every_word_of_the_start_page_has_its_french_and_no_french_is_left_over() -> None:
    used = {
        words
        for page in (ROOM / "templates").rglob("*.html")
        for words in re.findall(r'\{% translate "([^"]+)" %\}', page.read_text())
    }
    assert used == set(_catalogue())


def test_the_compiled_french_is_the_one_that_can_be_read() -> None:
    source = (CATALOGUE / "django.po").read_text()
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    assert dict(pairs) == _catalogue()
