"""The way of one result: the same steps as in any pharmacy, each seen from outside.

Comes in: a running house and its cast. Goes out: a report step by step. Always holds: nothing is
taken for done because it was asked for: each step looks where its effect must be.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from ecouvillon.config import Config
from ecouvillon.nationalsim.control_client import ControlRefused, ask
from ecouvillon.operations.demo import cast as players
from ecouvillon.operations.demo import patient, theft
from ecouvillon.operations.demo.cast import Cast
from ecouvillon.operations.demo.failure import StepFailed, eventually
from ecouvillon.operations.demo.house import control
from ecouvillon.operations.demo.report import Report
from ecouvillon.operations.demo.traffic import Web

# What the house did with the result, each exactly once whatever died meanwhile.
_ONCE = ("screening registered", "result recorded")


@dataclass(frozen=True, slots=True)
class Way:
    """What the steps share."""

    config: Config
    report: Report
    web: Web
    cast: Cast


def walk(way: Way) -> Cast:
    """Take one patient through the whole job; returns the cast with the patient's link and code.

    Raises `StepFailed` naming the step.
    """
    body = patient.screening()
    answer = _register(way, body)
    cast = players.remember(way.config, way.cast, answer)
    _seal(way, answer)
    _audit(way, answer)
    _forward(way, answer)
    _acknowledge(way, answer)
    _open(way, answer)
    _steal(way, answer, body)
    return cast


def _register(way: Way, body: dict[str, Any]) -> dict[str, Any]:
    with way.report.step("registered", "the pharmacy's software sends patient and result") as step:
        way.web.sign_in(way.cast.client_id, way.cast.client_secret)
        answer = way.web.post("/api/v1/screenings", body, str(uuid4()))
        step.summary = f"POST /api/v1/screenings: visit {answer['visit_number']}, link and code"
        step.show(f"link {answer['link']}")
        step.show(f"code {answer['code']}")
    return answer


def _seal(way: Way, answer: dict[str, Any]) -> None:
    with way.report.step("sealed", "looking at what the database holds") as step:
        rows = eventually(
            lambda: theft.held(way.config, answer["id"]) or None, "nothing was stored"
        )
        step.summary = "a key per document; this is what the database holds"
        for kind, size, beginning in rows:
            step.show(f"{kind:9} {size:>5} bytes  {beginning}…")


def _audit(way: Way, answer: dict[str, Any]) -> None:
    with way.report.step("audited", "reading the ledger as an auditor") as step:
        entries = eventually(
            lambda: theft.audited(way.config, way.cast.tenant, answer["id"]) or None,
            "the ledger has no entry",
        )
        actions = [action for _, action in entries]
        if any(actions.count(once) != 1 for once in _ONCE):
            raise StepFailed("the ledger does not have each act once")
        step.summary = "in the ledger, committed with what it tells"
        for actor, action in entries:
            step.show(f"{actor:9} {action}")


def _forward(way: Way, answer: dict[str, Any]) -> None:
    with way.report.step("forwarded", "waiting for the national system to have it") as step:
        got = eventually(
            lambda: _received(way.config, answer["id"]), "the national system did not get it"
        )
        step.summary = "HL7 v2.5 over MLLP; this is what the national system holds"
        tests = ", ".join(
            f"LOINC {loinc} SNOMED {value}" for loinc, value in got["observations"].items()
        )
        step.show(f"{got['family']} {got['given']}, born {got['birth_date']}, {tests}")


def _acknowledge(way: Way, answer: dict[str, Any]) -> None:
    with way.report.step("acknowledged", "asking until the acknowledgement is stored") as step:

        def acknowledged() -> str | None:
            states = way.web.get(f"/api/v1/screenings/{answer['id']}")["transmissions"]
            found = {one["destination"]: one["state"] for one in states}
            return "yes" if found.get(players.NATIONAL) == "acknowledged" else None

        eventually(acknowledged, "no acknowledgement was stored")
        step.summary = f"GET /api/v1/screenings/…: {players.NATIONAL} acknowledged"


def _open(way: Way, answer: dict[str, Any]) -> None:
    with way.report.step("opened", "the patient types the code") as step:
        page = way.web.unlock(answer["link"], answer["code"])
        if patient.FIRST_NAME not in page:
            raise StepFailed("the code did not open the page")
        entries = theft.audited(way.config, way.cast.tenant, answer["id"])
        read = [action for actor, action in entries if actor == "link"]
        if not read:
            raise StepFailed("the page was shown without an entry in the ledger")
        step.summary = "the code opened the link, and the ledger said so first"
        for action in read:
            step.show(f"link      {action}")


def _steal(way: Way, answer: dict[str, Any], body: dict[str, Any]) -> None:
    with way.report.step("stolen", "dumping the database and searching it") as step:
        loot = theft.steal(way.config)
        if not loot.hits({"pharmacy": players.PHARMACY}):
            raise StepFailed("the search does not even find what is no secret")
        wanted = patient.SECRETS | patient.canonical_result(body)
        hits = loot.hits(wanted)
        if hits:
            raise StepFailed(f"the dump gives away: {'; '.join(hits)}")
        step.summary = f"{len(loot.dump) // 1024:,} kB dumped, {len(wanted)} secrets sought: 0 hits"
        sought = f"Sought in clear and in every encoding: {', '.join(wanted)}."
        for line in textwrap.wrap(sought, 76):
            step.show(line)
        step.show("What the thief sees of this patient:")
        for _, _, *columns in loot.rows("screening", answer["id"]):
            step.show(f"  screening       {' '.join(columns)}")
        for _, _, kind, *columns in loot.rows("vault_document", answer["id"]):
            ciphertext = max(columns, key=len).removeprefix("\\\\x")
            step.show(f"  vault_document  {kind:9}{ciphertext[:48]}…")


def _received(config: Config, screening: str) -> dict[str, Any] | None:
    try:
        results = ask(control(config), "results")["results"]
    except ControlRefused:
        return None
    mine = [one for one in results.values() if screening in one["identifiers"].values()]
    if len(mine) > 1:
        raise StepFailed("the national system holds this result twice")
    return dict(mine[0]) if mine else None
