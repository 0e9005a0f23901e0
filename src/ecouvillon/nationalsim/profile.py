"""The published profile: what a report must say, beyond being valid HL7 v2.5.

Comes in: segments that `syntax` parsed. Goes out: findings, each with its place. Always holds: a
pseudonymised report that says more of the patient than it may is refused, and so is a report whose
ORC-1, OBR-25 and OBX-11 tell different stories (ANS, transmission profile of HL7 v2).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ecouvillon.nationalsim import registries
from ecouvillon.nationalsim.findings import Code, Finding
from ecouvillon.nationalsim.syntax import Segment, component

PSEUDONYMISED = "^^^^^^S"

# ORC-1 → what OBR-25 and OBX-11 may then be: new, replaced, cancelled.
_STORIES = {"NW": ("F", "F"), "RO": ("C", "C"), "CA": ("X", "DX")}
_REQUIRED = {
    "MSH": (3, 4, 5, 6, 7, 10, 21),
    "PID": (3, 5, 7, 8),
    "PV1": (2,),
    "ORC": (1, 2, 3),
    "OBR": (2, 3, 4, 7, 25),
    "OBX": (2, 3, 11, 14, 16),
    "SPM": (4,),
}
_MOMENTS = {"MSH": (7,), "OBR": (7, 22), "OBX": (14,), "SPM": (17,)}
_MOMENT = re.compile(r"[0-9]{12}([0-9]{2}(\.[0-9]{1,4})?)?([+-][0-9]{4})?")
_LONGEST_CONTROL_ID = 20  # HL7 v2.5, 2.15.9.10


def orders(segments: list[Segment]) -> list[list[Segment]]:
    """The segments of each order, ORC first."""
    groups: list[list[Segment]] = []
    for segment in segments[3:]:
        if segment.name == "ORC":
            groups.append([])
        groups[-1].append(segment)
    return groups


def findings(segments: list[Segment]) -> list[Finding]:
    """All that is wrong with a report, in the order of its segments."""
    found = [finding for segment in segments for finding in _everywhere(segment)]
    msh, pid, pv1 = segments[:3]
    found += [*_header(msh), *_patient(pid), *_professional(pv1, 7)]
    if pv1[2] and pv1[2] not in ("O", "N"):
        found.append(_wrong(pv1, 2, Code.NOT_IN_TABLE, "The patient class is O or N"))
    for group in orders(segments):
        found += _order(group)
    return found


def _wrong(segment: Segment, field: int, code: Code, rule: str) -> Finding:
    return Finding(segment.name, segment.sequence, field, code, rule)


def _everywhere(segment: Segment) -> Iterator[Finding]:
    for field in _REQUIRED[segment.name]:
        if not segment[field].replace("^", ""):
            yield _wrong(segment, field, Code.MISSING, "This field is required")
    for field in _MOMENTS.get(segment.name, ()):
        if segment[field] and not _MOMENT.fullmatch(segment[field]):
            yield _wrong(segment, field, Code.DATA_TYPE, "Date and time, to the minute at least")


def _header(msh: Segment) -> Iterator[Finding]:
    if len(msh[10]) > _LONGEST_CONTROL_ID:
        yield _wrong(msh, 10, Code.DATA_TYPE, "The message control id has 20 characters at most")
    if msh[17] != "FRA":
        yield _wrong(msh, 17, Code.NOT_IN_TABLE, "The country code is FRA")
    if msh[18] != "UNICODE UTF-8":
        yield _wrong(msh, 18, Code.NOT_IN_TABLE, "The character set is UNICODE UTF-8")


def _patient(pid: Segment) -> Iterator[Finding]:
    if pid[8] and pid[8] not in registries.SEXES:
        yield _wrong(pid, 8, Code.NOT_IN_TABLE, "The sex is M, F or U")
    yield from _pseudonymised(pid) if pid[5] == PSEUDONYMISED else _identified(pid)


def _pseudonymised(pid: Segment) -> Iterator[Finding]:
    rule = "A pseudonymised report has one identifier, a year of birth and a sex, nothing else"
    for field, repetitions in pid.fields.items():
        if field not in (1, 3, 5, 7, 8) or len(repetitions) > 1:
            yield _wrong(pid, field, Code.APPLICATION, rule)
    if pid[7] and not re.fullmatch(r"[0-9]{4}", pid[7]):
        yield _wrong(pid, 7, Code.DATA_TYPE, rule)


def _identified(pid: Segment) -> Iterator[Finding]:
    if pid[5] and not (
        component(pid[5], 7) == "L" and component(pid[5], 1) and component(pid[5], 2)
    ):
        rule = "The first name is the birth identity, type L, or the report is ^^^^^^S"
        yield _wrong(pid, 5, Code.MISSING, rule)
    if pid[7] and not re.fullmatch(r"[0-9]{8}", pid[7]):
        yield _wrong(pid, 7, Code.DATA_TYPE, "The birth date is YYYYMMDD")
    reliabilities = pid.fields.get(32, ())
    if any(value not in registries.RELIABILITIES for value in reliabilities):
        yield _wrong(pid, 32, Code.NOT_IN_TABLE, "The reliability is VALI, PROV or QUAL")
    types = [component(identifier, 5) for identifier in pid.fields.get(3, ())]
    # The matricule INS goes with a qualified identity only (RNIV, EXI SI 07).
    if "INS" in types and "QUAL" not in reliabilities:
        yield _wrong(pid, 3, Code.APPLICATION, "An INS needs a qualified identity")


def _professional(segment: Segment, field: int) -> Iterator[Finding]:
    identifier = segment.component(field, 1)
    if segment[field] and not registries.is_national_professional(identifier):
        yield _wrong(segment, field, Code.NOT_IN_TABLE, "The professional is 8 and a valid RPPS")


def _order(group: list[Segment]) -> Iterator[Finding]:
    orc, obr, *rest = group
    for field in (2, 3):
        if obr[field] and orc[field] != obr[field]:
            yield _wrong(obr, field, Code.APPLICATION, "The order number of ORC and OBR is one")
    yield from _analysis(obr, 4)
    if orc[1] and orc[1] not in _STORIES:
        yield _wrong(orc, 1, Code.NOT_IN_TABLE, "The order control is NW, RO or CA")
    order_status, statuses = _STORIES.get(orc[1], ("", ""))
    if order_status and obr[25] and obr[25] != order_status:
        yield _wrong(obr, 25, Code.APPLICATION, "ORC-1 and OBR-25 contradict each other")
    observations = [segment for segment in rest if segment.name == "OBX"]
    for obx in observations:
        yield from _observation(obx)
        if statuses and obx[11] in tuple("FCDX") and obx[11] not in statuses:
            yield _wrong(obx, 11, Code.APPLICATION, "ORC-1 and OBX-11 contradict each other")
    yield from _repeated(observations)


def _analysis(segment: Segment, field: int) -> Iterator[Finding]:
    coded = registries.is_loinc(segment.component(field, 1)) and segment.component(field, 3) == "LN"
    if segment[field] and not coded:
        yield _wrong(segment, field, Code.NOT_IN_TABLE, "The analysis is LOINC, system LN")


def _observation(obx: Segment) -> Iterator[Finding]:
    if obx[2] and obx[2] != "CWE":
        yield _wrong(obx, 2, Code.NOT_IN_TABLE, "The value type is CWE")
    yield from _analysis(obx, 3)
    value = obx.component(5, 1)
    # What is deleted may go without its value (HL7 v2.5, 7.4.2.11).
    if not obx[5] and obx[11] not in ("D", "X"):
        yield _wrong(obx, 5, Code.MISSING, "This field is required")
    elif obx[5] and not (value in registries.FLAGS and obx.component(5, 3) == "SCT"):
        rule = f"The result is SNOMED CT (SCT): {', '.join(registries.FLAGS)}"
        yield _wrong(obx, 5, Code.NOT_IN_TABLE, rule)
    elif len(obx.fields.get(5, ())) > 1:
        yield _wrong(obx, 5, Code.APPLICATION, "One observation has one result")
    elif obx[8] and obx[8] != registries.FLAGS.get(value):
        yield _wrong(obx, 8, Code.APPLICATION, "OBX-5 and OBX-8 contradict each other")
    if obx[11] and obx[11] not in tuple("FCDX"):
        yield _wrong(obx, 11, Code.NOT_IN_TABLE, "The status is F, C, D or X")
    yield from _professional(obx, 16)


def _repeated(observations: Iterable[Segment]) -> Iterator[Finding]:
    seen: set[str] = set()
    for obx in observations:
        analysis = obx.component(3, 1)
        if analysis in seen:
            yield _wrong(obx, 3, Code.DUPLICATE_KEY, "One order has one result per analysis")
        seen.add(analysis)
