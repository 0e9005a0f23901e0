"""`NationalSystem`: the stand-in as a whole, serving MLLP on loopback from a thread of its own.

Comes in: connections, any number at a time, with any number of messages in flight. Goes out: their
acknowledgements. Always holds: messages are judged one at a time in the order of their arrival and
answered in the order of their connection; while the system is cut, nothing is accepted and nothing
answered, and what was taken in before stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from ecouvillon.nationalsim.faults import Faults
from ecouvillon.nationalsim.framing import BrokenFrame, Frames, framed
from ecouvillon.nationalsim.journal import Journal
from ecouvillon.nationalsim.reception import Received, Reception, Reply
from ecouvillon.nationalsim.register import Register
from ecouvillon.nationalsim.report import Result

_CHUNK = 65536
_T = TypeVar("_T")


class NotLoopback(ValueError):
    """The stand-in has no protection of its own: it listens on loopback only."""


class NationalSystem:
    """A running stand-in; a context manager, usable from any thread.

    `faults` are those still to come, `received` all messages since the start, as they came.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        faults: str = "",
        store: Path | None = None,
        on_message: Callable[[Received], None] | None = None,
    ) -> None:
        """Listen at once; port 0 takes a free one.

        Raises `NotLoopback`, `faults.InvalidFaults`, `journal.UnusableStore`, and OSError when
        the port is taken.
        """
        address = _loopback(host)
        self.faults = Faults(faults)
        self.received: list[Received] = []
        self._on_message = on_message
        self._journal = Journal(store) if store else None
        self._register = Register(self._journal)
        self._reception = Reception(self._register, self.faults, self._note)
        self._cut = False
        self._connections: set[asyncio.Task[None]] = set()
        # One thread parses: it keeps the order of arrival, and leaves the loop to connections.
        self._parser = ThreadPoolExecutor(max_workers=1, thread_name_prefix="national-parser")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="national-system", daemon=True
        )
        self._thread.start()
        try:
            self._server = self._run(asyncio.start_server(self._serve, address, port))
        except OSError:
            self._end()
            raise
        self.host, self.port = self._server.sockets[0].getsockname()[:2]

    @property
    def url(self) -> str:
        """The address for senders, such as `mllp://127.0.0.1:2575`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mllp://{host}:{self.port}"

    @property
    def is_cut(self) -> bool:
        """Whether the system is unreachable now."""
        return self._cut

    @property
    def duplicates(self) -> int:
        """How often a message came that had been taken in before."""
        return self._register.duplicates

    def results(self) -> dict[str, Result]:
        """What the national system holds now, by filler order number."""
        return self._register.results()

    def cut(self) -> None:
        """Make the system unreachable: connections are closed, new ones too, unanswered."""
        self._cut = True
        self._run(self._hang_up())

    def restore(self) -> None:
        """Make it reachable again, on the same port."""
        self._cut = False

    def close(self) -> None:
        """Stop serving; a message that is being judged gets its effect first."""
        self._cut = True
        self._run(self._hang_up())
        self._loop.call_soon_threadsafe(self._server.close)
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._parser.shutdown()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._journal:
            self._journal.close()

    def _note(self, received: Received) -> None:
        self.received.append(received)
        if self._on_message:
            self._on_message(received)

    async def _hang_up(self) -> None:
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if self._cut or task is None:
            writer.transport.abort()
            return
        self._connections.add(task)
        try:
            # The other side may be gone, or not speak MLLP: either way the connection ends.
            # A cancelled connection was cut.
            with contextlib.suppress(ConnectionError, BrokenFrame, asyncio.CancelledError):
                await self._converse(reader, writer)
                writer.close()
                await writer.wait_closed()
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = Frames()
        while chunk := await reader.read(_CHUNK):
            for message in frames.feed(chunk):
                reply = await self._loop.run_in_executor(
                    self._parser, self._reception.take, message
                )
                if reply.close:
                    return
                await _answer(writer, reply)


async def _answer(writer: asyncio.StreamWriter, reply: Reply) -> None:
    await asyncio.sleep(reply.delay)
    for answer in reply.answers:
        writer.write(framed(answer))
    await writer.drain()


def _loopback(host: str) -> str:
    # One address, since port 0 would be another port on each of those that localhost has.
    address = "127.0.0.1" if host == "localhost" else host
    try:
        if ipaddress.ip_address(address).is_loopback:
            return address
    except ValueError:
        pass
    raise NotLoopback("The national simulator listens on loopback only, such as 127.0.0.1")
