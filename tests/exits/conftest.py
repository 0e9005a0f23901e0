"""What tests of everything that leaves share."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.exits.certificates import self_signed


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, in one file, that nobody trusts."""
    return self_signed(tmp_path)
