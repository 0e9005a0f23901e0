"""The tour's words, in both languages."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

from ecouvillon.operations.demo import tour

ROOM = Path(tour.__file__).parent
CATALOGUE = ROOM / "locale/fr/LC_MESSAGES"
WORDS = re.compile(r"""\{% translate (?:"([^"]+)"|'([^']+)') %\}""")


def _catalogue() -> dict[str, str]:
    with (CATALOGUE / "django.mo").open("rb") as compiled:
        words: dict[str, str] = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    return {msgid: text for msgid, text in words.items() if msgid}


def test_every_word_of_the_tour_has_its_french_and_no_french_is_left_over() -> None:
    pages = [page.read_text() for page in (ROOM / "templates").rglob("*.html")]
    used = {double or single for page in pages for double, single in WORDS.findall(page)}
    assert used == set(_catalogue())


def test_the_compiled_french_of_the_tour_is_the_one_that_can_be_read() -> None:
    source = (CATALOGUE / "django.po").read_text()
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', source, re.MULTILINE)
    assert dict(pairs) == _catalogue()
