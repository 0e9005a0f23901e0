"""A link as a test holds it: what the API answered to a program for its patient."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tests.cast import Api, screening
from tests.installation import Installed

WRONG = "00000000"


@dataclass(frozen=True)
class Handed:
    """A link, its code, and the screening that it opens."""

    tenant: UUID
    screening: UUID
    path: str
    code: str

    @property
    def token(self) -> bytes:
        return bytes.fromhex(self.path.rpartition("/")[2])


def hand(api: Api, *values: str, **changes: object) -> Handed:
    """A screening with its result (`negative` unless said), and its link."""
    found = api.submit(screening(*values, **changes)).json()
    path = "/r/" + found["link"].rpartition("/")[2]
    return Handed(api.tenant, UUID(found["id"]), path, found["code"])


def attempts(installed: Installed, link: Handed) -> int:
    """How many of the link's attempts are used up."""
    with installed.connection_as(None) as connection:
        row = connection.execute(
            "SELECT attempts FROM link WHERE screening = %s", [link.screening]
        ).fetchone()
    assert row is not None
    return int(row[0])


def entries(installed: Installed, link: Handed) -> list[tuple[str, str]]:
    """What the ledger says of the link's screening: actor's kind and action, in order."""
    with installed.connection_as(None) as connection:
        return connection.execute(
            "SELECT actor_kind, action FROM ledger_entry WHERE record = %s ORDER BY at, action",
            [link.screening],
        ).fetchall()
