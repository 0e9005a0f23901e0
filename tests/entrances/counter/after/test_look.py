"""What comes after a reading as a browser draws it, judged as the desk's pages are.

Set ECOUVILLON_SHOTS to a folder to keep a picture of each page and look at it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page
from tests.entrances.counter.after.conftest import Recorded
from tests.entrances.counter.after.refusals import refuse
from tests.entrances.counter.desk.conftest import SIZES
from tests.entrances.counter.desk.test_look import judge
from tests.installation import Installed
from tests.pathway.counter import Counter, asked

from ecouvillon.exits.reporting.models import Destination
from ecouvillon.pathway.correct import Reason, cancel


@pytest.mark.parametrize("look", [*product(SIZES, ["light", "dark"])], ids="-".join)
def test_every_page_is_accessible_and_fits_its_screen(
    screen: Callable[..., Page],
    axe: str,
    *,
    recorded: Recorded,
    destination: Callable[..., Destination],
    installed: Installed,
    desk: Counter,
    look: tuple[str, str],
) -> None:
    page, name = screen(*look), "-".join(look)
    visit = recorded("positive")
    page.goto(f"/counter/paper/{visit}")
    judge(page, axe, f"paper-{name}")
    page.goto(f"/counter/slip/{visit}")
    judge(page, axe, f"slip-{name}")
    page.goto("/counter/to-fix")
    judge(page, axe, f"nothing-to-fix-{name}")
    destination()
    refused = recorded(name="GARREL")
    refuse(installed, desk.tenant, refused)
    refuse(installed, desk.tenant, recorded(name="NADAUD"), "PID^1^5")
    page.goto(f"/counter/to-fix?of={refused}")
    page.click("summary >> nth=-1")
    judge(page, axe, f"to-fix-{name}")
    page.goto(f"/counter/correct/{visit}?with=A-002")
    judge(page, axe, f"swap-{name}")
    page.goto(f"/counter/correct/{visit}")
    page.click("main summary")
    judge(page, axe, f"correct-{name}")
    cancel(desk.actor, refused, Reason.OTHER, asked(), [])
    desk.started()
    page.goto("/counter/closing")
    judge(page, axe, f"closing-{name}")
    if look == ("counter", "dark"):
        recorded(leaves=True)
        page.goto("/counter/")
        judge(page, axe, f"dock-{name}")
        page.emulate_media(media="print")
        for paper in ("paper", "slip"):
            page.goto(f"/counter/{paper}/{visit}")
            judge(page, axe, f"printed-{paper}")
    page.context.close()
