"""What the demo tells, on a terminal and as JSON."""

from __future__ import annotations

import io

import pytest

from ecouvillon.operations.demo.failure import StepFailed
from ecouvillon.operations.demo.report import Report


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_step_that_fails_is_named_in_the_error_and_in_the_report() -> None:
    out = io.StringIO()
    report = Report(out)
    with (
        pytest.raises(StepFailed, match='the step "sealed" failed: nothing was stored'),
        report.step("sealed", "looking"),
    ):
        raise StepFailed("nothing was stored")
    assert "✗ sealed" in out.getvalue()
    assert report.as_json()["ok"] is False


def test_an_error_that_is_not_ours_shows_its_kind_and_none_of_its_words() -> None:
    out = io.StringIO()
    report = Report(out)
    with pytest.raises(StepFailed, match="ValueError"), report.step("sealed", "looking"):
        raise ValueError("PELLEGRINOT")
    assert "PELLEGRINOT" not in out.getvalue() + str(report.as_json())


def test_a_demo_without_a_step_was_not_ok() -> None:
    assert Report(io.StringIO()).as_json() == {"steps": [], "ok": False}


def test_a_file_gets_no_announcement_no_colour_and_no_cursor() -> None:
    out = io.StringIO()
    with Report(out).step("sealed", "looking") as step:
        step.summary = "it is"
        step.show("something")
    assert "looking" not in out.getvalue()
    assert "\x1b" not in out.getvalue()
    assert "\r" not in out.getvalue()


def test_a_terminal_is_told_what_is_being_done_before_it_is_done() -> None:
    out = Terminal()
    with Report(out).step("sealed", "looking at it"):
        assert "looking at it" in out.getvalue()


def test_a_note_during_a_step_stands_on_a_line_of_its_own() -> None:
    out = Terminal()
    report = Report(out)
    with report.step("sealed", "looking at it"):
        report.note("web died and is started again")
        before, _, after = out.getvalue().partition("web died and is started again\n")
        assert before.endswith("\r\x1b[K  !            ")
        assert "looking at it" in after
