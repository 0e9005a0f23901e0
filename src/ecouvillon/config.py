"""The settings of one installation: environment variables `ECOUVILLON_*`, typed and checked once.

Comes in: the environment. Goes out: one frozen `Config`. Always holds: no secret is a setting;
secrets are files of mode 0600 under `keys`, one per role, and a process reads only its own.
`docs/configuration.md` has the table, and a test keeps it true.
"""

from __future__ import annotations

import functools
import ipaddress
import json
import os
import pwd
import re
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ecouvillon.errors import Misconfigured

# Who this process is towards the databases and the key service: one process, one role.
Role = Literal["owner", "web", "worker", "operator", "keyowner", "keys", "auditor", "backup"]


def _default_keys() -> Path:
    state = os.environ.get("XDG_STATE_HOME")
    base = Path(state) if state else Path(pwd.getpwuid(os.getuid()).pw_dir) / ".local" / "state"
    return base / "ecouvillon" / "keys"


class Config(BaseSettings):
    """Settings of an installation; the description of each is its documentation."""

    model_config = SettingsConfigDict(env_prefix="ECOUVILLON_", frozen=True, extra="ignore")

    home: Path = Field(
        default=Path("var"),
        description="All that an installation keeps on disk, except keys: database, sockets, logs.",
    )
    keys: Path = Field(
        default_factory=_default_keys,
        description="Where secrets and the master key lie, mode 0700, outside `home`.",
    )
    role: Role = Field(
        default="web", description="The role of this process; each command sets its own."
    )
    database_url: str | None = Field(
        default=None,
        description="The main PostgreSQL database, without user and password (they come from the "
        "role's secret file). Empty: the embedded server.",
    )
    keystore_url: str | None = Field(
        default=None, description="The key store's database; required with `database_url`."
    )
    admin_url: str | None = Field(
        default=None,
        description="A superuser's URL of the main server: `migrate` makes roles and databases.",
    )
    public_url: str = Field(
        default="http://localhost:8000",
        description="The address under which patients and programs reach us; links start with it.",
    )
    key_socket_dir: Path | None = Field(
        default=None, description="Where the key service's sockets lie. Empty: `home`/sockets."
    )
    key_service_uids: str = Field(
        default="",
        description="Who may call the key service, as `web=UID,worker=UID,admin=UID`. "
        "Empty: the uid that runs the key service.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=4,
        description="How many proxies of ours stand in front; each must overwrite X-Forwarded-For "
        "and X-Forwarded-Proto. 0: these headers are not believed.",
    )
    smtp_url: str | None = Field(
        default=None,
        description="The mail server that takes notices to patients: smtps://USER@HOST or "
        "smtp+starttls://USER@HOST, smtp:// on this machine only. Empty: nobody gets a notice.",
    )
    mail_from: str | None = Field(
        default=None,
        validate_default=True,
        description="The address that notices come from; required with `smtp_url`.",
    )
    undo_seconds: int = Field(
        default=60,
        ge=0,
        le=600,
        description="How long a reading at the counter can be taken back before anything leaves.",
    )
    test_data: bool = Field(
        default=False, description="Marks what is forwarded as test data (MSH-11 is T)."
    )
    hosting_certificate: str | None = Field(
        default=None, description="Number of the host's HDS certificate; asked for in production."
    )
    hosting_expires: date | None = Field(
        default=None, description="Last day of that certificate, as YYYY-MM-DD."
    )
    own_premises: bool = Field(
        default=False,
        description="The operator declares that a pharmacy hosts its own data on its premises.",
    )
    web_processes: int = Field(default=2, ge=1, le=64, description="Processes of `serve`.")
    web_threads: int = Field(default=8, ge=1, le=64, description="Threads of each such process.")

    @field_validator("home", "keys", "key_socket_dir", mode="after")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        # Absolute, since libpq takes a relative socket directory for a host's name.
        # (os.path keeps symbolic links, which root's installation has.)
        return None if value is None else Path(os.path.abspath(value))  # noqa: PTH100

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str | None) -> str | None:
        # What a notice says is little, but whom it is for is a secret: never without TLS.
        if not value:
            return None
        form = "it has a user, a host and a port only, such as smtps://user@example.org:465"
        try:
            parts, port = urlsplit(value), urlsplit(value).port
        except ValueError:
            raise ValueError(form) from None
        if parts.scheme not in ("smtps", "smtp+starttls", "smtp"):
            raise ValueError("it begins with smtps://, smtp+starttls:// or smtp://")
        if not parts.hostname or port == 0 or parts.path or parts.query or parts.fragment:
            raise ValueError(form)
        if parts.password is not None:
            raise ValueError("no secret is a setting: the password is `smtp` in worker.json")
        if parts.scheme == "smtp" and not is_loopback(parts.hostname):
            raise ValueError("without TLS only this machine: smtps:// or smtp+starttls://")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str | None, info: ValidationInfo) -> str | None:
        if not value:
            if info.data.get("smtp_url"):
                raise ValueError("notices need the address that they come from")
            return None
        if not re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", value) or re.search(r"[<>,;:]", value):
            raise ValueError("it is a plain address, such as results@example.org")
        return value

    @property
    def public_host(self) -> str:
        """The host name of `public_url`, without port."""
        return urlsplit(self.public_url).hostname or "localhost"

    @property
    def sockets(self) -> Path:
        """The directory of the key service's sockets."""
        return self.key_socket_dir or self.home / "sockets"

    @property
    def installation_id(self) -> str:
        """The id of the installation in `home`; raises `Misconfigured` where there is none."""
        try:
            return (self.home / "installation").read_text().strip()
        except FileNotFoundError:
            raise Misconfigured(
                f"There is no installation in {self.home}. Type `ecouvillon migrate` to make one, "
                "or set ECOUVILLON_HOME to the folder of an existing one."
            ) from None

    @property
    def secrets(self) -> Path:
        """The directory of this installation's secrets."""
        return self.keys / self.installation_id

    def conninfo(self, role: Role) -> dict[str, str]:
        """libpq's parameters of `role`, for the key store (keys, keyowner) or the main database.

        Embedded, the server listens on one Unix socket below `home`; else the URL says where.
        """
        key_store = role in ("keyowner", "keys")
        url = self.keystore_url if key_store else self.database_url
        if url is None:
            where = {
                "host": str(self.home / "postgres" / "socket"),
                "port": "5432",  # names the socket; said, since PGPORT may say another
                "dbname": "ecouvillon_keystore" if key_store else "ecouvillon",
            }
        else:
            where = {k: str(v) for k, v in conninfo_to_dict(url).items() if v is not None}
        return where | {"user": f"ecouvillon_{role}", "password": self.secret(role)["password"]}

    def secret(self, role: str) -> dict[str, str]:
        """The secrets of one role: `password` (PostgreSQL), for web `django`, for worker `smtp`.

        Raises `Misconfigured` when the file is missing or open to others.
        """
        path = self.secrets / f"{role}.json"
        try:
            mode = path.stat().st_mode & 0o777
            if mode & 0o077:
                raise Misconfigured(f"{path} is open to others: type `chmod 600 {path}`.")
            return dict(json.loads(path.read_text()))
        except FileNotFoundError:
            raise Misconfigured(
                f"{path} is missing: this installation's secrets are elsewhere. "
                "Set ECOUVILLON_KEYS to where they lie."
            ) from None


def is_loopback(host: str) -> bool:
    """Whether a host, as an address names it, is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@functools.cache
def load() -> Config:
    """The settings of this process; raises `Misconfigured` naming each bad variable."""
    try:
        return Config()
    except ValidationError as error:
        wrong = "; ".join(
            f"ECOUVILLON_{'_'.join(str(part) for part in e['loc']).upper()}: {e['msg']}"
            for e in error.errors(include_input=False)
        )
        raise Misconfigured(f"Settings: {wrong}.") from None
