"""`ecouvillon check` names what is wrong, and how to mend it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from tests.installation import Installed, acting_as

from ecouvillon.config import Config
from ecouvillon.operations import checks
from ecouvillon.operations.checks import findings


def codes(config: Config, *, production: bool = False) -> set[str]:
    return {finding.code for finding in findings(config, production=production)}


@pytest.fixture
def operator(installed: Installed) -> Installed:
    return installed


def test_a_fresh_installation_is_well(operator: Installed) -> None:
    with acting_as("operator", operator):
        assert codes(operator.config) == set()


def test_an_open_secret_is_named(operator: Installed, tmp_path: Path) -> None:
    # A copy: other tests use the installation's own at this moment.
    copied = operator.config.model_copy(update={"keys": tmp_path})
    shutil.copytree(operator.config.secrets, copied.secrets)
    secret = copied.secrets / "auditor.json"
    secret.chmod(0o644)
    with acting_as("operator", operator):
        (finding,) = findings(copied, production=False)
    assert (finding.code, f"chmod 600 {secret}" in finding.mend) == ("secrets", True)


def test_a_missing_migration_is_named(operator: Installed) -> None:
    with operator.copied() as spoilt:
        with operator.connection_as(None, database=spoilt) as connection:
            connection.execute("DELETE FROM django_migrations WHERE app = 'pathway'")
        with acting_as("operator", operator, database=spoilt):
            assert codes(operator.config) == {"migrations"}


@pytest.mark.parametrize("right", ["SUPERUSER", "BYPASSRLS", "CREATEDB", "CREATEROLE"])
def test_a_role_that_may_too_much_is_seen(operator: Installed, right: str) -> None:
    # Rolled back: roles are the whole server's, which other tests use at this moment.
    with operator.connection_as(None) as connection:
        connection.execute("BEGIN")
        connection.execute(f"ALTER ROLE ecouvillon_operator {right}".encode())
        connection.execute("SET LOCAL ROLE ecouvillon_operator")
        assert connection.execute(checks._ROLE.encode()).fetchall() == [(True,)]
        connection.execute("ROLLBACK")


def test_a_role_that_may_too_much_is_named(
    operator: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_ROLE", "SELECT true")
    with acting_as("operator", operator):
        assert codes(operator.config) == {"role"}


def test_a_silent_key_service_is_named(
    operator: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOUVILLON_KEY_SOCKET_DIR", str(tmp_path))
    with acting_as("operator", operator):
        assert codes(operator.config) == {"keys"}


def test_production_refuses_the_embedded_mode(operator: Installed) -> None:
    with acting_as("operator", operator):
        assert codes(operator.config, production=True) == {"https", "embedded", "hosting"}


def production(config: Config, **changed: object) -> Config:
    """Settings that production accepts, but for what is changed."""
    well = {
        "public_url": "https://tests.example",
        "database_url": "postgresql://db.example/ecouvillon?sslmode=verify-full",
        "keystore_url": "postgresql://keys.example/ecouvillon_keystore?sslmode=verify-full",
        "key_service_uids": "web=1001,worker=1002,admin=1003",
        "hosting_certificate": "HDS-1",
        "hosting_expires": date(9999, 1, 1),
    }
    return config.model_copy(update=well | changed)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"public_url": "http://tests.example"}, "https"),
        ({"test_data": True}, "test-data"),
        ({"keystore_url": "postgresql://db.example/other?sslmode=verify-full"}, "key-store"),
        ({"key_service_uids": "web=1001,worker=1001,admin=1003"}, "uids"),
        ({"key_service_uids": ""}, "uids"),
        ({"database_url": "postgresql://db.example/ecouvillon"}, "database-tls"),
        ({"hosting_certificate": None}, "hosting"),
        ({"hosting_certificate": None, "own_premises": True}, None),
        ({"hosting_expires": date(2020, 1, 1)}, "hosting-expired"),
    ],
)
def test_production_asks_for_what_a_real_installation_needs(
    changed: dict[str, object], code: str | None, operator: Installed
) -> None:
    with acting_as("operator", operator):
        found = codes(production(operator.config, **changed), production=True)
    assert found == ({code} if code else set())


def test_the_command_fails_and_prints_json_when_something_is_wrong(operator: Installed) -> None:
    program = "from ecouvillon.operations.cli import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", program, "check", "--production", "--json"],
        capture_output=True,
        check=False,
    )
    answer = json.loads(result.stdout)
    assert (result.returncode, answer["ok"]) == (1, False)
    assert {"code", "what", "mend"} == set(answer["findings"][0])
