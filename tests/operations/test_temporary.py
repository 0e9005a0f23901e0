"""Installations that are gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest
from tests.operations.conftest import ROOT, SOURCE

from ecouvillon.operations import embedded
from ecouvillon.operations.temporary import temporary

# Says where its installation lies, then waits for ever.
HOLDER = """
import time
from ecouvillon.operations.temporary import temporary
with temporary() as config:
    print(config.home, flush=True)
    time.sleep(600)
"""


def test_nothing_stays_of_a_temporary_installation() -> None:
    with temporary() as config:
        server = (config.home / "postgres").resolve()
        psycopg.connect(**config.conninfo("web")).close()
    assert not config.home.parent.exists()
    assert not server.exists()


def test_a_temporary_installation_ignores_the_urls_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ECOUVILLON_DATABASE_URL", "postgresql://production.example/ecouvillon")
    monkeypatch.setenv("ECOUVILLON_KEYSTORE_URL", "postgresql://production.example/keys")
    with temporary() as config:
        assert embedded.needed(config)


def test_what_a_killed_process_left_is_swept_by_the_next_and_what_is_in_use_is_not() -> None:
    env = {"PYTHONPATH": str(SOURCE), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", HOLDER]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        left = Path(killed.stdout.readline().strip())
        server = (left / "postgres").resolve()
        with temporary():
            assert left.exists(), "another process still uses it"
        killed.send_signal(signal.SIGKILL)
    assert left.exists()
    with temporary():
        assert not left.parent.exists()
        assert not server.exists()


def test_what_somebody_keeps_under_a_similar_name_is_not_swept() -> None:
    kept = Path(tempfile.mkdtemp(prefix="ecouvillon-temporary-"))
    (kept / "README").write_text("a clone, say")
    try:
        with temporary():
            assert (kept / "README").exists()
    finally:
        shutil.rmtree(kept)


def _python_for_others() -> str | None:
    """An interpreter of our version that `nobody` can run: ours may lie below a private home."""
    program = str(embedded.bin("postgres"))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, shutil.which(version, path="/usr/local/bin:/usr/bin")):
        probe = f"import os, sys, psycopg; sys.exit(not os.access({program!r}, os.X_OK))"
        with contextlib.suppress(PermissionError):
            if python and _as_nobody(python, probe).returncode == 0:
                return python
    return None


def _as_nobody(python: str, program: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(SOURCE), *(p for p in sys.path if p.endswith("site-packages"))])
    return subprocess.run(
        [python, "-c", program],
        env={"PYTHONPATH": path, "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"},
        user="nobody",
        group="nogroup",
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not ROOT, reason="as root only; an ordinary user's tests show the same")
def test_for_an_ordinary_user_everything_lies_below_home() -> None:
    python = _python_for_others()
    if python is None:
        pytest.skip("no Python here that an ordinary user can run")
    result = _as_nobody(
        python,
        "import psycopg\n"
        "from ecouvillon.operations.temporary import temporary\n"
        "with temporary() as config:\n"
        "    assert (config.home / 'postgres').is_dir()\n"
        "    assert not (config.home / 'postgres').is_symlink()\n"
        "    psycopg.connect(**config.conninfo('web')).close()\n",
    )
    assert (result.returncode, result.stderr) == (0, "")
