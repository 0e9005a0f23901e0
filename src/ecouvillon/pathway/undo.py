"""The minute in which a reading can be taken back before anything leaves the counter."""

from __future__ import annotations

from datetime import timedelta

from ecouvillon import config


def undo_time() -> timedelta:
    """How long that is in this installation."""
    return timedelta(seconds=config.load().undo_seconds)
