"""Text that people typed, made safe to store, show and put into a message.

What comes in is any string; what goes out is the same text in Unicode NFC without outer spaces,
on one line, free of characters that can't be seen or that reorder what is seen. It is refused
rather than repaired: a name that carries a segment separator (`X\\rOBX|1`) is an attack or an
accident, and either way nobody's name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import ClassVar

from ecouvillon.terminology.refusal import Refused

NAME_MAX_LENGTH = 100

# A letter that NFC composes to one character came as four at most (a base, three marks).
_MOST_DECOMPOSED = 4

# Characters that turn the direction of the text around them (Unicode Standard Annex 9, section 2):
# with one, a screen shows another name than the one that is stored ("Trojan Source", 2021).
_BIDI_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Keyboards and word processors write these for the plain hyphen and the plain apostrophe.
_NAME_SPELLINGS = str.maketrans({"‐": "-", "‑": "-", "\u00a0": " ", "\u202f": " "})
_NAME_PUNCTUATION = frozenset(" -'’.")


class UnsafeText(Refused):
    """Text that can't be kept."""

    messages: ClassVar[Mapping[str, str]] = {
        "empty": "There is no text.",
        "too_long": "The text is too long.",
        "control_character": "The text holds a control character or a line break.",
        "bidi_mark": "The text holds an invisible mark that changes the reading direction.",
        "unexpected_character": "The text holds a character that does not belong here.",
    }


def clean_text(value: str, *, max_length: int) -> str:
    """Return `value` in NFC, without outer spaces, at most `max_length` characters.

    Raises UnsafeText: `too_long`, `control_character`, `bidi_mark`, `unexpected_character`
    (other invisible or unassigned characters), `empty`.
    """
    # Before any work, so that a megabyte costs nothing.
    if len(value) > max_length * _MOST_DECOMPOSED:
        raise UnsafeText("too_long")
    for character in value:
        _refuse_invisible(character)
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        raise UnsafeText("empty")
    if len(text) > max_length:
        raise UnsafeText("too_long")
    return text


def person_name(value: str) -> str:
    """Return a family, used or given name: letters, marks, spaces, hyphen, apostrophe, period.

    At most 100 characters, at least one letter; runs of spaces become one.
    Raises UnsafeText as `clean_text` does; `unexpected_character` also for `<`, `|`, digits and
    all else that no name holds, or when there is no letter.
    """
    text = " ".join(
        clean_text(value, max_length=NAME_MAX_LENGTH).translate(_NAME_SPELLINGS).split()
    )
    categories = [unicodedata.category(character)[0] for character in text]
    allowed = all(
        category in "LM" or character in _NAME_PUNCTUATION
        for category, character in zip(categories, text, strict=True)
    )
    if not allowed or "L" not in categories:
        raise UnsafeText("unexpected_character")
    return text


def _refuse_invisible(character: str) -> None:
    if character in _BIDI_MARKS:
        raise UnsafeText("bidi_mark")
    category = unicodedata.category(character)
    # Cc: control; Zl, Zp: line and paragraph separator.
    if category in ("Cc", "Zl", "Zp"):
        raise UnsafeText("control_character")
    # Cf: other invisible ones (zero width space, byte order mark); Cs: half of a surrogate pair,
    # which UTF-8 can't write; Co, Cn: without a meaning that two systems would share.
    if category in ("Cf", "Cs", "Co", "Cn"):
        raise UnsafeText("unexpected_character")
