"""What an error means for the person who meets it: one sentence, what to do, by status and reader.

In: a kind of trouble, whether the reader is staff, whether something had been sent. Out: the words
of the page, in the active language. The words never name a person, a value or an address typed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Note:
    """A question that the reader may have now, and its answer; `url` and `link` lead further."""

    drawing: str
    question: str
    answer: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """The words of one error page; `again` means that trying again may help."""

    status: int
    short: str
    heading: str
    lead: str
    notes: tuple[Note, ...] = ()
    again: bool = False


Words = Callable[[], Trouble]


def bad_request() -> Trouble:
    return Trouble(
        400,
        _("not understood"),
        _("What was sent could not be read."),
        _("Nothing was changed. Go back, check what you typed, and send it again."),
    )


def forbidden() -> Trouble:
    return Trouble(
        403,
        _("not open to you"),
        _("This page is not open to you."),
        _("Nothing was shown and nothing was changed."),
        (
            Note(
                "users",
                _("Is it part of your work?"),
                _("The pharmacy’s owner gives rights, on the team page. They count at once."),
            ),
        ),
    )


def too_old() -> Trouble:
    return Trouble(
        403,
        _("page too old"),
        _("This page had been open for too long."),
        _("To protect you, it was not accepted and nothing was changed."),
        (
            Note(
                "rotate-ccw",
                _("What to do?"),
                _("Go back, reload the page, and send again. If it comes back, allow cookies."),
            ),
        ),
    )


def not_found() -> Trouble:
    return Trouble(
        404,
        _("no such page"),
        _("There is nothing at this address."),
        _("It may be incomplete, or what was here has been closed or destroyed."),
        (
            Note(
                "message-square",
                _("A link from an e-mail or an SMS?"),
                _(
                    "Copy it whole. A link closes for good after 10 wrong codes, or when a new one "
                    "replaces it; the pharmacy gives you another, with an identity document."
                ),
            ),
        ),
    )


def failed() -> Trouble:
    return Trouble(
        500,
        _("our fault"),
        _("We failed here, and it is written down."),
        _("Nothing is done by halves: what you sent is kept whole, or not at all."),
        (
            Note(
                "rotate-ccw",
                _("What to do?"),
                _("Try once more. If it comes back, give support the incident’s code."),
            ),
        ),
        again=True,
    )


def keys_silent(staff: bool) -> Trouble:
    return _unavailable(
        _("key service stopped"), _("The records are locked, and the keys do not answer."), staff
    )


def database_silent(staff: bool) -> Trouble:
    return _unavailable(_("database stopped"), _("The records do not answer."), staff)


def _unavailable(short: str, heading: str, staff: bool) -> Trouble:
    lead = _(
        "Nothing is lost. Nothing is shown or kept without a trace, so the page prefers to stop."
    )
    return Trouble(503, short, heading, lead, _for_staff() if staff else _for_patient(), again=True)


def after_sending(trouble: Trouble) -> Trouble:
    """The same for who has just sent a form: a GET would lose it, a reload sends it again."""
    return replace(
        trouble,
        again=False,
        lead=_(
            "What you sent is not kept yet. Reload this page in a moment and confirm: "
            "it is sent again as you typed it, and counts only once."
        ),
    )


def _for_staff() -> tuple[Note, ...]:
    try:
        sheet = reverse("frame:paper_sheet")
    except NoReverseMatch:
        sheet = ""
    return (
        Note(
            "clock",
            _("A test is running?"),
            _(
                "Its start is kept. Write the result and the time of reading on the cassette; "
                "you will enter them afterwards, with the reason “outage”."
            ),
        ),
        Note("printer", _("A patient waits?"), _("Work on paper:"), sheet, _("print a sheet"))
        if sheet
        else Note("printer", _("A patient waits?"), _("Work on paper for now.")),
    )


def _for_patient() -> tuple[Note, ...]:
    return (
        Note(
            "shield",
            _("Your result?"),
            _("It is kept. Come back in a few minutes with the same link and the same code."),
        ),
        Note(
            "house",
            _("You are at the pharmacy?"),
            _("Go to the counter: your test can be done, the rest is written down later."),
        ),
    )
