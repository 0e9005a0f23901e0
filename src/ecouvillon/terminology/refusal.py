"""The one kind of error of this room: what was typed can't be that thing of the field.

Each value has its own subclass with its own codes. An entrance catches `Refused` and turns class
and code into a sentence in the reader's language; the English messages here are for developers
and logs, and are fixed texts, so that they can never carry what a patient typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class Refused(ValueError):
    """Text that breaks a rule of the field; `code` is stable and for programs."""

    messages: ClassVar[Mapping[str, str]] = {}

    def __init__(self, code: str) -> None:
        super().__init__(self.messages[code])
        self.code = code
