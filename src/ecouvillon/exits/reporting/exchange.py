"""Messages over one connection, and one verdict for each of them, whatever happens.

Comes in: messages by control id. Goes out: pairs of control id and verdict, as soon as each is
known. Always holds: an answer counts for the message that its MSA-2 names and for no other, so a
duplicate, a stray or a late one changes nothing; when the connection dies, what was sent is in
doubt and what was not sent is said to be so.

Up to `WINDOW` messages are on their way at once: waiting for each answer before the next message
costs a round trip a result, and one message that is never answered must hold up no other.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ecouvillon.exits.reporting.acknowledgement import (
    Doubt,
    Refused,
    Unconfirmed,
    Verdict,
    read,
    verdict,
)
from ecouvillon.exits.reporting.mllp import ConnectionLost, MllpConnection

WINDOW = 32
# When nothing came for so long, the caller writes down what is known so far.
QUIET_SECONDS = 0.05


@dataclass(slots=True)
class _Underway:
    sent_at: float
    # The verdict if nothing better comes.
    doubt: Doubt = Doubt.NO_ANSWER


def exchange(
    connection: MllpConnection,
    messages: Mapping[str, bytes],
    seconds: float,
    on_quiet: Callable[[], None] = lambda: None,
) -> Iterator[tuple[str, Verdict]]:
    """Send `messages` (MSH-10 to bytes, in order) and yield each one's verdict exactly once.

    A message is given up `seconds` after it was sent. A destination from which nothing at all was
    heard since then is dead: the connection is closed, and the rest is not sent. Nor is it after a
    refusal (AR). Verdicts come in any order, and a caller may take its time between two: what
    arrived meanwhile still counts. `on_quiet` is called while answers are waited for.
    """
    waiting = deque(messages)
    unsent: list[str] = []
    underway: dict[str, _Underway] = {}
    heard_at = float("-inf")
    reason = Doubt.CONNECTION_LOST
    try:
        while (waiting or underway) and not connection.closed:
            _fill(connection, messages, waiting, underway)
            oldest = next(iter(underway.values()))
            left = oldest.sent_at + seconds - time.monotonic()
            answers = connection.read(min(left, QUIET_SECONDS))
            if answers is None and left > QUIET_SECONDS:
                on_quiet()
                continue
            if answers:
                heard_at = time.monotonic()
            settled = list(_settled(answers or [], underway, messages))
            if any(isinstance(judged, Refused) for _, judged in settled):
                # It would refuse the others too; the operator decides when to go on.
                unsent.extend(waiting)
                waiting.clear()
            yield from settled
            if settled:
                continue
            given_up = _given_up(underway, time.monotonic() - seconds)
            if any(message.sent_at > heard_at for message in given_up.values()):
                connection.close()
                reason = Doubt.NO_ANSWER
                underway |= given_up
                break
            for control_id, message in given_up.items():
                yield control_id, Unconfirmed(message.doubt)
    except ConnectionLost:
        pass
    for control_id, message in underway.items():
        in_doubt = message.doubt is not Doubt.NO_ANSWER
        yield control_id, Unconfirmed(message.doubt if in_doubt else reason)
    for control_id in [*unsent, *waiting]:
        yield control_id, Unconfirmed(Doubt.NOT_SENT)


def _fill(
    connection: MllpConnection,
    messages: Mapping[str, bytes],
    waiting: deque[str],
    underway: dict[str, _Underway],
) -> None:
    batch = [waiting.popleft() for _ in range(min(len(waiting), WINDOW - len(underway)))]
    if batch:
        # Before writing: a write that fails may have sent any of them.
        now = time.monotonic()
        underway.update((control_id, _Underway(now)) for control_id in batch)
        connection.write(messages[control_id] for control_id in batch)


def _settled(
    answers: Iterable[bytes], underway: dict[str, _Underway], messages: Mapping[str, bytes]
) -> Iterator[tuple[str, Verdict]]:
    for answer in map(read, answers):
        message = underway.get(answer.control_id) if answer is not None else None
        if answer is None or message is None:
            if answer is None or answer.control_id not in messages:
                # Meant for one of those underway, but nobody can tell which.
                doubt = Doubt.UNREADABLE if answer is None else Doubt.OTHER_MESSAGE
                for message in underway.values():
                    message.doubt = doubt
            continue
        judged = verdict(answer, answer.control_id)
        if judged == Unconfirmed(Doubt.ONLY_RECEIVED):
            # Enhanced mode: the answer that counts is still to come.
            message.doubt = Doubt.ONLY_RECEIVED
            continue
        del underway[answer.control_id]
        yield answer.control_id, judged


def _given_up(underway: dict[str, _Underway], sent_before: float) -> dict[str, _Underway]:
    late = [c for c, message in underway.items() if message.sent_at <= sent_before]
    return {control_id: underway.pop(control_id) for control_id in late}
