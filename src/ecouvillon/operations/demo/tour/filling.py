"""The process that fills the demo's day, with the rights of `web`: `python -m …tour.filling`."""

from __future__ import annotations

import sys

import django

from ecouvillon.errors import EcouvillonError
from ecouvillon.operations.demo import cast as players
from ecouvillon.operations.demo import house
from ecouvillon.operations.demo.failure import StepFailed
from ecouvillon.operations.process import become


def main() -> None:
    """Fill today's queue of the installation that the environment names."""
    settings = become("web")
    django.setup()
    from ecouvillon.operations.demo.tour.day import Day
    from ecouvillon.operations.demo.tour.team import person

    cast = players.remembered(settings)
    pharmacist = None if cast is None else person(players.tenant(cast), "pharmacist")
    if cast is None or pharmacist is None:
        sys.exit("nobody works in the demo's pharmacy")
    try:
        day = Day(players.tenant(cast), players.client(cast), pharmacist)
        day.fill(house.control(settings))
    except (EcouvillonError, StepFailed) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
