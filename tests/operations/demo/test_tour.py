"""The tour's door: open on this machine, in a database of the demo's own, and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.test import Client, override_settings
from psycopg import sql
from tests.cast import Api
from tests.installation import Installed, acting_as
from tests.operations.demo.processes import environment

from ecouvillon.config import Role
from ecouvillon.operations import demo, secrets
from ecouvillon.operations.demo import cast as demo_cast
from ecouvillon.operations.demo import settings as demo_settings
from ecouvillon.operations.demo.cast import Cast
from ecouvillon.operations.demo.tour import mark, team

ROOM = Path(demo.__file__).parent
# Apps can't be loaded twice in a process: their templates are found by their folders instead.
TEMPLATES: Any = deepcopy(demo_settings.TEMPLATES)
TEMPLATES[0]["DIRS"] = [ROOM / "templates", ROOM / "tour" / "templates"]
DEMO = {
    "ROOT_URLCONF": demo_settings.ROOT_URLCONF,
    "TEMPLATES": TEMPLATES,
    "FRAME_ANCESTORS": demo_settings.FRAME_ANCESTORS,
}
PAGES = ["/", "/demo/national", "/demo/auditor"]

# A web process of any installation: all its settings, apps and addresses loaded.
PLAIN = """
import sys
from ecouvillon.operations.process import become
become("web")
import django
django.setup()
from django.urls import get_resolver
assert get_resolver().url_patterns
from ecouvillon.operations import serve, cli
print([name for name in sys.modules if name.startswith("ecouvillon.operations.demo.tour")])
"""


@contextmanager
def marked(installed: Installed, words: str | None = mark.WORDS) -> Iterator[None]:
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    name = sql.Identifier(installed.database)
    with installed.connection_as(None) as superuser:
        superuser.execute(comment.format(name, words))
        yield
        superuser.execute(comment.format(name, None))


@pytest.fixture
def tour(
    installed: Installed, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    """A browser at the demo's web process, whose pharmacy is this test's."""
    cast = Cast(str(api.tenant), "0" * 32, "unused", "http://localhost/r/" + "0" * 32, "AAAABBBB")
    # Not beside the installation's secrets, which the other processes of the run share.
    kept = tmp_path / "demo.json"
    monkeypatch.setattr(demo_cast, "_file", lambda _config: kept)
    secrets.write(kept, json.dumps(asdict(cast)))
    with acting_as("operator", installed):
        team.hire(api.tenant)
    with override_settings(**DEMO), marked(installed):
        yield Client()
    with installed.connection_as(None) as superuser:
        # They are the same two people in every demo; with two pharmacies they would have to choose.
        superuser.execute("UPDATE membership SET ended_at = now() WHERE tenant = %s", [api.tenant])


def test_the_tour_shows_four_real_pages_in_frames(tour: Client, api: Api) -> None:
    page = tour.get("/", headers={"Accept-Language": "en"})
    text = page.content.decode()
    assert page.status_code == 200
    for address in (f"/p/{api.pharmacy.slug}", "/counter/", "/demo/national", "/demo/auditor"):
        assert f'src="{address}"' in text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert "DEMO" in text


@pytest.mark.parametrize("who", team.TEAM)
def test_the_button_signs_in_the_invented_people(tour: Client, who: str) -> None:
    answer = tour.post("/demo/sign-in", {"as": who})
    assert answer.status_code == 302
    page = tour.get("/counter/", follow=True, headers={"Accept-Language": "en"})
    assert team.TEAM[who].family in page.content.decode()


@pytest.mark.parametrize("who", ["", "owner", "maud.verlaigne@demo.example"])
def test_the_button_signs_in_nobody_else(tour: Client, who: str) -> None:
    answer = tour.post("/demo/sign-in", {"as": who})
    assert answer.status_code == 404
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


def test_a_get_signs_nobody_in(tour: Client) -> None:
    assert tour.get("/demo/sign-in?as=pharmacist").status_code == 405


@pytest.mark.parametrize("words", [None, "some other comment"])
def test_a_database_that_is_not_the_demos_refuses_the_button_and_every_page(
    tour: Client, installed: Installed, words: str | None
) -> None:
    with marked(installed, words):
        refused = [tour.get(page).status_code for page in PAGES]
        answers = [tour.post("/demo/sign-in", {"as": "pharmacist"}), tour.post("/demo/theft")]
    assert refused == [403] * len(PAGES)
    assert [one.status_code for one in answers] == [403, 403]
    assert settings.SESSION_COOKIE_NAME not in answers[0].cookies


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "2001:db8::1", ""])
def test_a_browser_on_another_machine_is_refused(tour: Client, address: str) -> None:
    where: dict[str, Any] = {"REMOTE_ADDR": address}
    assert [tour.get(page, **where).status_code for page in PAGES] == [403] * len(PAGES)
    assert tour.post("/demo/sign-in", {"as": "pharmacist"}, **where).status_code == 403
    assert tour.post("/demo/theft", **where).status_code == 403


@pytest.mark.parametrize("path", ["/", "/demo/sign-in", "/demo/national", "/demo/theft"])
def test_an_installation_that_is_no_demo_has_none_of_the_tours_addresses(
    installed: Installed, path: str
) -> None:
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"as": "pharmacist"}).status_code == 404


def test_the_web_process_of_an_installation_does_not_load_the_tour(installed: Installed) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN],
        env=environment(
            ECOUVILLON_HOME=str(installed.config.home), ECOUVILLON_KEYS=str(installed.config.keys)
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_a_national_system_that_was_killed_is_said_to_come_back(tour: Client) -> None:
    page = tour.get("/demo/national", headers={"Accept-Language": "en"})
    assert "is being started again" in page.content.decode()


def test_a_database_in_which_nobody_was_set_up_becomes_the_demos(installed: Installed) -> None:
    with installed.copied() as database:
        mark.mark_if_unused(installed.config, database)
        assert comment_on(installed, database) == mark.WORDS


def test_a_database_in_which_somebody_was_set_up_never_becomes_the_demos(
    installed: Installed,
) -> None:
    with installed.copied() as database:
        with installed.connection_as(None, database=database) as superuser:
            superuser.execute(
                "INSERT INTO person (id, email, given_name, family_name, is_active)"
                " VALUES (gen_random_uuid(), 'real@pharmacie.example', '', '', true)"
            )
        mark.mark_if_unused(installed.config, database)
        assert comment_on(installed, database) is None


@pytest.mark.parametrize("role", ["web", "worker", "operator"])
def test_no_process_that_serves_can_write_the_mark(installed: Installed, role: Role) -> None:
    comment = sql.SQL("COMMENT ON DATABASE {} IS {}")
    with (
        installed.connection_as(role) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(comment.format(sql.Identifier(installed.database), mark.WORDS))


def comment_on(installed: Installed, database: str) -> str | None:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with installed.connection_as(None) as superuser:
        ((found,),) = superuser.execute(query, [database]).fetchall()
    return None if found is None else str(found)
