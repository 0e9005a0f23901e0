"""The master keys in a file: wraps document keys, and derives the keys of MACs.

Comes in: `master.json` among the installation's secrets, mode 0600, outside `home` (else a backup
of the data would hold the key to it). Goes out: wrapped keys, keys, MAC keys.
Always holds: a master is made once, when there is neither a file nor a key that would need one;
the root of the MACs is not a master, so that a new master leaves links and indexes as they are.
"""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import os
import secrets
import tempfile
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ecouvillon.config import Config
from ecouvillon.errors import EcouvillonError, Misconfigured

KEY_BYTES = 32
WRAPPED_BYTES = 12 + KEY_BYTES + 16  # nonce, key, tag
_CACHED_KEYS = 8192


class NotTheWrappedKey(EcouvillonError):
    """The wrapped key is not that of this id, tenant and kind, or was altered."""


class FileProvider:
    """Master keys from one file; safe to use from several threads."""

    def __init__(self, current: str, masters: dict[str, bytes], mac_root: bytes) -> None:
        self.current = current
        self.masters = frozenset(masters)
        self._masters = masters
        self._mac_root = mac_root
        self._wrapping = functools.lru_cache(_CACHED_KEYS)(self._derive_wrapping)
        self.mac_key = functools.lru_cache(_CACHED_KEYS)(self._derive_mac_key)

    @classmethod
    def load_or_create(cls, config: Config, *, keystore_is_empty: bool) -> FileProvider:
        """The provider of this installation.

        Raises `Misconfigured` when the file is missing although the key store has been used, when
        it is open to others, or when it lies under `home`.
        """
        path = config.secrets / "master.json"
        if path.resolve().is_relative_to(config.home.resolve()):
            raise Misconfigured(
                f"The master key would lie in {path}, under ECOUVILLON_HOME, where a backup of the "
                "data takes it along: set ECOUVILLON_KEYS to a folder elsewhere."
            )
        if not path.exists():
            if not keystore_is_empty:
                raise Misconfigured(
                    f"The key store has been used with a master key, but {path} is missing. "
                    "Restore it from its escrow, or set ECOUVILLON_KEYS to where it lies; a new "
                    "one could open nothing."
                )
            _create(path)
        return cls._load(path)

    @classmethod
    def _load(cls, path: Path) -> FileProvider:
        _refuse_open_modes(path)
        try:
            held = json.loads(path.read_text())
            masters = {name: base64.b64decode(key) for name, key in held["masters"].items()}
            mac_root = base64.b64decode(held["mac_root"])
            if {len(k) for k in [mac_root, *masters.values()]} != {KEY_BYTES}:
                raise ValueError
            if held["current"] not in masters:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Misconfigured(
                f"{path} is not a file of master keys: restore it from its escrow."
            ) from None
        return cls(held["current"], masters, mac_root)

    def wrap(self, key: bytes, key_id: UUID, tenant: UUID, kind: str) -> bytes:
        """`key` under the current master, bound to its id, tenant and kind."""
        nonce = os.urandom(12)
        sealed = self._wrapping(self.current, tenant.bytes).encrypt(
            nonce, key, _bound_to(key_id, tenant, kind)
        )
        return nonce + sealed

    def unwrap(self, wrapped: bytes, master: str, key_id: UUID, tenant: UUID, kind: str) -> bytes:
        """The key in `wrapped`; raises `NotTheWrappedKey` when it isn't that of these."""
        try:
            return self._wrapping(master, tenant.bytes).decrypt(
                wrapped[:12], wrapped[12:], _bound_to(key_id, tenant, kind)
            )
        except (InvalidTag, KeyError):
            raise NotTheWrappedKey from None

    def _derive_wrapping(self, master: str, tenant: bytes) -> AESGCM:
        # A wrapping key per tenant: random nonces allow 2^32 messages under one key
        # (NIST SP 800-38D, 8.3), which a national load of one master reaches in months.
        return AESGCM(_derive(self._masters[master], b"ecouvillon wrap 1" + tenant))

    def _derive_mac_key(self, tenant: bytes, field: str) -> bytes:
        return _derive(self._mac_root, b"ecouvillon mac 1" + tenant + field.encode())


def _derive(root: bytes, info: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt: the root is uniformly random already (3.1)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(root)


def _bound_to(key_id: UUID, tenant: UUID, kind: str) -> bytes:
    return b"ecouvillon key 1" + key_id.bytes + tenant.bytes + kind.encode()


def _refuse_open_modes(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise Misconfigured(f"{path} is open to others: type `chmod 600 {path}`.")
    # Whoever may write to the folder may put another master in the file's place.
    if path.parent.stat().st_mode & 0o022:
        raise Misconfigured(f"Others may write to {path.parent}: type `chmod go-w {path.parent}`.")


def _create(path: Path) -> None:
    master = str(uuid4())
    held = {
        "current": master,
        "masters": {master: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()},
        "mac_root": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
    }
    # mkstemp makes it 0600. It is complete and on disk before it has its name, and `link` never
    # replaces: of two services that start together, the second takes the first one's master.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".master-")
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(held, file)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
