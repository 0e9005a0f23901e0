"""The processes of the demo: which, how they are started, and where the outside world keeps itself.

Always holds: the key service, the web process and the worker are those of any installation; the web
process alone has pages more. The national system and the mailbox are no part of the house: what the
one took in lies beside the keys, not in `home`, and the other's mails in its memory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from ecouvillon.config import Config
from ecouvillon.operations import embedded
from ecouvillon.operations.demo.child import Program

# -P: a file of the folder that we happen to be in must not pass for a module.
_PYTHON = (sys.executable, "-P")
_OURS = (*_PYTHON, "-c", "from ecouvillon.operations.cli import main; main(prog_name='ecouvillon')")


def environment(config: Config, port: int, mail_port: int) -> dict[str, str]:
    """What the processes find in their environment: the demo's own servers, and its address."""
    return embedded.environment(config) | {
        "ECOUVILLON_PUBLIC_URL": f"http://localhost:{port}",
        "ECOUVILLON_TEST_DATA": "true",
        "ECOUVILLON_SMTP_URL": f"smtp://127.0.0.1:{mail_port}",
        "ECOUVILLON_MAIL_FROM": "resultats@ecouvillon.example",
    }


def without_urls(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment in which an installation has the server that lies in its own `home`."""
    return {
        name: value
        for name, value in environ.items()
        if not (name.startswith("ECOUVILLON_") and name.endswith("_URL"))
    }


def named(environ: Mapping[str, str]) -> list[str]:
    """The servers that the environment names; the demo uses none of them."""
    return sorted(
        name
        for name in ("ECOUVILLON_DATABASE_URL", "ECOUVILLON_KEYSTORE_URL", "ECOUVILLON_ADMIN_URL")
        if environ.get(name)
    )


def migration() -> tuple[str, ...]:
    """The command that makes the tables, or brings them up to date."""
    return (*_OURS, "migrate", "--json")


def programs(config: Config, port: int, national_port: int, mail_port: int) -> list[Program]:
    """What is kept running, in the order of its start."""
    logs = config.home / "logs"
    store = national(config)
    return [
        Program("key service", (*_OURS, "keys", "serve"), logs / "keys.log"),
        Program(
            "national system",
            (
                *_OURS,
                "national-simulator",
                *("--mllp", str(national_port)),
                *("--store", str(store / "received.jsonl")),
                *("--control", str(control(config))),
            ),
            logs / "national-simulator.log",
        ),
        Program(
            "mailbox",
            (
                *_PYTHON,
                *("-m", "ecouvillon.operations.demo.mailbox"),
                *(str(mail_port), str(mailbox(config))),
            ),
            logs / "mailbox.log",
        ),
        Program("worker", (*_OURS, "work"), logs / "worker.log"),
        Program(
            "web",
            (*_PYTHON, "-m", "ecouvillon.operations.demo.web", str(port)),
            logs / "web.log",
        ),
    ]


def national(config: Config) -> Path:
    """The folder of the national system, outside of the installation; made where missing."""
    folder = config.keys.parent / "national-simulator" / config.installation_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def control(config: Config) -> Path:
    """The socket by which the national system is cut, restored and asked."""
    return config.home / "national.sock"


def mailbox(config: Config) -> Path:
    """The socket at which the mailbox shows what came."""
    return config.home / "mailbox.sock"


def empty_logs(config: Config) -> None:
    """Begin the logs of this run."""
    for log in _logs(config):
        os.truncate(log, 0)


def complaints(config: Config) -> list[str]:
    """The last line of each log that is an error or no JSON, such as a trace."""
    last = []
    for log in _logs(config):
        lines = log.read_text(errors="replace").splitlines()
        bad = [line for line in lines if not line.startswith("{") or '"level": "error"' in line]
        last += [f"{log.stem}: {line}" for line in bad[-1:]]
    return last


def _logs(config: Config) -> list[Path]:
    return [log for log in (config.home / "logs").glob("*.log") if log.name != "postgres.log"]
