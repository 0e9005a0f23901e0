"""Tells what the demo does: a line a step, at once, with its time.

Comes in: steps, what they show, and notes from other threads. Goes out: text for a terminal, and
the same as one JSON object. Always holds: a step is announced before it begins where a terminal can
take the announcement back; a step that failed is named.
"""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

import click

from ecouvillon.errors import EcouvillonError
from ecouvillon.operations.demo.failure import StepFailed

_NAME = 13  # columns
_TIME = 9
_WIDTH = 96


@dataclass(slots=True)
class Step:
    """A step under way: `summary` is its line, `shown` what is to be seen below it."""

    name: str
    summary: str = ""
    shown: list[str] = field(default_factory=list)
    seconds: float = 0.0
    ok: bool = False

    def show(self, line: str) -> None:
        """Show something that the step found."""
        self.shown.append(line)


class Report:
    """What is told on `out`; its steps are kept for `as_json`."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._terminal = out.isatty()
        self._lock = threading.Lock()
        self._announced = ""
        self.steps: list[Step] = []

    def say(self, text: str = "") -> None:
        """A line of text."""
        with self._lock:
            self._line(text)

    def note(self, text: str) -> None:
        """Something that happened beside the steps; any thread may say it."""
        self.say(f"  ! {'':{_NAME - 2}}{text}")

    @contextmanager
    def step(self, name: str, doing: str) -> Iterator[Step]:
        """A step: announced as `doing`, timed; any failure is told and raised as `StepFailed`."""
        step = Step(name, summary="stopped")
        self.steps.append(step)
        self._announce(f"  · {name:{_NAME}}{doing}")
        began = time.perf_counter()
        try:
            yield step
            step.ok = True
        except Exception as error:
            step.summary = _words(error)
            raise StepFailed(f'the step "{name}" failed: {step.summary}') from error
        finally:
            step.seconds = time.perf_counter() - began
            self._finish(step)

    def as_json(self) -> dict[str, Any]:
        """The steps as programs read them."""
        return {
            "steps": [
                {
                    "name": step.name,
                    "seconds": round(step.seconds, 3),
                    "ok": step.ok,
                    "summary": step.summary,
                    "shown": step.shown,
                }
                for step in self.steps
            ],
            "ok": bool(self.steps) and all(step.ok for step in self.steps),
        }

    def _announce(self, text: str) -> None:
        with self._lock:
            self._announced = text if self._terminal else ""
            self._write(self._announced)

    def _finish(self, step: Step) -> None:
        width = self._width()
        mark = click.style("✓", fg="green") if step.ok else click.style("✗", fg="red", bold=True)
        summary = f"{step.summary:{width - _NAME - _TIME - 4}}"
        with self._lock:
            announced, self._announced = self._announced, ""
            self._write("\r\x1b[K" if announced else "")
            self._line(f"  {mark} {step.name:{_NAME}}{summary}{step.seconds:7.2f} s")
            for line in step.shown:
                cut = line if len(line) <= width - _NAME - 4 else line[: width - _NAME - 5] + "…"
                self._line(click.style(f"{'':{_NAME + 4}}{cut}", dim=True))

    def _width(self) -> int:
        return min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDTH)

    def _line(self, text: str) -> None:
        before, after = ("\r\x1b[K", self._announced) if self._announced else ("", "")
        self._write(f"{before}{text}\n{after}")

    def _write(self, text: str) -> None:
        self._out.write(text if self._terminal else click.unstyle(text))
        self._out.flush()


def spoken_on(stream: TextIO) -> TextIO:
    """The stream, made to write what its encoding lacks as question marks instead of failing."""
    if stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[attr-defined] # a TextIOWrapper
    return stream


def _words(error: Exception) -> str:
    # Ours say what happened; of anything else only the kind, as everywhere in the house.
    if isinstance(error, StepFailed | EcouvillonError) and str(error):
        return str(error)
    return type(error).__name__
