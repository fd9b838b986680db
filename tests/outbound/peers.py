"""Real servers on 127.0.0.1 that behave well or badly, and a world outside in which their names lead to them."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.outbound import NameUnanswered, Outbound
from app.wire import secured

ROOT = ("a.root-servers.net.",)
"""What the DNS says about the root of all names while the network is up."""


@dataclass
class Peer:
    """A server: `talk(connection, head)` answers each request. heads: what was asked; ended: set when the test is over."""

    talk: Callable[[Any, bytes], None]
    context: ssl.SSLContext | None = None
    heads: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    head_end: bytes = b"\r\n\r\n"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/"

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def asked(self) -> list[str]:
        """Method and path of each request."""
        return [" ".join(head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")[:2]) for head in self.heads]

    def answer(self, connection: Any) -> None:
        """Serve one connection; what breaks is the client's to notice."""
        try:
            connection.settimeout(10)
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            head = b""
            while not head or self.head_end not in head:
                part = connection.recv(4096)
                if not part:
                    return
                head += part
            self.heads.append(head)
            self.talk(connection, head)
        except OSError:
            return
        finally:
            connection.close()


@contextmanager
def serving(talk: Callable[[Any, bytes], None], context: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """A peer that listens until the block ends."""
    peer = Peer(talk, context)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    peer.port = listener.getsockname()[1]

    def run() -> None:
        while not peer.ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=peer.answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.ended.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def saying(body: bytes = b"xin chao", status: str = "200 OK", **headers: str) -> Callable[[Any, bytes], None]:
    """A talk that always says the same; header names are written with underscores."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"

    def talk(connection: Any, asked: bytes) -> None:
        connection.sendall(head if asked.startswith(b"HEAD ") else head + body)

    return talk


def world(names: Mapping[str, list[str]] | None = None, texts: Mapping[str, tuple[str, ...]] | None = None, **more: Any) -> Outbound:
    """A way out into a world with these names and TXT records and no others; without texts nobody answers for the DNS."""

    def look_up(name: str, _port: int) -> list[str]:
        if name not in (names or {}):
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return list((names or {})[name])

    def ask(name: str, kind: str, _seconds: float) -> tuple[str, ...]:
        if texts is None:
            raise NameUnanswered(host=name)
        return ROOT if kind == "NS" else texts.get(name, ())

    return Outbound("truyxuat/test (+https://example.test)", look_up=look_up, ask=ask, **more)


def certified(folder: Path, name: str, *, until: int = 2099) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """(context of a server with a certificate of this name, context of a client that believes it); until: the year in which it expires."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    is_address = name.replace(".", "").isdigit()
    alternative = x509.IPAddress(ipaddress.ip_address(name)) if is_address else x509.DNSName(name)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(until, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.{until}.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, secured(ssl.create_default_context(cafile=str(file)))
