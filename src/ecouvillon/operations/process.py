"""Becoming a process of the installation: one role, its settings, its logs, Django."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import django

from ecouvillon import config
from ecouvillon.operations import embedded, logs
from ecouvillon.trust.keys import memory
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor

_PR_SET_PDEATHSIG = 1  # prctl(2)


@contextmanager
def installed(role: config.Role) -> Iterator[config.Config]:
    """This process with `role` in the existing installation, its database running meanwhile.

    Raises `Misconfigured` where there is no installation, `Unavailable` without a database.
    """
    settings = become(role)
    settings.installation_id  # noqa: B018 - raises where there is none
    with embedded.running(settings):
        django.setup()
        yield settings


def become(role: config.Role) -> config.Config:
    """The settings of this process, which from now on has `role`."""
    os.environ["ECOUVILLON_ROLE"] = role
    os.environ["DJANGO_SETTINGS_MODULE"] = "ecouvillon.settings"
    config.load.cache_clear()
    logs.configure()
    # A core dump would be a file with everything in it.
    memory.forbid_dumps()
    return config.load()


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """Ends this process by the signal `how` when the one that started it dies, however it dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, how)


def operator() -> Actor:
    """The operator at the command line, as the ledger names them: by uid, on this machine."""
    return Actor("operator", None, INSTALLATION, uuid4(), f"uid {os.getuid()}")
