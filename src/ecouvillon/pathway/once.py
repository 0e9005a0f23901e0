"""A form is carried out once, whatever its sender does: double click, back, reload, lost answer.

Comes in: a form's nonce and content (`Asked`), and what to do in the transaction. Goes out: the
screening that the form is about. Always holds: a form that was carried out before does nothing, and
two of the same that come at once are one.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import psycopg

from ecouvillon.errors import KeyReused, WrongState
from ecouvillon.pathway import request
from ecouvillon.trust.isolation.change import Change, change


def once(
    tenant: UUID, asked: request.Asked, screening: UUID, act: Callable[[Change], None]
) -> UUID:
    """Does `act` in one transaction, unless this form was carried out before.

    Returns the screening that the form was first carried out for. Raises `KeyReused` for the same
    nonce with other content, and whatever `act` raises; then nothing happened.
    """
    (claim,) = request.claims(tenant, [asked])
    if (before := _before(tenant, claim)) is not None:
        return before
    try:
        with change(tenant) as writing:
            act(writing)
            writing.add([request.row(tenant, claim, screening)])
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name != "request_pkey":
            raise
        before = _before(tenant, claim)
    except WrongState:
        # A twin of this form may have been carried out while we waited for the screening.
        before = _before(tenant, claim)
        if before is None:
            raise
    return screening if before is None else before


def _before(tenant: UUID, claim: request.Claim) -> UUID | None:
    match request.known(tenant, [claim]).get(claim.key):
        case KeyReused():
            raise KeyReused
        case request.Known(screening=screening):
            return screening
        case _:
            return None
