"""Why a bench ends without figures."""

from __future__ import annotations

from ecouvillon.errors import EcouvillonError


class BenchFailed(EcouvillonError):
    """Something that should have worked did not: no figure of this run counts."""
