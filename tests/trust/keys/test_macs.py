"""MACs, and the tokens and codes of links that are made of them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecouvillon.trust.keys.client import KeyClient
from ecouvillon.trust.keys.refusals import KeyRefused
from ecouvillon.trust.keys.service import _crockford

from .conftest import Rows

TENANT = uuid4()


def test_a_mac_is_the_same_each_time(web: KeyClient, worker: KeyClient) -> None:
    item = (TENANT, "external-id", b"A-1042")
    assert web.mac([item]) == worker.mac([item])
    assert len(web.mac([item])[0]) == 32


def test_macs_of_one_value_differ_by_tenant_and_field(web: KeyClient) -> None:
    other = uuid4()
    macs = web.mac(
        [
            *[(TENANT, "external-id", b"A-1042"), (other, "external-id", b"A-1042")],
            *[(TENANT, "phone", b"A-1042"), (TENANT, "external-id", b"A-1043")],
        ]
    )
    assert len(set(macs)) == 4


def test_a_link_has_a_token_of_128_bits_and_a_code_of_8_characters(web: KeyClient) -> None:
    [link] = web.links([(TENANT, uuid4())])
    assert len(link.token) == 16
    assert len(link.code) == 8
    assert set(link.code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_a_link_s_token_and_code_are_derived_again_by_any_caller(
    web: KeyClient, worker: KeyClient, rows: Rows
) -> None:
    items = [(TENANT, uuid4()) for _ in range(3)]
    assert web.links(items) == worker.links(items)
    assert not list(rows.execute("SELECT 1 FROM wrapped_key"))


def test_links_differ_by_tenant_and_by_link(web: KeyClient) -> None:
    link = uuid4()
    found = web.links([(TENANT, link), (uuid4(), link), (TENANT, uuid4())])
    assert len({secret.token for secret in found}) == len({secret.code for secret in found}) == 3


@pytest.mark.parametrize("field", ["link.code", "link.token", "", "Phone", "phone\n", "a" * 41])
def test_the_mac_that_makes_a_code_cannot_be_asked_for(field: str, web: KeyClient) -> None:
    with pytest.raises(KeyRefused, match="malformed"):
        web.mac([(TENANT, field, uuid4().bytes)])


def test_a_link_s_secrets_do_not_show_in_a_repr(web: KeyClient) -> None:
    [link] = web.links([(TENANT, uuid4())])
    assert link.code not in repr(link)
    assert repr(link.token) not in repr(link)


@given(st.binary(min_size=32, max_size=32))
def test_a_code_holds_the_first_40_bits_and_no_letter_that_is_misread(mac: bytes) -> None:
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    value = 0
    for letter in _crockford(mac):
        value = value * 32 + alphabet.index(letter)
    assert value == int.from_bytes(mac[:5], "big")
