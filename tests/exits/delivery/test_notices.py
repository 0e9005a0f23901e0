"""Which results are told of, when, and what the mail says: the same, whatever the result was."""

from __future__ import annotations

import re
from datetime import date
from uuid import UUID

import pytest
from tests.cast import Api, patient, reading, screening
from tests.exits.delivery.conftest import EMAIL, SENDER, Got, Post, submitted
from tests.installation import Installed
from tests.pathway.counter import Counter, asked, counter

from ecouvillon.errors import WrongState
from ecouvillon.exits.outbox import Drained
from ecouvillon.pathway.correct import Correction, Reason, cancel, correct
from ecouvillon.pathway.take_back import take_back
from ecouvillon.pathway.walk_in import walk_in
from ecouvillon.screening.patient import Contact, Identity
from ecouvillon.screening.registration import Registration
from ecouvillon.terminology.sex import Sex

CAMILLE = Identity("MARTIN", ("Camille",), Sex.FEMALE, date(1984, 2, 29))


def normal(got: Got) -> bytes:
    """A mail without what tells one from another: link, date and id, each of one length."""
    for pattern in (rb"/r/[0-9a-f]{32}", rb"Date: [^\r]{31}", rb"Message-ID: <[0-9a-f]{32}@"):
        assert re.search(pattern, joined(got)), pattern
    return re.sub(rb"/r/[0-9a-f]{32}|Date: [^\r]{31}|Message-ID: <[0-9a-f]{32}@", b"", joined(got))


def joined(got: Got) -> bytes:
    """Its bytes with the soft line breaks of quoted-printable taken out."""
    return got.content.replace(b"=\r\n", b"")


def visit(ours: Counter, contact: Contact | None) -> UUID:
    """A visit of somebody who left this contact; its clock runs."""
    ours.pair()
    made = walk_in(ours.actor, Registration(CAMILLE, contact, None), asked())
    ours.start(made)
    return made


def test_a_result_is_told_of_once_with_its_link_and_without_its_code(api: Api, post: Post) -> None:
    answer = submitted(api)

    assert post.notify() is Drained.ANSWERED
    assert post.notify() is Drained.NOTHING_DUE

    (got,) = post.got
    assert (got.sender, got.recipients) == (SENDER, (EMAIL,))
    assert got.text.count(answer["link"]) == 2  # in French and in English
    assert answer["code"] not in got.text
    assert post.rows("state") == ["sent"]
    assert post.actions(UUID(answer["id"])) == ["opened contact", "notice sent"]


def test_positive_negative_indeterminate_and_invalid_are_told_of_by_the_same_bytes(
    api: Api, post: Post
) -> None:
    for value in ("positive", "negative", "indeterminate", "invalid"):
        submitted(api, value)
    post.notify()

    assert len(post.got) == 4
    assert len({normal(got) for got in post.got}) == 1
    assert len({len(got.content) for got in post.got}) == 1
    assert len(set(post.rows("state, attempts, next_at >= created_at, link <> screening"))) == 1


def test_a_correction_and_a_cancellation_are_told_of_by_the_same_bytes(
    api: Api, post: Post
) -> None:
    about = UUID(submitted(api, "positive")["id"])
    post.notify()
    actor = counter(api).actor
    corrected = Registration(CAMILLE, Contact(EMAIL, None), None)
    correct(actor, Correction(about, Reason.WRONG_IDENTITY, corrected, None), asked(), [])
    post.notify()
    cancel(actor, about, Reason.OTHER, asked(), [])
    post.notify()

    assert [got.recipients for got in post.got] == [(EMAIL,)] * 3
    assert len({normal(got) for got in post.got}) == 1
    assert len({got.message["Message-ID"] for got in post.got}) == 3


def test_the_mail_names_nobody_and_its_subject_says_nothing_of_health(api: Api, post: Post) -> None:
    submitted(api, "positive")
    post.notify()

    (got,) = post.got
    for word in ("martin", "camille", "marché", "pharmac", "covid", "test", "positi", "négati"):
        text = got.text + str(got.message["Subject"]) + str(got.message["From"])
        assert word not in text.lower().replace(SENDER, ""), word
    assert got.message["Subject"] == "Votre résultat est disponible / Your result is available"
    assert got.message["Auto-Submitted"] == "auto-generated"


def test_who_left_no_contact_is_told_nothing_and_no_row_is_made(api: Api, post: Post) -> None:
    api.submit(screening())

    assert post.rows("state") == []


def test_a_contact_without_an_address_ends_without_a_mail(api: Api, post: Post) -> None:
    submitted(api, email=None, phone="+33612345678")

    assert post.notify() is Drained.ANSWERED
    assert (post.rows("state"), post.got) == (["done"], [])


def test_without_a_mail_server_no_row_is_made(api: Api, installed: Installed) -> None:
    answer = submitted(api)

    with installed.connection_as(None) as connection:
        query = "SELECT FROM notice WHERE screening = %s"
        assert connection.execute(query, [answer["id"]]).fetchall() == []


def test_a_result_that_follows_its_registration_is_told_of(api: Api, post: Post) -> None:
    made = api.submit({"patient": patient(email=EMAIL)}).json()
    assert post.rows("state") == []

    answer = api.post(f"/api/v1/screenings/{made['id']}/results", reading()).json()
    post.notify()

    (got,) = post.got
    assert answer["link"] in got.text


def test_a_reading_is_told_of_when_it_can_no_longer_be_taken_back(
    api: Api, installed: Installed, post: Post
) -> None:
    ours = counter(api)
    read = visit(ours, Contact(EMAIL, None))
    ours.read(read, "positive")

    query = "SELECT n.next_at = v.leaves_at FROM notice n JOIN version v USING (tenant, screening)"
    assert post.sql(query) == [(True,)]
    assert post.notify() is Drained.NOTHING_DUE

    post.later()
    post.notify()
    assert [got.recipients for got in post.got] == [(EMAIL,)]


def test_a_reading_that_was_taken_back_is_told_of_only_when_it_was_read_again(
    api: Api, post: Post
) -> None:
    ours = counter(api)
    read = visit(ours, Contact(EMAIL, None))
    ours.read(read, "positive")
    take_back(ours.actor, read, asked())
    assert post.rows("state") == ["done"]
    assert post.notify() is Drained.NOTHING_DUE

    ours.read(read, "negative")
    post.later()
    post.notify()
    assert (post.rows("state"), len(post.got)) == (["done", "sent"], 1)


def test_a_reading_whose_notice_began_to_leave_is_not_taken_back(api: Api, post: Post) -> None:
    ours = counter(api)
    read = visit(ours, Contact(EMAIL, None))
    ours.read(read, "positive")
    post.later()  # the notice's clock only, so that the minute is not over
    post.answer("RCPT", "451 Try again later")
    post.notify()

    with pytest.raises(WrongState):
        take_back(ours.actor, read, asked())
    assert post.rows("state") == ["pending"]


def test_a_correction_replaces_what_was_not_told_yet(api: Api, post: Post) -> None:
    about = UUID(submitted(api)["id"])
    corrected = Registration(CAMILLE, Contact("other@example.org", None), None)
    correct(
        counter(api).actor,
        Correction(about, Reason.WRONG_IDENTITY, corrected, None),
        asked(),
        [],
    )

    assert sorted(post.rows("state")) == ["done", "pending"]
    post.notify()
    assert [got.recipients for got in post.got] == [("other@example.org",)]


def test_a_contact_that_is_not_said_again_with_another_identity_is_not_used(
    api: Api, post: Post
) -> None:
    about = UUID(submitted(api)["id"])
    correct(
        counter(api).actor,
        Correction(about, Reason.WRONG_PATIENT, Registration(CAMILLE, None, None), None),
        asked(),
        [],
    )

    assert post.notify() is Drained.NOTHING_DUE
    assert post.rows("state") == ["done"]


def test_a_second_reading_s_notice_has_the_link_of_the_first(api: Api, post: Post) -> None:
    ours = counter(api)
    read = visit(ours, Contact(EMAIL, None))
    ours.read(read)
    take_back(ours.actor, read, asked())
    ours.read(read)

    assert len(set(post.rows("link"))) == 1
