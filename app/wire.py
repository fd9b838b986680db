"""One request over one connection to an address that was judged, and its answer under a deadline and a limit.

The connection goes to the address, with the name in SNI, certificate check and Host. Raises what the libraries raise; `app.outbound` makes
refusals of it.
"""

from __future__ import annotations

import functools
import io
import ssl
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

MOST_HEADER_BYTES = 32_768
PORTS = {"http": 80, "https": 443}


class Target(NamedTuple):
    """Where a request goes. name: lower case, ASCII, an IPv6 address without brackets; path: with its query, ASCII."""

    scheme: str
    name: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host, and port when it is not the scheme's, as in the Host header."""
        host = f"[{self.name}]" if ":" in self.name else self.name
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


@functools.lru_cache(maxsize=1)
def machine_trust() -> ssl.SSLContext:
    """The authorities this machine trusts, TLS 1.2 or newer."""
    return secured(ssl.create_default_context())


def secured(context: ssl.SSLContext) -> ssl.SSLContext:
    """A context with the limits of every request: TLS 1.2 or newer, certificate and name checked, HTTP/1.1."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname, context.verify_mode = True, ssl.CERT_REQUIRED
    context.set_alpn_protocols(["http/1.1"])
    return context


class TooMuch(Exception):  # noqa: N818  # becomes AnswerTooLarge
    """More came in than was asked for."""


class Exchange:
    """One request to one of the judged addresses, and its answer."""

    def __init__(self, target: Target, deadline: float, context: ssl.SSLContext, method: str, headers: Mapping[str, str]) -> None:
        self._target, self._deadline, self._context = target, deadline, context
        self._method, self._headers = method, headers

    def run(self, addresses: list[str], most: int, *, whole: bool) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) from the first address that takes the connection."""
        connection = self._connected(addresses)
        raw = connection.sock
        try:
            wire = _Wire(raw, self._deadline, MOST_HEADER_BYTES)
            connection.sock, connection.timeout = _Reading(raw, wire), self._left()
            connection.request(self._method, self._target.path, headers=self._headers, preload_content=False, decode_content=False)
            response = connection.getresponse()
            wire.allow(most + MOST_HEADER_BYTES)  # chunk sizes and trailers ride along
            body = _body(response, most, whole=whole)
            return int(response.status), {name.lower(): value for name, value in response.headers.items()}, body
        finally:
            connection.close()
            raw.close()

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _connected(self, addresses: list[str]) -> Any:
        """A connection to the first address that takes it; each but the last gets an equal share of the time."""
        for place, address in enumerate(addresses):
            connection = self._connection(address, self._left() / (len(addresses) - place))
            try:
                connection.connect()
            except Exception as error:
                connection.close()
                if place == len(addresses) - 1 or isinstance(error, ssl.SSLError):
                    raise
            else:
                return connection
        raise TimeoutError

    def _connection(self, address: str, seconds: float) -> Any:
        from urllib3.connection import HTTPConnection, HTTPSConnection

        if self._target.scheme == "http":
            return HTTPConnection(address, self._target.port, timeout=seconds)
        name = self._target.name
        return HTTPSConnection(address, self._target.port, timeout=seconds, ssl_context=self._context, server_hostname=name)


def _body(response: Any, most: int, *, whole: bool) -> bytes:
    """The unpacked body; it is unpacked piece by piece, so that a small parcel cannot hide a house."""
    parts: list[bytes] = []
    size = 0
    for part in response.stream(min(most + 1, 16_384), decode_content=True):
        parts.append(part)
        size += len(part)
        if size > most:
            if whole:
                raise TooMuch
            break
    return b"".join(parts)[:most]


class _Wire(io.RawIOBase):
    """The bytes of an answer as they come in, under one deadline and a limit: one byte every few seconds does not keep us for ever."""

    def __init__(self, sock: Any, deadline: float, most: int) -> None:
        super().__init__()
        self._socket, self._deadline, self._most = sock, deadline, most

    def allow(self, more: int) -> None:
        """Let more bytes come in."""
        self._most += more

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self._most <= 0:
            raise TooMuch
        self._socket.settimeout(left)
        view = memoryview(buffer)
        count = int(self._socket.recv_into(view[: min(len(view), self._most)]))
        self._most -= count
        return count


class _Reading:
    """A connected socket whose answer is read through a `_Wire`; everything else is the socket's own."""

    def __init__(self, sock: Any, wire: _Wire) -> None:
        self._socket, self._wire = sock, wire

    def makefile(self, mode: str, *_more: Any, **_options: Any) -> io.BufferedReader:
        """What http.client reads the answer from."""
        if mode != "rb":
            raise ValueError(mode)
        return io.BufferedReader(self._wire)

    def close(self) -> None:
        """Nothing yet: http.client lets go of a connection before its last answer was read."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)
