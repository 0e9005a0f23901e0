"""`kill -9` of everything, while results come in: none is lost, none has a second effect (G7).

A seeded handful in the normal run; `make faults KILLS=500 SEED=1` for a campaign.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter

from tests.faults.house import House
from tests.faults.process import PATIENCE
from tests.faults.stream import CANARY, NIR, Stream

KILLS = int(os.environ.get("FAULTS_KILLS") or 6)
SEED = int(os.environ.get("FAULTS_SEED") or 1)
VICTIMS = ("web", "web child", "worker", "keys", "national", "database")
MISBEHAVIOUR = ("none=1", "lost=1", "wrong=1", "drop=1", "duplicate=2", "slow=1:0.5", "")


def test_a_result_that_was_answered_for_has_exactly_one_effect_whatever_is_killed(
    house: House,
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - repeatable, no secret
    # Each once, then as it comes.
    victims = [*chance.sample(VICTIMS, len(VICTIMS)), *chance.choices(VICTIMS, k=KILLS)][:KILLS]
    with Stream(house) as stream:
        for number, victim in enumerate(victims, 1):
            _wait_for_some(stream)
            time.sleep(chance.uniform(0, 0.5))
            _misbehave(house, chance.choice(MISBEHAVIOUR))
            print(f"{number}/{KILLS} {victim}: {len(stream.answered)} answered", flush=True)  # noqa: T201
            _kill(house, victim, chance.uniform(0, 0.5))
    _misbehave(house, "")

    ids = set(stream.answered.values())
    assert stream.wrong == []
    assert len(ids) == len(stream.answered)
    _wait_until_forwarded(house)

    states = dict(house.sql("SELECT screening::text, state FROM transmission"))
    assert states == dict.fromkeys(ids, "acknowledged")
    assert house.sql("SELECT count(*) FROM screening") == [(len(ids),)]
    acknowledged = house.sql(
        "SELECT record::text, count(*) FROM ledger_entry"
        " WHERE action = 'acknowledged' GROUP BY record"
    )
    assert dict(acknowledged) == dict.fromkeys(ids, 1)
    assert set(house.results()) == ids
    taken_in = Counter(line.split('"', 4)[3] for line in house.store.read_text().splitlines())
    assert set(taken_in.values()) == {1}
    assert len(taken_in) == len(ids)

    for status, kind, answer in stream.troubles:
        assert (status, kind) == (503, "application/problem+json"), answer
        assert "Traceback" not in str(answer)
    assert "Traceback" not in house.logs()


def test_nothing_of_a_patient_is_in_any_log(house: House) -> None:
    logs = house.logs() + (house.config.home / "logs" / "postgres.log").read_text()
    for typed in (CANARY, NIR, "1984-02-29", "19840229"):
        assert typed not in logs


def _wait_for_some(stream: Stream) -> None:
    """Until results go through again, so that the next kill meets something."""
    deadline, before = time.monotonic() + PATIENCE, len(stream.answered)
    while len(stream.answered) < before + 2:
        assert time.monotonic() < deadline, stream.troubles[-3:]
        time.sleep(0.02)


def _misbehave(house: House, spec: str) -> None:
    house.faults(spec)


def _kill(house: House, victim: str, pause: float) -> None:
    if victim == "database":
        house.kill_database()
        house.wait_for_database()
    elif victim == "web child":
        # granian starts another one.
        os.kill(house.processes["web"].children()[-1], signal.SIGKILL)
    else:
        house.processes[victim].kill()
        time.sleep(pause)
        house.start(victim)


def _wait_until_forwarded(house: House) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        # Time passes: leases of killed workers end, waiting is over. Nobody else holds a lease for
        # longer than a moment here, and whoever lost one overwrites nothing (`still_held`).
        house.sql(
            "UPDATE transmission SET next_at = now(), leased_until = NULL"
            " WHERE state IN ('pending', 'sent')"
        )
        time.sleep(1)
        ((open_,),) = house.sql(
            "SELECT count(*) FROM transmission WHERE state IN ('pending', 'sent')"
        )
        if not open_:
            return
        assert time.monotonic() < deadline, house.logs()[-3000:]
