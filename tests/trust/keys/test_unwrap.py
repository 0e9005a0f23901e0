"""Opening: to the right caller, for the right purpose, once per opening id, or not at all."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import pytest
from tests.trust.keys.log_lines import captured

from ecouvillon.trust.keys import rights
from ecouvillon.trust.keys.client import KeyClient, Unwrapping
from ecouvillon.trust.keys.refusals import KeyRefused, Refusal

from .conftest import Rows

TENANT = uuid4()


def leased(web: KeyClient, kind: str = "result", tenant: UUID = TENANT) -> UUID:
    return web.lease(tenant, {kind: 1})[kind][0].id


def opened(key_id: UUID, kind: str = "result", tenant: UUID = TENANT) -> Unwrapping:
    return Unwrapping(tenant, key_id, kind, uuid4())


def number_of_openings(rows: Rows) -> int:
    [(number,)] = rows.execute("SELECT count(*) FROM opening")
    return int(number)


def refusal(client: KeyClient, purpose: str, *documents: Unwrapping) -> tuple[Refusal, bool]:
    """The code of the refusal, and whether it was an alarm."""
    with captured() as logged, pytest.raises(KeyRefused) as refused:
        client.unwrap(purpose, list(documents))
    return refused.value.code, any(line.get("alarm") for line in logged)


def test_keys_come_in_the_order_of_the_documents(web: KeyClient) -> None:
    keys = web.lease(TENANT, {"identity": 2, "result": 2})
    asked = [
        *[(key, "result") for key in keys["result"]],
        *[(key, "identity") for key in reversed(keys["identity"])],
    ]
    got = web.unwrap("care", [opened(key.id, kind) for key, kind in asked])
    assert got == [key.key for key, _ in asked]


def test_an_opening_is_recorded_with_its_purpose_and_caller(web: KeyClient, rows: Rows) -> None:
    document = opened(leased(web))
    web.unwrap("deliver", [document])
    [row] = rows.execute("SELECT id, key_id, tenant, kind, purpose, caller FROM opening")
    assert row == (document.opening, document.key_id, TENANT, "result", "deliver", "web")


def test_a_document_may_be_opened_again_under_a_new_opening_id(web: KeyClient, rows: Rows) -> None:
    key_id = leased(web)
    assert web.unwrap("care", [opened(key_id)]) == web.unwrap("care", [opened(key_id)])
    assert number_of_openings(rows) == 2


def test_an_opening_id_is_accepted_once(web: KeyClient, rows: Rows) -> None:
    document = opened(leased(web))
    web.unwrap("care", [document])
    assert refusal(web, "care", opened(document.key_id), document) == ("opening-reused", True)
    assert number_of_openings(rows) == 1


def test_an_opening_id_given_twice_in_one_call_is_refused(web: KeyClient, rows: Rows) -> None:
    document = opened(leased(web))
    assert refusal(web, "care", document, document) == ("opening-reused", True)
    assert number_of_openings(rows) == 0


def test_of_two_calls_with_one_opening_id_at_once_one_is_refused(web: KeyClient) -> None:
    document = opened(leased(web))
    outcomes: list[str] = []
    together = threading.Barrier(4)

    def call() -> None:
        together.wait()
        try:
            web.unwrap("care", [document])
            outcomes.append("opened")
        except KeyRefused as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["opened", *["opening-reused"] * 3]


def test_a_key_of_another_tenant_an_absent_one_and_one_of_another_kind_are_refused_alike(
    web: KeyClient, rows: Rows
) -> None:
    key_id = leased(web)
    assert refusal(web, "care", opened(key_id, tenant=uuid4())) == ("unknown-key", True)
    assert refusal(web, "care", opened(uuid4())) == ("unknown-key", True)
    assert refusal(web, "care", opened(key_id, "identity")) == ("unknown-key", True)
    assert number_of_openings(rows) == 0


def test_one_wrong_document_refuses_the_whole_call(web: KeyClient, rows: Rows) -> None:
    assert refusal(web, "care", opened(leased(web)), opened(uuid4())) == ("unknown-key", True)
    assert number_of_openings(rows) == 0


@pytest.mark.parametrize("purpose", sorted(rights.KINDS_OF_PURPOSE))
def test_a_purpose_opens_its_kinds_and_no_other(
    purpose: str, web: KeyClient, worker: KeyClient, rows: Rows
) -> None:
    allowed = {
        "care": {"identity", "contact", "result"},
        "deliver": {"identity", "contact", "result"},
        "correct": {"identity", "contact", "result", "nir", "reason"},
        "forward": {"identity", "contact", "nir", "result", "message"},
        "notify": {"contact"},
    }[purpose]
    caller = worker if purpose in ("forward", "notify") else web
    for kind in ("identity", "contact", "nir", "result", "message", "reason"):
        document = opened(leased(web, kind), kind)
        if kind in allowed:
            assert len(caller.unwrap(purpose, [document])) == 1
        else:
            assert refusal(caller, purpose, document) == ("wrong-kind", True)
    assert number_of_openings(rows) == len(allowed)


def test_a_purpose_of_another_caller_is_refused(web: KeyClient, worker: KeyClient) -> None:
    document = opened(leased(web, "contact"), "contact")
    for purpose in ("forward", "notify", "statistics"):
        assert refusal(web, purpose, document) == ("wrong-purpose", True)
    for purpose in ("care", "deliver", "correct"):
        assert refusal(worker, purpose, document) == ("wrong-purpose", True)


def test_a_wrapped_key_moved_to_another_row_does_not_unwrap(web: KeyClient, rows: Rows) -> None:
    other = uuid4()
    mine, theirs = leased(web), leased(web, tenant=other)
    rows.execute(
        "UPDATE wrapped_key SET wrapped = (SELECT wrapped FROM wrapped_key WHERE id = %s)"
        " WHERE id = %s",
        [mine, theirs],
    )
    assert refusal(web, "care", opened(theirs, tenant=other)) == ("unknown-key", True)


@pytest.mark.parametrize("change", ["tenant = gen_random_uuid()", "kind = 'identity'"])
def test_a_row_whose_tenant_or_kind_was_altered_does_not_unwrap(
    change: str, web: KeyClient, rows: Rows
) -> None:
    key_id = leased(web)
    rows.execute(f"UPDATE wrapped_key SET {change}".encode())  # noqa: S608 - a constant above
    [(tenant, kind)] = rows.execute("SELECT tenant, kind FROM wrapped_key")
    assert refusal(web, "care", opened(key_id, kind, tenant)) == ("unknown-key", True)
