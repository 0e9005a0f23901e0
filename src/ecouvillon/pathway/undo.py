"""The minute in which a reading can be taken back before anything leaves the counter."""

from __future__ import annotations

from datetime import timedelta

UNDO = timedelta(seconds=60)
