"""Processor time of everything that the bench started, itself included.

Comes in: nothing. Goes out: seconds so far. Always holds: each process counts once, also when it
has ended: its time then stands in its parent's account (proc(5), cutime). Beside the rates this is
the figure that other work on the machine falsifies least.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

_TICK = 1 / os.sysconf("SC_CLK_TCK")
# Fields of /proc/PID/stat after the program's name: parent, and utime to cstime.
_PARENT, _TIMES = 1, slice(11, 15)


def used() -> float:
    """Seconds of processor time of this process and all that it started, ended ones too."""
    times: dict[int, int] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        process = int(stat.parent.name)
        children[int(fields[_PARENT])].append(process)
        times[process] = sum(map(int, fields[_TIMES]))
    found, waiting = 0, [os.getpid()]
    while waiting:
        process = waiting.pop()
        found += times.get(process, 0)
        waiting += children[process]
    return found * _TICK
