"""Who appears in the tests: pharmacies, their programs, and what these send.

A program talks to the whole web application below its server: middleware, routes, database.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from django.test import Client
from django.utils import timezone
from psycopg import sql
from tests.installation import Installed, acting_as

from ecouvillon.exits.reporting.destinations import Wanted, add
from ecouvillon.exits.reporting.models import Destination, WithoutConsent
from ecouvillon.operations.process import operator
from ecouvillon.people.pharmacy.create import SCOPES, Credentials, create_client, create_pharmacy
from ecouvillon.people.pharmacy.models import Pharmacy
from ecouvillon.terminology.finess import Finess

Answer = TypeVar("Answer")


class QuickArgon2(Argon2PasswordHasher):
    """The same hash with the smallest parameters: tests make hundreds of clients."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


@contextmanager
def quick_hashes() -> Iterator[None]:
    """Clients' secrets are hashed quickly."""
    before = settings.PASSWORD_HASHERS
    settings.PASSWORD_HASHERS = ["tests.cast.QuickArgon2"]
    try:
        yield
    finally:
        settings.PASSWORD_HASHERS = before


@dataclass(frozen=True)
class Api:
    """A program of a pharmacy, with its access token."""

    pharmacy: Pharmacy
    credentials: Credentials
    token: str

    @property
    def tenant(self) -> UUID:
        """The pharmacy's id."""
        return self.pharmacy.tenant

    def post(self, path: str, body: object, *, key: str | None = None, **more: str) -> Any:
        """POSTs JSON (or bytes as they are) with a new Idempotency-Key, or with `key`."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or uuid4().hex,
            **{name.replace("_", "-"): value for name, value in more.items()},
        }
        return Client().post(
            path,
            sent,
            content_type="application/json",
            headers={k: v for k, v in headers.items() if v},
        )

    def submit(self, body: object, **more: Any) -> Any:
        """Hands in one screening."""
        return self.post("/api/v1/screenings", body, **more)

    def get(self, path: str, **more: str) -> Any:
        """GETs with the token."""
        return Client().get(path, headers={"Authorization": f"Bearer {self.token}", **more})


def newcomer(
    installed: Installed, scopes: tuple[str, ...] = SCOPES, database: str | None = None
) -> Api:
    """A new pharmacy, made by the operator, with a program that fetched its token."""
    with acting_as("operator", installed, database):
        pharmacy = create_pharmacy(operator(), "Pharmacie du Marché", Finess.parse("750000010"))
        credentials = create_client(operator(), pharmacy, "logiciel", scopes)
    return Api(pharmacy, credentials, fetch_token(credentials).json()["access_token"])


def destination(installed: Installed, *, needs_nir: bool = False) -> Destination:
    """A new destination, made by the operator; nothing listens there."""
    wanted = Wanted(
        name=f"national-{uuid4().hex[:8]}",
        protocol="hl7-mllp",
        url="mllp://127.0.0.1:2575",
        needs_nir=needs_nir,
        without_consent=WithoutConsent.PSEUDONYMISE,
    )
    with acting_as("operator", installed):
        return add(operator(), wanted)


def fetch_token(credentials: Credentials, **more: str) -> Any:
    """What the token endpoint answers."""
    return Client().post(
        "/api/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id.hex,
            "client_secret": credentials.client_secret,
            **more,
        },
    )


def patient(**changes: object) -> dict[str, Any]:
    """A patient as programs send one: no more than is required."""
    return {
        "birth_name": "MARTIN",
        "first_names": ["Camille"],
        "sex": "female",
        "birth_date": "1984-02-29",
    } | changes


def screening(*values: str, **changes: object) -> dict[str, Any]:
    """A screening with its result (`negative` unless said), for COVID-19."""
    return {"patient": patient(), **reading(*values)} | changes


def reading(*values: str) -> dict[str, Any]:
    """A test and its results."""
    sampled = timezone.now() - timedelta(minutes=30)
    return {
        "test": {
            "kit": {
                "device": "1232",
                "lot": "L42",
                "expiry": (timezone.localdate() + timedelta(days=90)).isoformat(),
            },
            "sampled_at": sampled.isoformat(),
            "read_at": (sampled + timedelta(minutes=15)).isoformat(),
            "performer_rpps": "10001234565",
        },
        "results": [
            {"loinc": loinc, "value": value}
            for loinc, value in zip(
                ("94558-4", "80382-5", "80383-3"), values or ("negative",), strict=False
            )
        ],
    }


def altered(body: Any, pointer: str, value: object) -> Any:
    """A copy of `body` with `value` at the JSON pointer `pointer`, which may be new."""
    changed = copy.deepcopy(body)
    *path, last = pointer.split("/")[1:]
    place = changed
    for part in path:
        place = place[int(part) if isinstance(place, list) else part]
    if isinstance(place, list):
        place.insert(int(last), value) if int(last) == len(place) else place.__setitem__(
            int(last), value
        )
    else:
        place[last] = value
    return changed


def rows_of(installed: Installed, tenant: UUID) -> dict[str, int]:
    """How many rows each table has of this pharmacy, as the superuser counts them."""
    with installed.connection_as(None) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name = 'tenant' ORDER BY 1"
            )
        ]
        return {
            table: connection.execute(
                sql.SQL("SELECT count(*) FROM {} WHERE tenant = %s").format(sql.Identifier(table)),
                [tenant],
            ).fetchall()[0][0]
            for table in tables
        }


def at_once(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """What each act returns; they begin together, each in a thread of its own."""
    barrier = threading.Barrier(len(acts))
    answers: dict[int, Answer] = {}
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            barrier.wait()
            answers[number] = acts[number]()
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return [answers[number] for number in range(len(acts))]
