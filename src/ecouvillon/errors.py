"""What can go wrong, in a few typed errors; each entrance turns them into what its reader needs.

An error never carries a value that somebody typed: it names the field, a code and a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in what was sent.

    `pointer` is a JSON pointer (RFC 6901) to the field; `code` is stable and for programs;
    `message` says what is wrong and what to do, in the reader's language.
    """

    pointer: str
    code: str
    message: str


class EcouvillonError(Exception):
    """The root of all errors that we raise on purpose."""


class Invalid(EcouvillonError):
    """What was sent can't be accepted; nothing was changed."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(f"{p.pointer}: {p.code}" for p in problems))
        self.problems = problems


class NotFound(EcouvillonError):
    """It does not exist, or not for this actor: both answer alike."""


class Forbidden(EcouvillonError):
    """The actor is known but may not do this."""


class WrongState(EcouvillonError):
    """The record is not in a state that allows this."""


class KeyReused(EcouvillonError):
    """An idempotency key came again with another body."""


class StillRunning(EcouvillonError):
    """The same request is being carried out and took longer than we wait for it."""


class Unavailable(EcouvillonError):
    """A part that we need (database, key service) does not answer; the request changed nothing."""


class Misconfigured(EcouvillonError):
    """The installation is set up wrongly; the message says what to type."""
