"""Every route, command and job has its access, ledger and tenant rule, and keeps them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import click
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from procrastinate.contrib.django import app as procrastinate
from tests.cast import Api, patient, reading, rows_of, screening
from tests.house import declared
from tests.house.declared import COMMANDS, JOBS, ROUTES
from tests.installation import Installed

from ecouvillon.operations.cli import main

SCOPED = {declared.WRITE, declared.STATUS}


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    for one in (resolver or get_resolver()).url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield address, one.callback
        else:
            yield from routes(one, address)


def commands(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name, command


def address_of(route: str) -> str:
    return "/" + (
        route.replace("<uuid:screening>", str(uuid4()))
        .replace("<str:token>", "0" * 32)
        .replace("^api/.*$", "api/nowhere")
    )


def test_each_route_has_its_three_rules() -> None:
    assert {address for address, _ in routes()} == ROUTES.keys()


def test_each_command_has_its_three_rules() -> None:
    assert {name for name, _ in commands(main)} == COMMANDS.keys()


def test_each_job_has_its_three_rules() -> None:
    ours = {name for name in procrastinate.tasks if name.startswith("ecouvillon.")}
    assert ours == JOBS.keys()


def test_a_view_that_says_who_may_use_it_says_what_is_declared() -> None:
    said = {address: view.access for address, view in routes() if hasattr(view, "access")}
    assert said == said | {a: rules.access for a, rules in ROUTES.items() if a in said}
    scoped = {address for address, rules in ROUTES.items() if rules.access in SCOPED}
    assert scoped <= said.keys()


@pytest.mark.parametrize("command", [c for c, r in COMMANDS.items() if r.access == "operator"])
def test_a_command_of_the_operator_runs_as_the_operator(command: str) -> None:
    source = inspect.getsource(dict(commands(main))[command].callback)  # type: ignore[arg-type]
    assert 'installed("operator")' in source


@pytest.mark.parametrize("job", JOBS)
def test_a_job_takes_no_more_than_one_opaque_argument(job: str) -> None:
    parameters = inspect.signature(procrastinate.tasks[job].func).parameters
    assert [p.annotation for p in parameters.values()] in ([], ["int"], ["UUID"])


@pytest.mark.parametrize("route", [r for r, rules in ROUTES.items() if rules.access in SCOPED])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_route_of_the_api_is_closed_without_a_token(
    installed: Installed, route: str, method: str
) -> None:
    answer = Client().generic(method, address_of(route), "{}", "application/json")
    assert answer.status_code in (401, 405)


@pytest.mark.parametrize("route", [r for r, rules in ROUTES.items() if rules.access in SCOPED])
def test_a_route_of_the_api_is_closed_to_the_other_scope(newcomer: Any, route: str) -> None:
    needed = ROUTES[route].access
    (other,) = SCOPED - {needed}
    api: Api = newcomer(scopes=(other,))
    ask = api.get if needed == declared.STATUS else lambda path: api.post(path, {})
    assert ask(address_of(route)).status_code == 403


@pytest.mark.parametrize("route", [r for r, rules in ROUTES.items() if rules.access in SCOPED])
def test_a_route_of_the_api_does_not_reach_another_pharmacy(
    api: Api, stranger: Api, installed: Installed, route: str
) -> None:
    foreign = stranger.submit({"patient": patient()}).json()["id"]
    before = rows_of(installed, stranger.tenant)
    path = "/" + route.replace("<uuid:screening>", foreign)
    bodies: dict[str, Any] = {
        "screenings": screening(),
        "batch": [screening()],
        "results": reading(),
        "correction": reading() | {"reason": "misread"},
        "cancellation": {"reason": "misread"},
    }
    answer = (
        api.get(path)
        if ROUTES[route].access == declared.STATUS
        else api.post(path, bodies[path.rpartition("/")[2]])
    )
    assert answer.status_code in ((404,) if foreign in path else (200, 201))
    assert foreign not in answer.content.decode()
    assert rows_of(installed, stranger.tenant) == before


@pytest.mark.parametrize("route", [r for r, rules in ROUTES.items() if rules.access == "anyone"])
def test_a_route_for_anyone_changes_nothing_of_a_pharmacy(
    api: Api, installed: Installed, route: str
) -> None:
    before = rows_of(installed, api.tenant)
    for method in ("GET", "POST"):
        answer = Client().generic(method, address_of(route))
        assert answer.status_code < 500
        assert str(api.tenant) not in answer.content.decode()
    assert rows_of(installed, api.tenant) == before


@pytest.mark.parametrize(
    "path",
    ["/", "/admin/", "/tmp/",  # noqa: S108 - an address, not a folder
     "/.git/config", "/var/", "/static/", "/media/", "/%2e%2e/etc/passwd",
     "/static/..%2f..%2fsettings.py", "/static/frame/", "/backup.sql", "/.env", "/api/v1/docs/../"],
)  # fmt: skip
def test_no_other_address_answers(installed: Installed, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 404
    assert "ECOUVILLON" not in answer.content.decode()
