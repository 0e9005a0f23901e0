"""What the tests of all rooms share: one installation a run, and a cast for each test.

Every test makes its own pharmacy, so that none sees another's rows, in whatever order they run.
`api` is a program of the pharmacy; `stranger` one of another pharmacy, so that a test of the wrong
tenant costs one line.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from tests import cast, installation
from tests.cast import Api
from tests.installation import Installed

from ecouvillon.exits.reporting.models import Destination

# Generated cases without a time limit: a busy machine must not fail a test.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")

_RUN = pytest.StashKey[ExitStack]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = ExitStack()
    # With several processes the one that leads them makes the installation that they share.
    if config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput"):
        config.stash[_RUN].enter_context(installation.migrated())


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_RUN].close()


@pytest.fixture(scope="session")
def shared_installation(django_db_blocker: DjangoDbBlocker) -> Iterator[Installed]:
    """The installation of this run, made when the first test asks for it."""
    with ExitStack() as stack:
        if installation.WORKER == "main":
            stack.enter_context(installation.migrated())
        sockets = stack.enter_context(tempfile.TemporaryDirectory(prefix="sockets-"))
        with django_db_blocker.unblock():
            ours = stack.enter_context(installation.installed(Path(sockets)))
            stack.enter_context(cast.quick_hashes())
        yield ours
        with django_db_blocker.unblock():
            stack.close()


@pytest.fixture
def installed(
    shared_installation: Installed, django_db_blocker: DjangoDbBlocker
) -> Iterator[Installed]:
    """The installation, with Django connected to it as `web` for this test."""
    with django_db_blocker.unblock():
        yield shared_installation


@pytest.fixture
def newcomer(installed: Installed) -> Callable[..., Api]:
    """Makes pharmacies, each with a program that has a real access token."""
    return lambda **scopes: cast.newcomer(installed, **scopes)


@pytest.fixture
def api(newcomer: Callable[..., Api]) -> Api:
    """A program of this test's own pharmacy."""
    return newcomer()


@pytest.fixture
def stranger(newcomer: Callable[..., Api]) -> Api:
    """A program of another pharmacy."""
    return newcomer()


@pytest.fixture
def destination(installed: Installed) -> Iterator[Callable[..., Destination]]:
    """Sets up destinations, as the operator: all pharmacies share them, so they go afterwards."""
    made: list[Destination] = []

    def set_up(*, needs_nir: bool = False) -> Destination:
        made.append(cast.destination(installed, needs_nir=needs_nir))
        return made[-1]

    yield set_up
    with installed.connection_as(None) as connection:
        for one in made:
            connection.execute("DELETE FROM transmission WHERE destination = %s", [one.id])
            connection.execute("DELETE FROM destination WHERE id = %s", [one.id])
