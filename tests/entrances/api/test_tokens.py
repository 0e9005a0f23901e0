from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests.cast import Api, fetch_token, patient, rows_of
from tests.installation import Installed, acting_as

from ecouvillon.errors import NotFound
from ecouvillon.operations.process import operator
from ecouvillon.people.pharmacy.create import revoke_client


def status(api: Api) -> int:
    return int(api.submit({"patient": patient()}).status_code)


def as_superuser(installed: Installed, statement: str, api: Api) -> None:
    with installed.connection_as(None) as connection:
        connection.execute(statement.encode(), [api.credentials.client_id.hex])


def test_the_discovery_document_names_an_endpoint_that_gives_tokens(api: Api) -> None:
    found = Client().get("/.well-known/openid-configuration").json()
    assert found["grant_types_supported"] == ["client_credentials"]
    path = found["token_endpoint"].removeprefix(found["issuer"])
    answer = Client().post(
        path,
        {
            "grant_type": "client_credentials",
            "client_id": api.credentials.client_id.hex,
            "client_secret": api.credentials.client_secret,
        },
    )
    assert answer.status_code == 200
    assert status(replace(api, token=answer.json()["access_token"])) == 201


@pytest.mark.parametrize("token", ["", "x", "é" * 30, "a" * 10_000])
def test_without_a_known_token_nobody_gets_in(api: Api, installed: Installed, token: str) -> None:
    sent = replace(api, token=token).submit({"patient": patient()})
    assert sent.status_code == 401
    assert sent["WWW-Authenticate"].startswith("Bearer")
    assert sent["Content-Type"] == "application/problem+json"
    assert rows_of(installed, api.tenant)["screening"] == 0


def test_a_token_in_another_scheme_is_not_looked_at(api: Api) -> None:
    answer = Client().post(
        "/api/v1/screenings",
        b"{}",
        content_type="application/json",
        headers={"Authorization": f"Basic {api.token}", "Idempotency-Key": "k"},
    )
    assert answer.status_code == 401


def test_an_expired_token_is_refused(api: Api, installed: Installed) -> None:
    assert status(api) == 201
    as_superuser(
        installed,
        "UPDATE allauth_idp_oidc_token SET expires_at = now() - interval '1 second'"
        " WHERE client_id = %s",
        api,
    )
    assert status(api) == 401


def test_a_revoked_client_is_refused_from_its_next_request_on(
    api: Api, installed: Installed
) -> None:
    assert status(api) == 201
    with acting_as("operator", installed):
        revoke_client(operator(), api.credentials.client_id)
        with pytest.raises(NotFound):
            revoke_client(operator(), api.credentials.client_id)
    assert status(api) == 401
    with installed.connection_as("auditor") as connection:
        entries = connection.execute(
            "SELECT action FROM ledger_entry WHERE record = %s ORDER BY at",
            [api.credentials.client_id],
        ).fetchall()
    assert entries == [("client created",), ("client revoked",)]


def test_a_client_can_t_end_another_one_s_token(api: Api, stranger: Api) -> None:
    answer = Client().post(
        "/api/oauth/revoke",
        {
            "token": api.token,
            "client_id": stranger.credentials.client_id.hex,
            "client_secret": stranger.credentials.client_secret,
        },
    )
    assert answer.status_code == 200
    assert status(api) == 201


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        ({"client_id": "a\0"}, "invalid_request"),
        ({"grant_type": "password", "username": "a"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "a"}, "unsupported_grant_type"),
    ],
)
def test_the_token_endpoint_knows_one_grant_and_no_control_characters(
    api: Api, sent: dict[str, str], error: str
) -> None:
    answer = fetch_token(api.credentials, **sent)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_token_that_its_program_gave_back_is_refused(api: Api) -> None:
    assert status(api) == 201
    answer = Client().post(
        "/api/oauth/revoke",
        {
            "token": api.token,
            "client_id": api.credentials.client_id.hex,
            "client_secret": api.credentials.client_secret,
        },
    )
    assert answer.status_code == 200
    assert status(api) == 401


def test_a_token_does_what_its_scopes_say_and_no_more(newcomer: Callable[..., Api]) -> None:
    writer = newcomer(scopes=("screenings:write",))
    made = writer.submit({"patient": patient()}).json()
    assert writer.get(f"/api/v1/screenings/{made['id']}").status_code == 403
    reader = newcomer(scopes=("screenings:status",))
    assert status(reader) == 403


@pytest.mark.parametrize(
    "wrong",
    [{"client_secret": "guessed"}, {"client_id": UUID(int=1).hex}, {"grant_type": "password"}],
)
def test_the_token_endpoint_gives_nothing_for_a_wrong_secret_client_or_grant(
    api: Api, wrong: dict[str, str]
) -> None:
    answer = fetch_token(api.credentials, **wrong)
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()


def test_a_scope_that_the_client_has_not_is_not_granted(newcomer: Callable[..., Api]) -> None:
    reader = newcomer(scopes=("screenings:status",))
    answer: Any = fetch_token(reader.credentials, scope="screenings:write")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path", ["authorize", "device", "userinfo", "introspect", "logout", "register"]
)
def test_no_other_endpoint_of_the_provider_is_there(api: Api, path: str) -> None:
    for answer in (Client().get(f"/api/oauth/{path}"), Client().post(f"/api/oauth/{path}")):
        assert answer.status_code == 404


def test_the_database_holds_neither_token_nor_secret(api: Api, installed: Installed) -> None:
    with installed.connection_as(None) as connection:
        kept = str(
            connection.execute(
                "SELECT t::text FROM allauth_idp_oidc_client t"
                " UNION ALL SELECT t::text FROM allauth_idp_oidc_token t"
                " UNION ALL SELECT t::text FROM api_client t"
            ).fetchall()
        )
    assert api.credentials.client_id.hex in kept
    assert api.token not in kept
    assert api.credentials.client_secret not in kept
