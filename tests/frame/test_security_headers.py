from __future__ import annotations

import pytest
from django.test import Client, override_settings


def directives(value: str) -> dict[str, str]:
    return {name: rest for name, _space, rest in (d.partition(" ") for d in value.split("; "))}


@pytest.mark.parametrize("path", ["/components", "/404", "/500", "/503", "/nowhere"])
def test_every_page_carries_the_whole_set_of_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"]
    policy = directives(headers["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"


def test_no_page_allows_inline_code_or_another_host(client: Client) -> None:
    policy = directives(client.get("/components").headers["Content-Security-Policy"])
    assert set(policy.values()) == {"'none'", "'self'"}


def test_the_demo_may_show_pages_in_frames_of_its_own(client: Client) -> None:
    with override_settings(FRAME_ANCESTORS="'self'"):
        policy = directives(client.get("/components").headers["Content-Security-Policy"])
    assert policy["frame-ancestors"] == "'self'"


def test_a_view_opens_only_the_part_of_the_policy_that_it_names(client: Client) -> None:
    opened = directives(client.get("/tour").headers["Content-Security-Policy"])
    usual = directives(client.get("/components").headers["Content-Security-Policy"])
    assert opened == usual | {"frame-src": "'self'"}


def test_an_answer_that_may_be_kept_says_so_itself(client: Client) -> None:
    assert client.get("/kept").headers["Cache-Control"] == "private, max-age=60"


def test_transport_security_is_promised_over_tls_only(client: Client) -> None:
    assert "Strict-Transport-Security" not in client.get("/components").headers
    secure = client.get("/components", secure=True)
    assert secure.headers["Strict-Transport-Security"] == "max-age=63072000"
