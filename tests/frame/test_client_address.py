"""Whose address a request has, with proxies in front and without."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings

from ecouvillon.frame.client_address import ClientAddressMiddleware


def seen(forwarded: str, proxies: int) -> str:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    request = RequestFactory().get(
        "/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="127.0.0.1"
    )
    with override_settings(TRUSTED_PROXIES=proxies):
        response = ClientAddressMiddleware(view)(request)
    assert isinstance(response, HttpResponse)
    return response.content.decode()


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("203.0.113.7", 0, "127.0.0.1"),
        ("203.0.113.7", 1, "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", 1, "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.0.0.1", 2, "203.0.113.7"),
        ("203.0.113.7", 2, "127.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_added_is_believed(
    forwarded: str, proxies: int, address: str
) -> None:
    assert seen(forwarded, proxies) == address
