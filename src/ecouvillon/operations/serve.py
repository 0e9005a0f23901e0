"""The web process: granian with our WSGI application."""

from __future__ import annotations

import http.client
import socket
import threading
import time

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from ecouvillon.config import Config
from ecouvillon.operations import logs


def serve(config: Config, host: str, port: int) -> None:
    """Serves until SIGTERM; says `ready` once a request was answered. `port` 0 takes a free one."""
    port = port or _free_port(host)
    server = Server(
        "ecouvillon.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=config.web_processes,
        blocking_threads=config.web_threads,
        # Threads keep their database connection: an idle one must not end and lose it.
        blocking_threads_idle_timeout=600,
        websockets=False,
        http=HTTPModes.http1,
        # Addresses hold tokens, so there is no access log; the ledger says who did what.
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=_granian_logs(),
        workers_kill_timeout=10,
        respawn_failed_workers=True,
    )

    @server.on_startup
    def _started() -> None:
        # It sleeps first: workers are forked meanwhile, and a lock that a thread holds then would
        # stay closed in them for ever.
        threading.Thread(target=_announce, args=(host, port), daemon=True).start()

    server.serve()


def _announce(host: str, port: int) -> None:
    while True:
        time.sleep(0.3)
        try:
            connection = http.client.HTTPConnection(host, port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                break
        except OSError:
            continue
    # A browser takes passkeys for localhost, not for 127.0.0.1.
    logs.ready("web", f"http://{'localhost' if host == '127.0.0.1' else host}:{port}")


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _granian_logs() -> dict[str, object]:
    formatter = {"()": "ecouvillon.operations.logs.AllowListFormatter"}
    handler = {
        "class": "logging.StreamHandler",
        "formatter": "generic",
        "stream": "ext://sys.stderr",
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "root": {"level": "WARNING", "handlers": ["console"]},
        "formatters": {"generic": formatter, "access": formatter},
        "handlers": {"console": handler, "access": handler},
        "loggers": {
            "_granian": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "granian.access": {"handlers": ["access"], "level": "WARNING", "propagate": False},
        },
    }
