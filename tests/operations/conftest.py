"""Installations of their own for the tests of `operations`, and processes that use them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ecouvillon.config import Config
from ecouvillon.operations import installation
from ecouvillon.operations.temporary import temporary

SOURCE = Path(__file__).parents[2] / "src"
ROOT = os.geteuid() == 0

# Uses the server until its standard input ends, and says when it has it.
USER = """
import sys
from ecouvillon.config import Config
from ecouvillon.operations import embedded
with embedded.running(Config()):
    print("running", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Config]:
    """A prepared installation for the tests that leave it as it was."""
    with temporary() as config:
        yield config


@pytest.fixture
def folder() -> Iterator[Path]:
    """A private folder with a short path; what root's servers keep elsewhere goes with it."""
    with removed_folder() as path:
        yield path


@pytest.fixture
def own(folder: Path) -> Config:
    """A prepared installation for one test, which may spoil it; its server isn't running."""
    config = settings(folder)
    installation.prepare(config)
    return config


@pytest.fixture(scope="module")
def stopped() -> Iterator[Config]:
    """A prepared installation for tests that leave it usable; its server isn't running."""
    with removed_folder() as path:
        config = settings(path)
        installation.prepare(config)
        yield config


@pytest.fixture
def user() -> Iterator[Callable[[Config], subprocess.Popen[str]]]:
    """Starts processes that use the server of an installation."""
    started: list[subprocess.Popen[str]] = []

    def start(config: Config) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", USER],
            env={**environment(config), "PATH": os.environ["PATH"]},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@contextmanager
def removed_folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="test-"))
    try:
        yield path
    finally:
        for link in path.rglob("postgres"):
            if link.is_symlink():
                shutil.rmtree(link.readlink(), ignore_errors=True)
        shutil.rmtree(path)


def settings(folder: Path) -> Config:
    """The settings of an installation in `folder`."""
    return Config(
        home=folder / "home",
        keys=folder / "keys",
        database_url=None,
        keystore_url=None,
        admin_url=None,
    )


def environment(config: Config) -> dict[str, str]:
    """The environment of a process that works in this installation."""
    return {
        "ECOUVILLON_HOME": str(config.home),
        "ECOUVILLON_KEYS": str(config.keys),
        "PYTHONPATH": str(SOURCE),
    }
