"""A person's name as one line, split as the field writes it: given name, then FAMILY NAME.

In: `Anne VERLAIGNE`, `Anne-Lise de La Tour`. Out: given and family name. Always holds: nothing of
the line is lost. Capitals mark the family name, as French administration writes it; without them
it is the last word.
"""

from __future__ import annotations


def split_name(line: str) -> tuple[str, str]:
    """Given and family name of `line`; a single word is a family name."""
    words = line.split()
    first = next(
        (number for number, word in enumerate(words) if len(word) > 1 and word.isupper()),
        max(len(words) - 1, 0),
    )
    return " ".join(words[:first]), " ".join(words[first:])


def name_of_address(email: str) -> str:
    """A name to begin with, when none was said: the part of an address before the `@`."""
    words = email.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ").split()
    return " ".join(word.capitalize() for word in words) or "?"
