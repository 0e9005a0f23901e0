"""The results of a report as the national system understands it, unescaped and free of HL7.

Comes in: segments that passed every check. Goes out: one `Result` an order, the effect that the
message is to have. Always holds: a result is what the bytes say, none of it what a builder meant.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ecouvillon.nationalsim import profile
from ecouvillon.nationalsim.syntax import Segment, component, unescaped


@dataclass(frozen=True, slots=True)
class Result:
    """What is held for one filler order number (ORC-3, without its namespace).

    `status` is OBX-11: F new, C corrected, D or X deleted. `observations` maps LOINC to SNOMED CT.
    `identifiers` maps the type of PID-3 (PI, NH) to the identifier. Dates and times as in HL7.
    """

    filler_order: str
    control_id: str
    status: str
    sender: str
    pseudonymised: bool
    identifiers: dict[str, str]
    family: str
    given: str
    birth_date: str
    sex: str
    sampled_at: str
    performer: str
    observations: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Plain values, which `Result(**…)` takes back."""
        return asdict(self)


def results(segments: list[Segment]) -> list[Result]:
    """One result for each order of the message."""
    msh, pid, _ = segments[:3]
    identifiers = {
        component(identifier, 5): unescaped(component(identifier, 1))
        for identifier in pid.fields.get(3, ())
    }
    return [
        Result(
            filler_order=unescaped(orc.component(3, 1)),
            control_id=unescaped(msh[10]),
            status=group[0][11],
            sender=unescaped(msh.component(4, 1)),
            pseudonymised=pid[5] == profile.PSEUDONYMISED,
            identifiers=identifiers,
            family=unescaped(pid.component(5, 1)),
            given=unescaped(pid.component(5, 2)),
            birth_date=pid[7],
            sex=pid[8],
            sampled_at=obr[7],
            performer=group[0].component(16, 1),
            observations={obx.component(3, 1): obx.component(5, 1) for obx in group},
        )
        for orc, obr, group in (
            (order[0], order[1], [s for s in order if s.name == "OBX"])
            for order in profile.orders(segments)
        )
    ]
