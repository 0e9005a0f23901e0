"""Opening the pharmacy of the demo: people at work, and a day's queue.

Comes in: a running house and its cast, this process being the operator. Goes out: what the tour
shows. Always holds: nothing is done in a database that was not the demo's from its beginning.
"""

from __future__ import annotations

import subprocess
import sys

from ecouvillon.operations.demo import cast as players
from ecouvillon.operations.demo.cast import Cast
from ecouvillon.operations.demo.child import dying_with_us
from ecouvillon.operations.demo.failure import StepFailed

_FILLING = (sys.executable, "-P", "-m", "ecouvillon.operations.demo.tour.filling")


def open_pharmacy(cast: Cast) -> str:
    """Hire the team and fill the day; a sentence on what there is. Raises `StepFailed`."""
    from ecouvillon.operations.demo.tour.mark import is_marked
    from ecouvillon.operations.demo.tour.team import hire

    if not is_marked():
        return "this database was used before the demo came: the tour stays closed"
    hire(players.tenant(cast))
    done = subprocess.run(  # noqa: S603 - our own program
        _FILLING, capture_output=True, text=True, check=False, preexec_fn=dying_with_us()
    )
    if done.returncode != 0:
        raise StepFailed(done.stderr.strip().rpartition("\n")[2] or "the queue was not filled")
    return "a pharmacist, a preparer, a dozen patients in the queue"
