"""A line to a real national system on loopback, and the worker that forwards along it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cast import Api
from tests.installation import Installed, acting_as

from ecouvillon.exits.reporting import destinations
from ecouvillon.exits.reporting.destinations import Wanted
from ecouvillon.exits.reporting.drain import BATCH, Drained, drain
from ecouvillon.exits.reporting.models import Destination, WithoutConsent
from ecouvillon.nationalsim.system import NationalSystem
from ecouvillon.operations.process import operator
from ecouvillon.trust.ledger.actor import Actor
from ecouvillon.trust.vault.models import VaultDocument
from ecouvillon.trust.vault.open import open_documents


@dataclass
class Line:
    """One destination and, where there is one, the system behind it."""

    installed: Installed
    name: str
    system: NationalSystem | None = None
    urls: list[str] = field(default_factory=list)

    @property
    def destination(self) -> Destination:
        """The destination as it stands now."""
        return destinations.find(self.name)

    def drain(self, most: int = BATCH) -> Drained:
        """One round of the worker."""
        with acting_as("worker", self.installed):
            return drain(self.destination, most)

    def pause(self) -> None:
        with acting_as("operator", self.installed):
            destinations.pause(operator(), self.destination)

    def resume(self) -> None:
        with acting_as("operator", self.installed):
            destinations.resume(operator(), self.destination)

    def rows(self, columns: str) -> list[Any]:
        """These columns of its transmissions, oldest first; one column is not wrapped."""
        found = self.sql(
            f"SELECT {columns} FROM transmission"  # noqa: S608 - the test's own words
            " WHERE destination = %s ORDER BY created_at, id",
            self.destination.id,
        )
        return [row[0] if len(row) == 1 else row for row in found]

    def states(self) -> list[str]:
        """The states of its transmissions, oldest first."""
        return self.rows("state")

    def later(self) -> None:
        """Time passes: all waiting is over."""
        self.sql(
            "UPDATE transmission SET next_at = now() WHERE destination = %s RETURNING 1",
            self.destination.id,
        )

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the superuser reads or changes."""
        with self.installed.connection_as(None) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    @property
    def raw(self) -> list[str]:
        """All messages that the system got, as they came."""
        assert self.system is not None
        return [received.raw for received in self.system.received]


@pytest.fixture
def line(installed: Installed) -> Iterator[Callable[..., Line]]:
    """Makes destinations; `url` is one without a system. All are gone after the test."""
    with contextlib.ExitStack() as stack:

        def make(
            faults: str = "",
            *,
            needs_nir: bool = False,
            without_consent: str = "pseudonymise",
            url: str | None = None,
            **options: Any,
        ) -> Line:
            system = None
            if url is None:
                system = stack.enter_context(NationalSystem(faults=faults, **options))
            made = Line(installed, f"national-{uuid4().hex[:10]}", system)
            with acting_as("operator", installed):
                destinations.add(
                    operator(),
                    Wanted(
                        made.name,
                        "hl7-mllp",
                        url or system.url,  # type: ignore[union-attr]
                        needs_nir,
                        WithoutConsent(without_consent),
                    ),
                )
            stack.callback(_remove, made)
            return made

        yield make


def _remove(line: Line) -> None:
    destination = line.destination.id
    with line.installed.connection_as(None) as connection:
        connection.execute("DELETE FROM transmission WHERE destination = %s", [destination])
        connection.execute("DELETE FROM destination WHERE id = %s", [destination])


def documents(line: Line, record: UUID, kind: str) -> list[VaultDocument]:
    """The sealed documents of this kind of a record."""
    found = line.sql(
        "SELECT tenant, record, kind, version, key, body FROM vault_document"
        " WHERE record = %s AND kind = %s",
        record,
        kind,
    )
    names = ("tenant", "record", "kind", "version", "key", "body")
    return [VaultDocument(**dict(zip(names, row, strict=True))) for row in found]


def opened(api: Api, line: Line, record: UUID, kind: str) -> dict[str, Any]:
    """What was sealed, opened by the pharmacy to mend it."""
    (document,) = documents(line, record, kind)
    actor = Actor("client", api.credentials.client_id, api.tenant, uuid4(), "test")
    (content,) = open_documents(actor, "correct", [document])
    return content


def fields(raw: str, segment: str) -> list[str]:
    """The fields of the first segment of this name, numbered as in the standard."""
    (found, *_) = [line for line in raw.split("\r") if line.startswith(segment)]
    values = found.split("|")
    return ["MSH", *values] if segment == "MSH" else values
