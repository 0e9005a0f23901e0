"""HL7 v2 escaping: text of any origin becomes the content of one component, and nothing more.

Comes in: any text. Goes out: text without delimiters, control characters or line ends, from which
a receiver gets every character back. Always holds: nobody's name can end a field, a segment or an
MLLP frame.

CR, LF and other control characters become hexadecimal escapes (HL7 v2.5, 2.7.5; two digits a byte,
the bytes of UTF-8), instead of being refused: the entrances refuse them, and should one slip
through, a message that can't be built would hold back a result for good.
"""

from __future__ import annotations

# C0 with the frame's VT and FS, DEL, C1 with NEL, and the line ends of Unicode.
_UNPRINTABLE = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029]
_ESCAPES: dict[int, str] = {
    **{code: f"\\X{chr(code).encode().hex().upper()}\\" for code in _UNPRINTABLE},
    **str.maketrans({"|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\\": "\\E\\"}),
}


def escaped(text: str) -> str:
    """`text` as the content of a component. One pass: what it writes is never escaped again."""
    return text.translate(_ESCAPES)
