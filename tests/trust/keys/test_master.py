"""The master key's file: made once, kept private, never replaced by a new one."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from ecouvillon.config import Config
from ecouvillon.errors import Misconfigured
from ecouvillon.trust.keys import server
from ecouvillon.trust.keys.client import Unwrapping
from ecouvillon.trust.keys.provider import FileProvider, NotTheWrappedKey

from .conftest import client_of

TENANT = uuid4()


def used_once(settings: Config) -> None:
    with server.listening(settings):
        client_of("web", settings).lease(TENANT, {"result": 1})


def test_a_master_is_made_for_an_empty_key_store_and_readable_by_its_owner_only(
    settings: Config,
) -> None:
    FileProvider.load_or_create(settings, keystore_is_empty=True)
    assert (settings.secrets / "master.json").stat().st_mode & 0o777 == 0o600
    assert not list(settings.secrets.glob(".master-*"))


def test_the_same_master_is_loaded_again(settings: Config) -> None:
    key_id, key = uuid4(), bytes(range(32))
    first = FileProvider.load_or_create(settings, keystore_is_empty=True)
    second = FileProvider.load_or_create(settings, keystore_is_empty=False)
    wrapped = first.wrap(key, key_id, TENANT, "result")
    assert second.unwrap(wrapped, first.current, key_id, TENANT, "result") == key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_master_file_that_others_may_open_is_refused(mode: int, settings: Config) -> None:
    used_once(settings)
    (settings.secrets / "master.json").chmod(mode)
    with pytest.raises(Misconfigured, match="chmod 600"), server.listening(settings):
        pass


def test_a_master_file_in_a_folder_that_others_may_write_to_is_refused(settings: Config) -> None:
    used_once(settings)
    settings.secrets.chmod(0o722)
    try:
        with pytest.raises(Misconfigured, match="chmod go-w"), server.listening(settings):
            pass
    finally:
        settings.secrets.chmod(0o700)


def test_a_missing_master_file_is_not_replaced_once_the_key_store_was_used(
    settings: Config,
) -> None:
    used_once(settings)
    (settings.secrets / "master.json").unlink()
    with pytest.raises(Misconfigured, match="escrow"), server.listening(settings):
        pass
    assert not (settings.secrets / "master.json").exists()


def test_another_master_than_the_key_store_was_used_with_is_refused(settings: Config) -> None:
    used_once(settings)
    (settings.secrets / "master.json").unlink()
    FileProvider.load_or_create(settings, keystore_is_empty=True)
    with pytest.raises(Misconfigured, match="not the one"), server.listening(settings):
        pass


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"masters": {"a": "c2hvcnQ="}}'])
def test_a_damaged_master_file_is_refused(text: str, settings: Config) -> None:
    used_once(settings)
    (settings.secrets / "master.json").write_text(text)
    with pytest.raises(Misconfigured, match="not a file of master keys"):
        FileProvider.load_or_create(settings, keystore_is_empty=False)


def test_a_master_file_whose_current_key_is_absent_is_refused(settings: Config) -> None:
    used_once(settings)
    path = settings.secrets / "master.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"current": "other"}))
    with pytest.raises(Misconfigured, match="not a file of master keys"):
        FileProvider.load_or_create(settings, keystore_is_empty=False)


def test_a_master_key_under_home_is_refused(settings: Config) -> None:
    inside = settings.model_copy(update={"keys": settings.home / "keys"})
    with pytest.raises(Misconfigured, match="ECOUVILLON_KEYS"):
        FileProvider.load_or_create(inside, keystore_is_empty=True)


def test_a_wrapped_key_is_bound_to_its_id_tenant_and_kind(settings: Config) -> None:
    provider = FileProvider.load_or_create(settings, keystore_is_empty=True)
    key_id = uuid4()
    wrapped = provider.wrap(bytes(32), key_id, TENANT, "result")
    for other in [
        (uuid4(), TENANT, "result"),
        (key_id, uuid4(), "result"),
        (key_id, TENANT, "identity"),
    ]:
        with pytest.raises(NotTheWrappedKey):
            provider.unwrap(wrapped, provider.current, *other)
    with pytest.raises(NotTheWrappedKey):
        provider.unwrap(wrapped, "no such master", key_id, TENANT, "result")


def test_a_restarted_service_opens_what_it_wrapped_before(settings: Config) -> None:
    web = client_of("web", settings)
    with server.listening(settings):
        [key] = web.lease(TENANT, {"result": 1})["result"]
        macs = web.mac([(TENANT, "phone", b"1")])
    with server.listening(settings):
        document = Unwrapping(TENANT, key.id, "result", uuid4())
        assert web.unwrap("care", [document]) == [key.key]
        assert web.mac([(TENANT, "phone", b"1")]) == macs
