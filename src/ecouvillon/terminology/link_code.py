"""The code that opens a result together with its link: 40 bits as 8 Crockford base32 characters.

What comes in is 5 bytes, or what a patient typed from a slip or a screen; what goes out is the one
canonical spelling. I, L and O aren't used but are understood (as 1, 1 and 0), and U is left out,
so that what is misread still opens. Source: Crockford, Base 32 (2002).
"""

from __future__ import annotations

import re

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_BYTES = 5

_MISREAD = str.maketrans("OIL", "011")


def encode_link_code(secret: bytes) -> str:
    """Write 5 bytes as 8 characters. Raises ValueError for another number of bytes."""
    if len(secret) != _BYTES:
        raise ValueError("A link's code is made of 5 bytes.")
    number = int.from_bytes(secret)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))


def normalise_link_code(text: str) -> str | None:
    """Return the 8 characters that somebody meant, or None when it can't be a code.

    Lower case, spaces and hyphens are forgiven.
    """
    compact = re.sub(r"[\s\-‐‑–—]", "", text)
    # Upper case only of ASCII: "ı".upper() is an I that nobody typed.
    if len(compact) != LENGTH or not compact.isascii():
        return None
    code = compact.upper().translate(_MISREAD)
    return code if all(character in _ALPHABET for character in code) else None


def display_link_code(code: str) -> str:
    """Write a code as two groups of four, as it is shown and printed: `4K7P-9QRT`."""
    return f"{code[:4]}-{code[4:]}"
