"""Run by its test: one house, a walk for each process, which is killed while the walk goes on.

Prints a JSON object: for each victim the steps that passed, and what the supervisor said.
"""

from __future__ import annotations

import io
import json
import os
import sys

from tests.operations.demo.processes import descendants

from ecouvillon.config import Config
from ecouvillon.nationalsim.control_client import ask
from ecouvillon.operations.demo import house, run
from ecouvillon.operations.demo.cast import Cast
from ecouvillon.operations.demo.report import Report
from ecouvillon.operations.demo.traffic import Web
from ecouvillon.operations.demo.walk import Way, walk

# Whom, by its command line, and after which step.
VICTIMS = {
    "key service": ("keys serve", "registered"),
    "national system": ("national-simulator", "registered"),
    "worker": (" work ", "registered"),
    "web": ("demo.web", "sealed"),
    "database": ("postgres -D", "registered"),
    "database, while it is being forwarded": ("postgres -D", "audited"),
    "web, before it can answer": ("demo.web", ""),
    "key service, before anything is sealed": ("keys serve", ""),
}


class Ambush(io.StringIO):
    """Where the report goes; kills when it reads that a step is over."""

    def __init__(self, command: str, step: str) -> None:
        super().__init__()
        self.command, self.step = command, step

    def write(self, text: str) -> int:
        if self.step and text.startswith(f"  ✓ {self.step}"):
            self.strike()
        return super().write(text)

    def strike(self) -> None:
        victims = [one for one in descendants(os.getpid()) if self.command in one.command]
        assert victims, f"nobody runs {self.command}"
        os.kill(victims[0].pid, 9)


def main() -> None:
    told: dict[str, object] = {}
    first = Report(io.StringIO())

    def then(config: Config, port: int, cast: Cast) -> None:
        for name, (command, step) in VICTIMS.items():
            ambush = Ambush(command, step)
            if not step:
                ambush.strike()
            report = Report(ambush)
            walk(Way(config, report, Web(port), cast))
            told[name] = report.as_json()["ok"]
        told["held"] = len(ask(house.control(config), "results")["results"])

    with run.stoppable():
        run.passing(first, 0, then)
    told["notes"] = first._out.getvalue()  # type: ignore[attr-defined] # ours
    json.dump(told, sys.stdout)


main()
