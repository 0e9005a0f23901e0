"""Logging by allow-list: JSON lines on standard error, of named fields only.

Comes in: log records of ours and of libraries. Goes out: time, level, where it was said, our own
fixed event words and the fields listed here. Always holds: no argument, no exception message and no
address of a request is ever written, since each may carry what a patient typed (security.md, 16).
"""

from __future__ import annotations

import json
import logging
import logging.config
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

FIELDS = frozenset(
    {
        "alarm",
        "attempts",
        "caller",
        "code",
        "count",
        "destination",
        "incident",
        "key",
        "kind",
        "number",
        "opening",
        "operation",
        "process",
        "purpose",
        "reason",
        "record",
        "seconds",
        "status",
        "tenant",
        "uid",
        "url",
    }
)


class AllowListFormatter(logging.Formatter):
    """A record as one JSON object of allowed fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The JSON line. A library's words are left out: where it spoke says which they were."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.startswith("ecouvillon"):
            line["event"] = str(record.msg)
        else:
            line["at"] = f"{record.filename}:{record.lineno}"
        line |= {name: str(record.__dict__[name]) for name in FIELDS & record.__dict__.keys()}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["trace"] = [f"{frame.filename}:{frame.lineno}" for frame in frames[-8:]]
        return json.dumps(line)


CONFIGURATION: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"allowed": {"()": "ecouvillon.operations.logs.AllowListFormatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "allowed",
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "ecouvillon": {"level": "INFO"},
        # It says each 4xx, which without the address tells nothing.
        "django.request": {"level": "ERROR"},
    },
}


def configure() -> None:
    """Makes this process log so."""
    logging.config.dictConfig(CONFIGURATION)


def ready(process: str, url: str) -> None:
    """Tells whoever started this process that it can be used now."""
    line = {"event": "ready", "process": process, "url": url}
    print(json.dumps(line), file=sys.stderr, flush=True)  # noqa: T201 - an interface (design 9)
