"""A person's name as one line, split as the field writes it: given name, then FAMILY NAME.

In: `Anne VERLAIGNE`, `Marie-Lise DE LA TOUR`. Out: given and family name. Always holds: nothing of
the line is lost. Capitals after the first word begin the family name, as French administration
writes it; where none do, it is the last word.
"""

from __future__ import annotations


def split_name(line: str) -> tuple[str, str]:
    """Given and family name of `line`; a single word is a family name."""
    words = line.split()
    begins = [number for number, word in enumerate(words) if _is_capitals(word)]
    first = begins[0] if begins and begins[0] > 0 else max(len(words) - 1, 0)
    return " ".join(words[:first]), " ".join(words[first:])


def name_of_address(email: str) -> str:
    """A name to begin with, when none was said: the part of an address before the `@`."""
    words = email.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ").split()
    return " ".join(word.capitalize() for word in words) or "?"


def _is_capitals(word: str) -> bool:
    # An initial (`M.`) is no family name.
    return word.isupper() and sum(character.isalpha() for character in word) > 1
