"""The worker's round: each notice is sent, told to be impossible, or tried again; none is lost."""

from __future__ import annotations

import copy
import json
import logging
import re
import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connections
from tests.cast import Api
from tests.exits.delivery.conftest import EMAIL, Post, free_port, submitted
from tests.installation import acting_as

from ecouvillon.exits.delivery import notify as notifying
from ecouvillon.exits.delivery.notice_queue import (
    ALERT_ATTEMPTS,
    LEASE_SECONDS,
    LONGEST_RETRY_SECONDS,
    Outcome,
    claim,
    due,
    settle,
)
from ecouvillon.exits.delivery.notify import notify
from ecouvillon.exits.outbox import Drained
from ecouvillon.operations.logs import AllowListFormatter
from ecouvillon.trust.ledger.actor import INSTALLATION, Actor

UNKNOWN = "550 5.1.1 No such mailbox: "


def waiting(post: Post) -> float:
    """Seconds until the one notice is tried again."""
    (seconds,) = post.rows("extract(epoch FROM next_at - now())::float")
    return float(seconds)


def test_notices_of_a_round_travel_by_one_connection(api: Api, post: Post) -> None:
    for _ in range(5):
        submitted(api)
    post.notify()

    assert len(post.got) == 5
    assert len({got.peer for got in post.got}) == 1


def test_notices_of_several_pharmacies_go_in_one_round(api: Api, stranger: Api, post: Post) -> None:
    links = {
        submitted(one, email=f"{n}@example.org")["link"] for n, one in enumerate((api, stranger))
    }
    post.notify()

    assert {re.findall(r"http\S+", got.text)[0] for got in post.got} == links


def test_while_the_mail_server_is_down_nothing_is_claimed_or_opened(
    api: Api, post: Post, mail_settings: Callable[[str], None]
) -> None:
    about = UUID(submitted(api)["id"])
    mail_settings(f"smtp://127.0.0.1:{free_port()}")

    for _ in range(3):
        assert post.notify() is Drained.SILENT
    assert post.rows("state, attempts") == [("pending", 0)]
    assert post.actions(about) == []


def test_what_waited_for_the_mail_server_goes_when_it_is_back(
    api: Api, post: Post, mail_settings: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(api)
    with monkeypatch.context() as away:
        away.setenv("ECOUVILLON_SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
        assert post.notify() is Drained.SILENT

    assert post.notify() is Drained.ANSWERED
    assert len(post.got) == 1


def test_an_unknown_recipient_ends_a_notice_and_holds_up_no_other(api: Api, post: Post) -> None:
    bounced = UUID(submitted(api)["id"])
    submitted(api)
    post.answer("RCPT", UNKNOWN)
    post.notify()
    post.later()
    post.notify()

    assert post.rows("state") == ["failed", "sent"]
    assert post.rows("settled_at IS NOT NULL") == [True, True]
    assert post.actions(bounced) == ["opened contact", "notice undeliverable"]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("RCPT", "451 4.7.1 Greylisted"),
        ("RCPT", "452 4.2.2 Full"),
        ("RCPT", "550 5.7.1 Relaying denied"),
        ("RCPT", "530 5.7.0 Authentication required"),
        ("RCPT", "421 Closing"),
        ("DATA", "451 Local error"),
        ("DATA", "554 5.6.0 Refused"),
        ("MAIL", "550 5.1.8 Bad sender"),
    ],
)
def test_any_other_refusal_is_tried_again_with_the_same_bytes(
    api: Api, post: Post, command: str, answer: str
) -> None:
    tried: list[bytes] = []

    def refuse(said: object) -> str:
        if isinstance(said, bytes):
            tried.append(said)
        return answer

    submitted(api)
    post.answer(command, refuse)
    post.notify()
    assert post.rows("state, attempts") == [("pending", 1)]
    assert 0 < waiting(post) <= 1

    post.later()
    post.notify()
    assert post.rows("state") == ["sent"]
    assert tried in ([], [post.got[0].content])


def test_a_notice_waits_longer_after_each_refusal_and_becomes_an_alert(
    api: Api, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    submitted(api)
    post.answer("RCPT", *["451 Later"] * (ALERT_ATTEMPTS + 1))
    for number in range(ALERT_ATTEMPTS + 1):
        assert "notice still not sent" not in [r.msg for r in caplog.records] or number >= (
            ALERT_ATTEMPTS
        )
        post.later()
        post.notify()
        longest = min(2**number, LONGEST_RETRY_SECONDS)
        assert longest / 2 - 1 <= waiting(post) <= longest

    alerts = [record for record in caplog.records if record.msg == "notice still not sent"]
    assert [record.levelno for record in alerts] == [logging.ERROR] * 2
    post.later()
    post.notify()
    assert post.rows("state") == ["sent"]


def test_a_mail_in_doubt_goes_again_and_is_known_by_its_message_id(api: Api, post: Post) -> None:
    for _ in range(3):
        submitted(api)
    post.answer("DATA", "drop")

    assert post.notify() is Drained.SILENT
    # The one in doubt waits its turn; those behind it were not tried.
    assert post.rows("state, attempts, leased_until IS NULL")[1:] == [("pending", 1, True)] * 2
    post.later()
    post.notify()

    first, *rest = [got for got in post.got if got.content == post.got[0].content]
    assert [got.message["Message-ID"] for got in rest] == [first.message["Message-ID"]]
    assert post.rows("state") == ["sent"] * 3


def test_what_a_dead_worker_held_goes_after_its_lease(
    api: Api, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(api)

    def killed(*_: object) -> Drained:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(notifying, "_send", killed)
        with pytest.raises(KeyboardInterrupt):
            post.notify()
    assert post.notify() is Drained.NOTHING_DUE
    (wait,) = post.rows("extract(epoch FROM leased_until - now())::float")
    assert 0 < wait <= LEASE_SECONDS

    post.later()
    assert post.notify() is Drained.ANSWERED
    assert (len(post.got), post.rows("state")) == (1, ["sent"])


def test_a_worker_that_lost_its_lease_writes_nothing(api: Api, post: Post) -> None:
    submitted(api)
    with acting_as("worker", post.installed):
        (mine,) = claim(due(1))
    post.later()
    with acting_as("worker", post.installed):
        (theirs,) = claim(due(1))
        actor = Actor("job", None, INSTALLATION, mine.id, "worker")
        settle(actor, mine, Outcome.NO_SUCH_RECIPIENT)
        assert post.rows("state, attempts") == [("pending", 2)]
        settle(actor, theirs, Outcome.ACCEPTED)
    assert post.rows("state") == ["sent"]


def test_two_workers_at_once_send_each_notice_once(api: Api, post: Post) -> None:
    for _ in range(12):
        submitted(api)
    with acting_as("worker", post.installed):
        settings = copy.deepcopy(connections["default"].settings_dict)
        backend = type(connections["default"])
        both = threading.Barrier(2)
        errors: list[BaseException] = []

        def work() -> None:
            connections["default"] = backend(settings, "default")
            try:
                both.wait()
                while notify(3) is not Drained.NOTHING_DUE:
                    pass
            except BaseException as error:  # noqa: BLE001 - asserted below
                errors.append(error)
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert errors == []
    assert len({got.message["Message-ID"] for got in post.got}) == len(post.got) == 12
    assert post.rows("state") == ["sent"] * 12


def test_a_round_that_takes_too_long_gives_the_rest_back(
    api: Api, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        submitted(api)
    with monkeypatch.context() as slow:
        slow.setattr(notifying, "ROUND_SECONDS", 0.0)
        post.notify()
    assert post.rows("leased_until IS NULL") == [True] * 3

    post.notify()
    assert post.rows("state") == ["sent"] * 3


def test_a_contact_that_does_not_open_holds_up_no_other(api: Api, post: Post) -> None:
    damaged = submitted(api)["id"]
    submitted(api)
    post.sql(
        "UPDATE vault_document SET body = set_byte(body, 20, (get_byte(body, 20) + 1) %% 256)"
        " WHERE record = %s AND kind = 'contact' RETURNING 1",
        damaged,
    )
    post.notify()

    assert post.rows("state, leased_until IS NULL") == [("pending", True), ("sent", True)]


def test_without_the_key_service_notices_are_due_again_at_once(
    api: Api, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(api)
    with monkeypatch.context() as away:
        away.setattr(notifying, "open_documents", unavailable)
        with pytest.raises(notifying.Unavailable):
            post.notify()
    assert post.rows("state, leased_until IS NULL") == [("pending", True)]

    assert post.notify() is Drained.ANSWERED


def unavailable(*_: object) -> None:
    raise notifying.Unavailable


@pytest.mark.parametrize(
    "email", ["accentué@example.org", "broken", "a@b@example.org", "two words@example.org"]
)
def test_an_address_that_no_server_takes_is_undeliverable(
    api: Api, post: Post, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    submitted(api)
    monkeypatch.setattr(notifying.Contact, "of", lambda _: notifying.Contact(email, None))
    post.notify()

    assert (post.rows("state"), post.got) == (["failed"], [])


def test_a_domain_beyond_ascii_is_reached_by_its_idna_name(
    api: Api, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(api)
    address = notifying.Contact("camille@bücher.example", None)
    monkeypatch.setattr(notifying.Contact, "of", lambda _: address)
    post.notify()

    assert post.got[0].recipients == ("camille@xn--bcher-kva.example",)


def test_no_log_and_no_row_has_the_address_whatever_the_server_says(
    api: Api, post: Post, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answer in ("sent", "550 <{}> unknown", "451 <{}> later", "421 <{}> closing"):
        submitted(api)
        if answer != "sent":
            post.answer("RCPT", lambda address, said=answer: said.format(address))
        post.notify()
    submitted(api)
    monkeypatch.setattr(notifying, "mail", broken)
    with caplog.at_level(logging.DEBUG):
        post.notify()

    logged = "".join(AllowListFormatter().format(record) for record in caplog.records)
    rows = json.dumps(
        [
            post.sql(f"SELECT t::text FROM {table} t")  # noqa: S608 - the test's own words
            for table in ("notice", "ledger_entry", "ledger_detail", "link")
        ]
    )
    assert "mail server lost" in logged
    assert "notice can't be made" in logged
    for text in (logged, rows, repr(post.rows("*"))):
        assert "camille" not in text.lower()


def broken(*_: object) -> bytes:
    raise ValueError(EMAIL)


def test_nothing_is_open_in_the_database_while_the_mail_server_is_waited_for(
    api: Api, post: Post
) -> None:
    open_: list[object] = []

    def look(_: object) -> str:
        open_.extend(
            post.sql(
                "SELECT state FROM pg_stat_activity WHERE usename = 'ecouvillon_worker'"
                " AND state LIKE 'idle in transaction%%'"
            )
        )
        return "250 OK"

    submitted(api)
    post.answer("MAIL", look)
    post.answer("DATA", look)
    post.notify()

    assert open_ == []
    assert post.rows("state") == ["sent"]
