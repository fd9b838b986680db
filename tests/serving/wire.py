"""Requests as bytes on a socket: no client library gets a chance to tidy the target before the server sees it."""

from __future__ import annotations

import http.client
import socket
import ssl
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

HOST = "trace.example.vn"
_TIMEOUT = 20.0
_HEADERS, _SETTINGS, _GOAWAY = 0x1, 0x4, 0x7
_END_STREAM, _END_HEADERS, _ACK = 0x1, 0x4, 0x1


@dataclass(frozen=True)
class Answer:
    """What came back; text of the body where it is text."""

    status: int
    headers: Message
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def location(self) -> str:
        return self.headers["Location"] or ""


@dataclass(frozen=True)
class Way:
    """One way to reach the product: a port, with TLS where there is a certificate to believe in."""

    name: str
    port: int
    certificate: Path | None = None

    def connect(self, source: str = "127.0.0.1", protocol: str = "http/1.1") -> socket.socket:
        """A connection from an address of this machine."""
        plain = socket.create_connection(("127.0.0.1", self.port), _TIMEOUT, (source, 0))
        if self.certificate is None:
            return plain
        context = ssl.create_default_context(cafile=str(self.certificate))
        context.set_alpn_protocols([protocol])
        return context.wrap_socket(plain, server_hostname=HOST)

    def ask(
        self,
        target: str | bytes,
        method: str = "GET",
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        source: str = "127.0.0.1",
    ) -> Answer:
        """Send one request whose target is exactly these bytes, and read its answer."""
        given = {"Host": HOST, "Connection": "close"} | dict(headers or {})
        if method == "POST" and "Transfer-Encoding" not in given:
            given["Content-Length"] = str(len(body))
        sent = target if isinstance(target, bytes) else target.encode("latin-1")
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        with self.connect(source) as connection:
            connection.sendall(method.encode() + b" " + sent + b" HTTP/1.1\r\n" + lines.encode() + b"\r\n" + body)
            answer = http.client.HTTPResponse(connection, method=method)
            answer.begin()
            return Answer(answer.status, answer.headers, answer.read())

    def ask_http2(self, target: str) -> bytes:
        """The body of a GET by HTTP/2, which is what browsers speak to nginx (RFC 9113).

        Our header fields are literals without Huffman code (RFC 7541, 6.2.2); those of the answer are not read.
        """
        fields = ((":method", "GET"), (":scheme", "https"), (":authority", HOST), (":path", target), ("accept-language", "en"))
        block = b"".join(b"\x00" + _string(name) + _string(value) for name, value in fields)
        with self.connect(protocol="h2") as connection:
            asked = _frame(_HEADERS, _END_STREAM | _END_HEADERS, 1, block)
            connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0, b"") + asked)
            return _body(connection)


def _string(text: str) -> bytes:
    """A string literal of fewer than 127 bytes."""
    assert len(text) < 127
    return bytes([len(text)]) + text.encode()


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _body(connection: socket.socket) -> bytes:
    """The DATA of stream 1 until it ends; shorter than one window of 65,535 bytes."""
    reader, found = connection.makefile("rb"), b""
    while True:
        head = reader.read(9)
        assert len(head) == 9, "the connection ended early"
        size = int.from_bytes(head[:3], "big")
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        payload = reader.read(size)
        assert kind != _GOAWAY, payload
        if kind == _SETTINGS and not flags & _ACK:
            connection.sendall(_frame(_SETTINGS, _ACK, 0, b""))
        if stream == 1 and kind == 0:
            found += payload
        if stream == 1 and kind in {0, _HEADERS} and flags & _END_STREAM:
            return found
