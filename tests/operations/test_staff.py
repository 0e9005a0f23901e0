"""The operator lets people in from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from tests.cast import Api
from tests.installation import Installed, acting_as
from tests.staff import RPPS, Browser

from ecouvillon.people.pharmacy.invite import Invited, team
from ecouvillon.people.signin.names import name_of_address, split_name


def staff(
    installed: Installed, act: str, pharmacy: Api, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """`ecouvillon staff …` in this process's copy of the database."""
    socket = f"?host={installed.config.home}/postgres/socket"
    program = "from ecouvillon.operations.cli import main; main()"
    reference = ("--pharmacy", pharmacy.pharmacy.slug)
    return subprocess.run(
        [sys.executable, "-c", program, "staff", act, *reference, *arguments],
        env=os.environ
        | {
            "ECOUVILLON_DATABASE_URL": f"postgresql:///{installed.database}{socket}",
            "ECOUVILLON_KEYSTORE_URL": f"postgresql:///ecouvillon_keystore{socket}",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_somebody_is_invited_listed_lets_themselves_in_and_is_ended(
    installed: Installed, api: Api
) -> None:
    who = ("--email", "Anne.Verlaigne@pharmacie.example")
    made = staff(installed, "invite", api, *who, "--role", "pharmacist", "--rpps", RPPS, "--json")
    assert made.returncode == 0, made.stderr
    shown = json.loads(made.stdout)
    assert shown.keys() == {"url", "code", "expires_at"}
    assert shown["url"].startswith("http://localhost:8000/counter/invitation/")
    expires_at = datetime.fromisoformat(shown["expires_at"])
    assert timedelta(hours=23) < expires_at - timezone.now() <= timedelta(hours=24)

    (row,) = json.loads(staff(installed, "list", api, "--json").stdout)["staff"]
    assert row == {
        "email": "anne.verlaigne@pharmacie.example",
        "name": "Anne Verlaigne",
        "role": "pharmacist",
        "rpps": RPPS,
        "joined_at": None,
    }

    browser = Browser()
    answer = browser.accept(Invited(shown["url"], shown["code"], expires_at))
    assert answer.status_code == 302
    again = staff(installed, "invite", api, *who, "--role", "pharmacist", "--rpps", RPPS)
    assert again.returncode == 1
    assert "works in this pharmacy already" in again.stderr

    assert staff(installed, "end", api, *who).returncode == 0
    assert browser.get("/counter/performer").status_code == 403
    assert staff(installed, "end", api, *who).returncode == 1
    with acting_as("operator", installed):
        assert team(api.pharmacy) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--email", "nobody", "--role", "owner"), "e-mail"),
        (("--email", "a@b.example", "--role", "pharmacist"), "RPPS"),
        (("--email", "a@b.example", "--role", "preparer", "--rpps", RPPS), "no RPPS"),
        (("--email", "a@b.example", "--role", "owner", "--rpps", "10001234566"), "key"),
        (("--email", "a@b.example", "--role", "owner", "--name", "<b>"), "name"),
    ],
)
def test_a_wrong_invitation_is_refused_and_nothing_is_made(
    installed: Installed, api: Api, arguments: tuple[str, ...], said: str
) -> None:
    refused = staff(installed, "invite", api, *arguments)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert refused.stdout == ""
    with acting_as("operator", installed):
        assert team(api.pharmacy) == []


@pytest.mark.parametrize(
    ("line", "given", "family"),
    [
        ("Anne VERLAIGNE", "Anne", "VERLAIGNE"),
        ("Anne-Lise DE LA TOUR", "Anne-Lise", "DE LA TOUR"),
        ("Marie Claire Dupont", "Marie Claire", "Dupont"),
        ("M. Verlaigne", "M.", "Verlaigne"),
        ("Ö NGUYỄN", "Ö", "NGUYỄN"),
        ("ANNE VERLAIGNE", "ANNE", "VERLAIGNE"),
        ("Verlaigne", "", "Verlaigne"),
    ],
)
def test_a_name_is_split_where_the_capitals_begin_or_at_its_last_word(
    line: str, given: str, family: str
) -> None:
    assert split_name(line) == (given, family)


def test_without_a_name_the_address_gives_one() -> None:
    assert name_of_address("anne.verlaigne@pharmacie.example") == "Anne Verlaigne"
    assert name_of_address("-@pharmacie.example") == "?"
