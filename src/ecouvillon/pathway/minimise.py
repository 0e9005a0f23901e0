"""Nothing is kept without a purpose (GDPR, article 5.1.c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ecouvillon.exits.reporting.routing import Route, keeps_nir
from ecouvillon.screening.registration import Registration


def minimised(
    registration: Registration, active: Sequence[Route]
) -> tuple[Registration, tuple[str, ...]]:
    """The registration without what no destination needs, and pointers to what was left out."""
    if registration.nir is None or keeps_nir(active, registration.identity.sharing_consent):
        return registration, ()
    return replace(registration, nir=None), ("/patient/nir",)
