"""Patients' data leaves this machine through TLS only."""

from __future__ import annotations

import pytest

from ecouvillon.exits.reporting.address import InvalidAddress, MllpAddress, parse_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("mllp://127.0.0.1:2575", MllpAddress("127.0.0.1", 2575, tls=False)),
        ("mllp://localhost:1/", MllpAddress("localhost", 1, tls=False)),
        ("mllp://[::1]:2575", MllpAddress("::1", 2575, tls=False)),
        ("mllps://reports.example.org:65535", MllpAddress("reports.example.org", 65535, tls=True)),
        ("MLLPS://Reports.Example.org:2575", MllpAddress("reports.example.org", 2575, tls=True)),
    ],
)
def test_an_address_is_read(url: str, address: MllpAddress) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mllp://reports.example.org:2575", "plain"),
        ("mllp://192.0.2.1:2575", "plain"),
        ("mllp://0.0.0.0:2575", "plain"),
        ("mllp://localhost.example.org:2575", "plain"),
        ("mllp://127.0.0.1.example.org:2575", "plain"),
        ("http://localhost:2575", "scheme"),
        ("localhost:2575", "scheme"),
        ("", "scheme"),
        ("mllps://:2575", "host"),
        ("mllps://exa mple.org:2575", "host"),
        ("mllps://[::1:2575", "host"),
        ("mllps://example.org", "port"),
        ("mllps://example.org:0", "port"),
        ("mllps://example.org:65536", "port"),
        ("mllps://example.org:hl7", "port"),
        ("mllps://user:secret@example.org:2575", "extra"),
        ("mllps://example.org:2575/path", "extra"),
        ("mllps://example.org:2575?a=1", "extra"),
        ("mllps://example.org:2575#a", "extra"),
    ],
)
def test_a_bad_address_is_refused_with_its_mend_and_without_being_quoted(
    url: str, code: str
) -> None:
    with pytest.raises(InvalidAddress) as caught:
        parse_address(url)
    assert caught.value.code == code
    assert "mllps://" in str(caught.value) or code == "extra"
    assert "secret" not in str(caught.value)
