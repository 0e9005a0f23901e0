"""The web process of the demo: the same as `ecouvillon serve`, with the demo's own pages.

Comes in: a port. Always holds: it listens on loopback; the demo's pages are in its settings alone,
so that no setting of a real installation can bring them up.
"""

from __future__ import annotations

import os
import sys

from ecouvillon.operations.process import become
from ecouvillon.operations.serve import serve


def main(port: int) -> None:
    """Serve until SIGTERM."""
    settings = become("web")
    os.environ["DJANGO_SETTINGS_MODULE"] = "ecouvillon.operations.demo.settings"
    serve(settings, "127.0.0.1", port)


if __name__ == "__main__":
    main(int(sys.argv[1]))
