"""MLLP, the lower layer of HL7 v2 over TCP: frames out, frames in, one connection.

Comes in: messages. Goes out: the bytes of whole answers, in the order in which they arrive; which
message an answer is for is `exchange`'s to find out. Always holds: without TLS only to this
machine; with TLS only to a host whose certificate was verified; anything that isn't a frame of at
most 64 KiB ends the connection, since nobody knows any more where the next answer begins.

Frame: `0x0B` message `0x1C 0x0D` (HL7 v2.5 implementation guide, appendix C).
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from ecouvillon.errors import EcouvillonError

# An answer is a few hundred bytes; a longer one is there to burn us.
MAX_FRAME_BYTES = 1 << 16
_START = b"\x0b"
_END = b"\x1c\r"
_CHUNK_BYTES = 1 << 16


class ConnectionLost(EcouvillonError):
    """The destination can't be reached, hung up, or broke the protocol; `code` says which.

    Codes: `unreachable`, `untrusted` (its certificate), `not_loopback`, `closed`, `protocol`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"No connection to the destination: {code}")
        self.code = code


class MllpConnection:
    """One connection, for one thread. Use it as a context manager, or call `close`."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None, timeout: float) -> None:
        """Connect; `timeout` in seconds, for connecting and for each write.

        Raises ConnectionLost. Raises ValueError for a context that doesn't verify the other side:
        it would send patients to whoever answers.
        """
        if tls is not None and not (tls.check_hostname and tls.verify_mode == ssl.CERT_REQUIRED):
            raise ValueError("The TLS context must verify the certificate and the host's name")
        self._timeout = timeout
        self._received = bytearray()
        self.closed = False
        try:
            self._socket = socket.create_connection((host, port), timeout)
        except OSError:
            raise ConnectionLost("unreachable") from None
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls is None:
                self._stay_on_this_machine()
            else:
                self._socket = tls.wrap_socket(self._socket, server_hostname=host)
        except ssl.SSLCertVerificationError:
            self.close()
            raise ConnectionLost("untrusted") from None
        except OSError:
            self.close()
            raise ConnectionLost("unreachable") from None

    def _stay_on_this_machine(self) -> None:
        # After connecting: a name such as localhost is what the machine's files say it is.
        peer, *_ = self._socket.getpeername()
        if not ipaddress.ip_address(peer).is_loopback:
            self.close()
            raise ConnectionLost("not_loopback")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; harmless when done twice."""
        self.closed = True
        with contextlib.suppress(OSError):
            self._socket.close()

    def write(self, messages: Iterable[bytes]) -> None:
        """Send messages, each in its frame, in as few packets as they fit in.

        Raises ConnectionLost, after which any of them may or may not have arrived. Raises
        ValueError for a message that holds a byte of the frame; then none was sent.
        """
        messages = list(messages)
        if any(b"\x0b" in message or b"\x1c" in message for message in messages):
            raise ValueError("A message can't hold the bytes of its frame (0x0B, 0x1C)")
        if self.closed:
            raise ConnectionLost("closed")
        try:
            self._socket.settimeout(self._timeout)
            self._socket.sendall(b"".join(_START + message + _END for message in messages))
        except OSError:
            self.close()
            raise ConnectionLost("closed") from None

    def read(self, seconds: float) -> list[bytes] | None:
        """Return the answers that are complete after the next bytes, perhaps none; None if no
        bytes come within `seconds`.

        Raises ConnectionLost: `closed`, `protocol`.
        """
        if self.closed:
            raise ConnectionLost("closed")
        try:
            # 0 would mean not to wait at all, which TLS reports in another way.
            self._socket.settimeout(max(seconds, 0.001))
            chunk = self._socket.recv(_CHUNK_BYTES)
        except TimeoutError:
            return None
        except OSError:
            chunk = b""
        if not chunk:
            self.close()
            raise ConnectionLost("closed")
        self._received += chunk
        return self._frames()

    def _frames(self) -> list[bytes]:
        frames: list[bytes] = []
        while self._received:
            end = self._received.find(_END)
            frame = bytes(self._received[1:end]) if end >= 0 else b""
            if (
                not self._received.startswith(_START)
                or _START in frame
                or (len(self._received) if end < 0 else end) > MAX_FRAME_BYTES
            ):
                self.close()
                if frames:
                    # Whole answers before it still count; the next read says the rest.
                    break
                raise ConnectionLost("protocol")
            if end < 0:
                break
            frames.append(frame)
            del self._received[: end + len(_END)]
        return frames
