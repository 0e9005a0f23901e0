"""Every word of the patient's pages in both languages, and French typography in the French ones."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ecouvillon.entrances import patient

ROOM = Path(patient.__file__).parent
CATALOGUE = ROOM / "locale/fr/LC_MESSAGES"
FORMAT = re.compile(r"^j [A-Z]")


def compiled() -> dict[str, str]:
    """By context and msgid; a plural's forms each on their own."""
    with (CATALOGUE / "django.mo").open("rb") as file:
        words = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {str(key): text for key, text in words.items() if key}


def msgids(source: str) -> set[str]:
    return {
        f"{context}\4{msgid}"
        for context, msgid in re.findall(
            r'^(?:msgctxt "(.*)"\n)?msgid "(.+)"$', re.sub(r'"\n"', "", source), re.MULTILINE
        )
    }


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed")
def test_the_catalogue_holds_exactly_the_words_of_the_pages(tmp_path: Path) -> None:
    copy = tmp_path / "patient"
    shutil.copytree(ROOM, copy, ignore=shutil.ignore_patterns("locale", "__pycache__"))
    (copy / "locale").mkdir()
    make = ["-m", "django", "makemessages", "-l", "fr", "--no-location", "--no-wrap"]
    subprocess.run([sys.executable, *make], cwd=copy, check=True, capture_output=True)
    made = (copy / "locale/fr/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    assert msgids((CATALOGUE / "django.po").read_text(encoding="utf-8")) == msgids(made)


def test_the_compiled_catalogue_is_the_one_that_can_be_read() -> None:
    source = (CATALOGUE / "django.po").read_text(encoding="utf-8")
    written = re.findall(r'^msgstr(?:\[\d\])? "(.+)"$', source, re.MULTILINE)
    unescaped = sorted(text.replace("\\\\", "\\") for text in written)
    assert unescaped == sorted(compiled().values())


@pytest.mark.parametrize("mark", [";", ":", "!", "?", "»"])
def test_a_narrow_space_that_does_not_break_stands_before_double_marks(mark: str) -> None:
    texts = [text for text in compiled().values() if not FORMAT.match(text)]
    assert [text for text in texts if re.search(rf"[^\u202f]{re.escape(mark)}", text)] == []


def test_the_words_are_ours() -> None:
    not_ours = re.compile(r"!|veuillez|oups|erreur|'|vous êtes (né|pos)|\(e\)", re.IGNORECASE)
    assert [text for text in compiled().values() if not_ours.search(text)] == []
