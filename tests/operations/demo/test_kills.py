"""Each process is killed in the middle of a walk: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.operations.demo.processes import environment

ROOT = Path(__file__).parents[3]


def test_whatever_is_killed_in_the_middle_the_walk_ends_with_one_effect_each() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.operations.demo.walks_with_kills"],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    notes, held = told.pop("notes"), told.pop("held")
    assert all(told.values())
    # The first walk without a kill, and one for each victim: as many results, none twice.
    assert held == 1 + len(told)
    for process in ("key service", "national system", "worker", "web"):
        assert f"{process} died and is started again" in notes
    assert "the embedded database died and is started again" in notes
