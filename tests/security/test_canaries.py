"""A patient whose every field is a canary: what a thief of everything but the keys would find.

The installation is one of its own, with the real processes: their logs are searched too.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests import cast
from tests.installation import command
from tests.processes import running

from ecouvillon.config import Config
from ecouvillon.operations import embedded
from ecouvillon.operations.canaries import needles, search, search_files
from ecouvillon.operations.temporary import temporary

# Each of ten bytes and more, and of nobody.
PERSON = {
    "birth name": "Canarivert-Delalande",
    "used name": "Canaribleu-Desrosiers",
    "first name": "Canarirouge-Philomène",
    "second name": "Canarijaune",
    "birth date": "1951-07-19",
    "NIR": "251077501200174",
    "e-mail": "canari.orange@example.org",
    "phone": "+33699887766",
    "street": "147 allée des Canaris Perdus",
    "city": "Canariville-sur-Oise",
    "external id": "CANARI-DOSSIER-77881",
    "performer": "Canaripharm-Lebrun",
    "performer's first name": "Canarigne-Anatole",
    "RPPS": "10001234565",
    "lot": "LOTCANARI0815",
    "reader's lot": "READCANARI4711",
}
WRONG = {
    "refused name": "Canarirefusé|OBX",
    "refused field": "canari-champ-inconnu",
    "refused value": "canari-valeur-fausse",
}


@dataclass
class Stolen:
    """What the thief has, and what was typed and shown."""

    config: Config
    values: dict[str, str | bytes]
    dump: bytes


def sent() -> dict[str, Any]:
    reading = cast.reading("positive")
    reading["test"]["kit"] |= {"lot": PERSON["lot"], "reader_lot": PERSON["reader's lot"]}
    reading["test"] |= {
        "performer_rpps": PERSON["RPPS"],
        "performer_name": {
            "family": PERSON["performer"],
            "given": PERSON["performer's first name"],
        },
    }
    return {
        "external_id": PERSON["external id"],
        "sharing_consent": True,
        "patient": {
            "birth_name": PERSON["birth name"],
            "used_name": PERSON["used name"],
            "first_names": [PERSON["first name"], PERSON["second name"]],
            "sex": "female",
            "birth_date": PERSON["birth date"],
            "birth_place": "75012",
            "nir": PERSON["NIR"],
            "email": PERSON["e-mail"],
            "phone": PERSON["phone"],
            "address": {
                "lines": [PERSON["street"]],
                "postal_code": "95310",
                "city": PERSON["city"],
                "country": "FR",
            },
        },
        **reading,
    }


def canonical_result(reading: dict[str, Any]) -> bytes:
    """The result as it is encoded before it is sealed, the part that tells it."""
    values = {one["loinc"]: one["value"][0].upper() for one in reading["results"]}
    return b'"values":' + json.dumps(values, separators=(",", ":")).encode()


class Program:
    """A vendor's program over the network."""

    def __init__(self, url: str) -> None:
        self.where = urlsplit(url)
        self.token = ""

    def post(self, path: str, body: str | bytes, kind: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.where.hostname or "", self.where.port)
        try:
            connection.request(
                "POST",
                path,
                body,
                {
                    "Content-Type": kind,
                    "Authorization": f"Bearer {self.token}",
                    "Idempotency-Key": "canari-idempotency-key-1",
                },
            )
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def submit(self, body: object) -> tuple[int, Any]:
        return self.post("/api/v1/screenings", json.dumps(body), "application/json")

    def sign_in(self, credentials: dict[str, str]) -> None:
        form = urlencode({"grant_type": "client_credentials", **credentials})
        status, answer = self.post("/api/oauth/token", form, "application/x-www-form-urlencoded")
        assert status == 200, answer
        self.token = answer["access_token"]


@pytest.fixture(scope="module")
def stolen() -> Iterator[Stolen]:
    with temporary() as config:
        environment = {
            "ECOUVILLON_HOME": str(config.home),
            "ECOUVILLON_KEYS": str(config.keys),
            "ECOUVILLON_KEY_SOCKET_DIR": str(config.home / "sockets"),
            "ECOUVILLON_WEB_PROCESSES": "1",
        }

        def run(*arguments: str) -> dict[str, Any]:
            found: dict[str, Any] = json.loads(command(*arguments, environment=environment))
            return found

        run("migrate", "--json")
        logs = config.home / "logs"
        logs.mkdir(exist_ok=True)
        with (
            running("keys", "serve", environment=environment, log=logs / "keys.log"),
            running("serve", "--port", "0", environment=environment, log=logs / "web.log") as url,
        ):
            run("destination", "add", "--name", "national", "--protocol", "hl7-mllp",
                "--url", "mllp://127.0.0.1:1", "--needs-nir", "--json")  # fmt: skip
            pharmacy = run(
                "pharmacy", "create", "--name", "Officine", "--finess", "750000010", "--json"
            )
            credentials = run(
                "client", "create", "--pharmacy", pharmacy["id"], "--name", "p", "--json"
            )
            program = Program(url)
            program.sign_in(credentials)
            body = sent()
            status, made = program.submit(body)
            assert status == 201, made
            assert made["not_kept"] == []
            for pointer, value in (
                ("/patient/birth_name", WRONG["refused name"]),
                (f"/patient/{WRONG['refused field']}", WRONG["refused value"]),
                ("/patient/email", WRONG["refused value"]),
            ):
                assert program.submit(cast.altered(body, pointer, value))[0] == 422
            assert program.submit({**body, "external_id": None})[0] == 422  # the key again
            where = embedded.superuser_conninfo(config, "ecouvillon")
            with psycopg.connect(make_conninfo(**where), autocommit=True) as superuser:
                superuser.execute("CHECKPOINT")
            dump = subprocess.run(
                [embedded.bin("pg_dump"), "--inserts"],
                env={**os.environ, "PGHOST": where["host"], "PGPORT": where["port"],
                     "PGUSER": where["user"], "PGDATABASE": where["dbname"]},
                check=True,
                capture_output=True,
            ).stdout  # fmt: skip
        yield Stolen(
            config,
            {
                **PERSON,
                **WRONG,
                "result": canonical_result(body),
                "request key": "canari-idempotency-key-1",
                "access token": program.token,
                "client secret": credentials["client_secret"],
                "link's token": made["link"].rpartition("/")[2],
                "link's token as bytes": bytes.fromhex(made["link"].rpartition("/")[2]),
                "code": f"code {made['code']}",
            },
            dump,
        )


# What is stored under a hash without a key, since it has more random bits than can be guessed.
def allowed(hit: str) -> bool:
    return hit in (
        "access token, sha256 in hexadecimal",
        "link's token as bytes, sha256",
        "link's token as bytes, sha256 in hexadecimal",
    )


def test_a_dump_of_the_database_holds_no_value_in_any_encoding(stolen: Stolen) -> None:
    assert b"vault_document" in stolen.dump
    hits = search(stolen.dump, needles(stolen.values))
    assert [hit for hit in hits if not allowed(hit)] == []


def test_the_dump_is_searched_rightly_since_a_planted_value_is_found(stolen: Stolen) -> None:
    planted = stolen.dump + b"\\x" + PERSON["birth name"].encode().hex().encode()
    assert search(planted, needles(stolen.values)) != []


def test_neither_data_files_nor_the_write_ahead_log_hold_a_value(stolen: Stolen) -> None:
    data = (stolen.config.home / "postgres").resolve() / "data"
    assert list(data.glob("pg_wal/0*"))
    hits = search_files(data, needles(stolen.values))
    left = {p: [hit for hit in found if not allowed(hit)] for p, found in hits.items()}
    assert {path: found for path, found in left.items() if found} == {}


def test_what_an_installation_keeps_at_home_holds_no_value(stolen: Stolen) -> None:
    assert search_files(stolen.config.home, needles(stolen.values)) == {}


def test_the_processes_logged_something_but_no_value(stolen: Stolen) -> None:
    for name in ("web", "keys"):
        log = (stolen.config.home / "logs" / f"{name}.log").read_bytes()
        assert b'"ready"' in log
        assert search(log, needles(stolen.values)) == []
