"""The embedded server: shared, private, durable, and back after every `kill -9`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from tests.operations.conftest import ROOT, environment, settings

from ecouvillon.config import Config
from ecouvillon.errors import Misconfigured, Unavailable
from ecouvillon.operations import embedded, installation

UserOf = Callable[[Config], "subprocess.Popen[str]"]


def superuser(config: Config) -> psycopg.Connection:
    return psycopg.connect(**embedded.superuser_conninfo(config), autocommit=True)


def answers(config: Config) -> bool:
    try:
        superuser(config).close()
    except psycopg.OperationalError:
        return False
    return True


def becomes(condition: Callable[[], bool]) -> bool:
    """Whether it comes true soon; the limit is only there to end a failed test."""
    for _ in range(600):
        if condition():
            return True
        time.sleep(0.05)
    return False


def postmaster(config: Config) -> int:
    return int((config.home / "postgres/data/postmaster.pid").read_text().split()[0])


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("")
    assert process.returncode == 0


def test_the_server_runs_while_used_and_stops_with_its_last_user(stopped: Config) -> None:
    assert not answers(stopped)
    with embedded.running(stopped):
        assert answers(stopped)
    assert not answers(stopped)


def test_a_second_process_keeps_the_server_alive_until_it_leaves(
    stopped: Config, user: UserOf
) -> None:
    with embedded.running(stopped):
        second = user(stopped)
    assert answers(stopped)
    leave(second)
    assert not answers(stopped)


def test_a_killed_user_counts_as_gone(stopped: Config, user: UserOf) -> None:
    starter = user(stopped)
    starter.kill()
    starter.wait()
    assert answers(stopped), "the server outlives who started it"
    with embedded.running(stopped):
        assert answers(stopped)
    assert not answers(stopped), "the next last user stops it"


def test_a_killed_server_is_back_with_all_that_was_committed(stopped: Config) -> None:
    with embedded.running(stopped):
        with superuser(stopped) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        killed = postmaster(stopped)
        os.kill(killed, signal.SIGKILL)
        assert becomes(lambda: answers(stopped) and postmaster(stopped) != killed)
        with superuser(stopped) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_after_server_and_user_are_killed_the_next_user_finds_a_server(
    stopped: Config, user: UserOf
) -> None:
    starter = user(stopped)
    starter.kill()
    os.kill(postmaster(stopped), signal.SIGKILL)
    starter.wait()
    with embedded.running(stopped):
        assert answers(stopped)


def test_a_number_that_now_belongs_to_another_process_does_not_look_like_a_server(
    stopped: Config,
) -> None:
    (stopped.home / "postgres/data/postmaster.pid").write_text(f"{os.getpid()}\n")
    with embedded.running(stopped):
        assert answers(stopped)


def test_a_half_made_database_is_made_anew(folder: Path) -> None:
    config = settings(folder)
    installation.create(config)
    server = (config.home / "postgres").resolve()
    (server / "data").rename(server / "data-halfmade")
    installation.prepare(config)
    assert not (server / "data-halfmade").exists()


def test_a_tied_server_is_shut_down_when_its_starter_is_killed(stopped: Config) -> None:
    program = (
        "import time\nfrom ecouvillon.config import Config\n"
        "from ecouvillon.operations import embedded\n"
        "with embedded.running(Config(), tied=True):\n"
        "    print(1, flush=True)\n    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", program]
    env = environment(stopped)
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        starter.stdout.readline()
        assert answers(stopped)
        starter.kill()
    assert becomes(lambda: not (stopped.home / "postgres/data/postmaster.pid").exists())


def test_a_server_that_cannot_start_is_reported_with_its_log(
    own: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecouvillon.operations.embedded.server._ATTEMPTS", 1)
    (own.home / "postgres/data/global/pg_control").unlink()
    with pytest.raises(Unavailable, match=r"postgres\.log"), embedded.running(own):
        pass


def test_a_folder_without_an_installation_is_not_made_one_by_using_it(folder: Path) -> None:
    config = settings(folder)
    config.home.mkdir()
    with pytest.raises(Misconfigured, match="ecouvillon migrate"), embedded.running(config):
        pass
    assert list(config.home.iterdir()) == []


def test_a_socket_path_that_is_too_long_names_the_mend(folder: Path) -> None:
    config = settings(folder / ("x" * 100))
    with pytest.raises(Misconfigured, match="ECOUVILLON_HOME to a folder with a path at least"):
        installation.create(config)


def test_the_longest_path_that_linux_takes_works(folder: Path) -> None:
    rest = 107 - len(f"{folder}//home/postgres/socket/.s.PGSQL.5432")
    config = settings(folder / ("x" * rest))
    installation.prepare(config)
    with embedded.running(config):
        assert answers(config)


def test_one_url_without_the_other_is_refused(stopped: Config) -> None:
    half = stopped.model_copy(update={"database_url": "postgresql://db.example/ecouvillon"})
    with pytest.raises(Misconfigured, match="ECOUVILLON_KEYSTORE_URL"), embedded.running(half):
        pass


def test_with_urls_no_server_is_started(stopped: Config) -> None:
    urls = {k.removeprefix("ECOUVILLON_").lower(): v for k, v in child_urls(stopped).items()}
    with embedded.running(stopped.model_copy(update=urls)):
        assert not answers(stopped)


def test_a_child_connects_by_the_urls_it_is_given(shared: Config) -> None:
    urls = {k.removeprefix("ECOUVILLON_").lower(): v for k, v in child_urls(shared).items()}
    child = shared.model_copy(update=urls)
    with psycopg.connect(**child.conninfo("web")) as connection:
        assert connection.info.dbname == "ecouvillon"
    with psycopg.connect(**child.conninfo("keys")) as connection:
        assert connection.info.dbname == "ecouvillon_keystore"


def child_urls(config: Config) -> dict[str, str]:
    return {k: v for k, v in embedded.environment(config).items() if k.endswith("_URL")}


def test_data_is_private_and_nothing_listens_on_the_network(shared: Config) -> None:
    assert (shared.home / "postgres/data").stat().st_mode & 0o777 == 0o700
    assert (shared.home / "postgres/socket").stat().st_mode & 0o777 == 0o700
    with superuser(shared) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_commits_are_durable(shared: Config) -> None:
    with superuser(shared) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",), setting


def test_failing_statements_leave_no_value_in_the_server_log(shared: Config) -> None:
    canary = "CANARY-OF-A-PATIENT"
    with psycopg.connect(**shared.conninfo("owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
        connection.execute("INSERT INTO people VALUES (%s)", (canary,))
        for statement in (
            f"INSERT INTO people VALUES ('{canary}')",  # noqa: S608
            f"SELECT '{canary}'::date",
            f"SELECT '{canary}' FROM nowhere",  # noqa: S608
            f"DO $$BEGIN RAISE WARNING '{canary}'; RAISE EXCEPTION '{canary}'; END$$",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
        with pytest.raises(psycopg.Error):
            connection.execute("SELECT %s::text::date", (canary,))
        connection.execute("DROP TABLE people")
    log = shared.home / "logs/postgres.log"
    assert "ready to accept connections" in log.read_text()
    assert canary not in log.read_text()


def test_a_killed_backend_does_not_write_its_statement_to_the_server_log(stopped: Config) -> None:
    canary = "CANARY-OF-A-PATIENT"
    with embedded.running(stopped):
        with closing(psycopg.connect(**stopped.conninfo("web"))) as connection:
            connection.pgconn.send_query(f"SELECT '{canary}', pg_sleep(60)".encode())
            connection.pgconn.flush()
            with superuser(stopped) as admin:
                seen = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT ''CANARY%'"
                assert becomes(lambda: admin.execute(seen).fetchone() == (1,))
            os.kill(connection.info.backend_pid, signal.SIGKILL)
        assert becomes(lambda: "terminated by signal 9" in log_of(stopped))
        assert becomes(lambda: answers(stopped))
    assert canary not in log_of(stopped)


def log_of(config: Config) -> str:
    return (config.home / "logs/postgres.log").read_text()


@pytest.mark.skipif(not ROOT, reason="as root only")
def test_below_a_private_home_root_runs_the_server_elsewhere_and_loosens_no_mode(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = settings(folder / "clone")
    installation.prepare(config)
    elsewhere = Path(f"/var/lib/ecouvillon/{config.installation_id}")
    assert (config.home / "postgres").readlink() == elsewhere
    assert str(elsewhere) in capsys.readouterr().err
    assert folder.stat().st_mode & 0o777 == 0o700
    assert config.home.stat().st_mode & 0o777 == 0o700
    assert (elsewhere / "data").owner() == "nobody"
    assert not any(path.stat().st_mode & 0o022 for path in elsewhere.rglob("programs/**/*"))
    with embedded.running(config), superuser(config) as connection:
        assert connection.execute("SELECT session_user").fetchone() == ("postgres",)


@pytest.mark.skipif(not ROOT, reason="as root only")
def test_two_clones_of_root_have_a_server_each(folder: Path) -> None:
    first, second = settings(folder / "a"), settings(folder / "b")
    installation.prepare(first)
    installation.prepare(second)
    with embedded.running(first):
        assert not answers(second)
        with embedded.running(second):
            assert postmaster(first) != postmaster(second)


@pytest.mark.skipif(not ROOT, reason="as root only")
def test_a_database_that_is_gone_is_not_silently_replaced_by_an_empty_one(own: Config) -> None:
    elsewhere = (own.home / "postgres").readlink()
    elsewhere.rename(elsewhere.with_name(f"{elsewhere.name}-gone"))
    try:
        for use in (installation.prepare, lambda c: embedded.running(c).__enter__()):
            with pytest.raises(Misconfigured, match="which is gone"):
                use(own)
    finally:
        elsewhere.with_name(f"{elsewhere.name}-gone").rename(elsewhere)
