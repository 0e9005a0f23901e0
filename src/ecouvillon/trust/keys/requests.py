"""What may be asked of the key service, field by field: the contract of the socket.

Comes in: an unpacked frame. Goes out: one typed request. Always holds: ids are 16 bytes, names are
short lower-case words (so that they may stand in a log), and no list is endless.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from annotated_types import Len
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ecouvillon.trust.keys.refusals import KeyRefused, Refusal

MOST_ITEMS = 4096
_YEAR_3000 = 32_503_680_000

Id = Annotated[bytes, Len(16, 16)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}\z")]


class Request(BaseModel):
    """A request; `op` on the wire is the class's name in lower case."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)
    named: ClassVar[dict[str, type[Request]]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        Request.named[cls.__name__.lower()] = cls


class Lease(Request):
    """Fresh keys of one tenant, so many of each kind."""

    tenant: Id
    counts: dict[Name, Annotated[int, Field(ge=1)]]


class Unwrap(Request):
    """The keys of documents: items of tenant, key, kind, opening id."""

    purpose: Name
    items: Annotated[tuple[tuple[Id, Id, Name, Id], ...], Len(1, MOST_ITEMS)]


class Mac(Request):
    """MACs of values: items of tenant, field, value."""

    items: Annotated[tuple[tuple[Id, Name, bytes], ...], Len(1, MOST_ITEMS)]


class Links(Request):
    """Tokens and codes of links: items of tenant, link id."""

    items: Annotated[tuple[tuple[Id, Id], ...], Len(1, MOST_ITEMS)]


class Confirm(Request):
    """These keys are used by committed documents."""

    keys: Annotated[tuple[Id, ...], Len(1, MOST_ITEMS)]


class Sweep(Request):
    """Every key of a document committed before this instant (Unix seconds) has been confirmed."""

    confirmed_until: Annotated[float, Field(ge=0, lt=_YEAR_3000)]  # refuses NaN and infinity too


class Shred(Request):
    """Destroy these keys: items of tenant, key."""

    items: Annotated[tuple[tuple[Id, Id], ...], Len(1, MOST_ITEMS)]


class Status(Request):
    """What the key store holds."""


def parse(frame: object) -> Request:
    """The request in `frame`; raises `KeyRefused` (malformed, too many) without a value of it."""
    if not isinstance(frame, dict):
        raise KeyRefused(Refusal.MALFORMED)
    fields = dict(frame)
    request = Request.named.get(str(fields.pop("op", "")))
    if request is None:
        raise KeyRefused(Refusal.MALFORMED)
    try:
        return request.model_validate(fields)
    except ValidationError as error:
        kinds = {e["type"] for e in error.errors(include_input=False, include_url=False)}
        code = Refusal.TOO_MANY if kinds == {"too_long"} else Refusal.MALFORMED
        raise KeyRefused(code) from None
