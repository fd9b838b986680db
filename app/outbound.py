"""Requests to servers of others, from addresses that people of an enterprise typed: judged before they leave, limited when they come back.

One request: 1. the URL is read by one parser, and everything later is built from what it found; 2. the name is looked up once; 3. every
address that came back must be one that may be reached; 4. the connection goes to the judged address, with the name in SNI, certificate
check and Host, so that a second look-up cannot lead elsewhere; 5. one deadline runs from the first step to the last byte; 6. no redirect is
followed, no proxy, cookie or password of the environment is used. Why these libraries: decisions/0008.
"""

from __future__ import annotations

import errno
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

from app.errors import Invalid, Unavailable
from app.routable import may_reach
from app.settings import Settings
from app.web_host import host as host_of
from app.wire import PORTS, Exchange, Target, TooMuch, machine_trust

T = TypeVar("T")
LookUp = Callable[[str, int], "list[str]"]
"""(name, port) -> addresses as text; raises socket.gaierror."""

Ask = Callable[[str, str, float], "tuple[str, ...]"]
"""(name, kind of record, seconds) -> records as text, none when there are none; raises NameUnanswered."""

SECONDS = 5.0
MOST_BYTES = 65_536
_LONGEST_URL = 4_000
_LEAST_SECONDS = 0.05
_URL = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[^/?#\[\]:@]+)(?::([0-9]{1,5}))?([/?][^#]*)?(?:#.*)?", re.IGNORECASE)
_UNWANTED = re.compile(r"[\x00-\x20\x7f\\]")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class NotAsked(Invalid):
    """The request was never sent: its address is not one that may be asked."""


class UrlRefused(NotAsked):
    """Not a complete http or https address, or one with a user name, a password, or a number in a form that hides an address."""

    code = "outbound.url-refused"  # params: url


class PortRefused(NotAsked):
    """The installation does not send requests to this port."""

    code = "outbound.port-refused"  # params: host, ports (those that are allowed)


class AddressRefused(NotAsked):
    """The name leads, with at least one of its addresses, into a network that is not everybody's."""

    code = "outbound.address-refused"  # params: host; never the address: it would tell how the network inside is laid out


class NoAnswer(Unavailable):
    """The request was made and brought nothing that can be used."""

    unclear: ClassVar[bool] = False
    """Whether it may be our own network that is down rather than the other server."""


class NameUnknown(NoAnswer):
    """No such name, says the DNS."""

    code = "outbound.name-unknown"  # params: host


class NameUnanswered(NoAnswer):
    """The DNS gave no answer."""

    code = "outbound.name-unanswered"  # params: host
    unclear = True


class NoRoute(NoAnswer):
    """No way leads from this machine to the address."""

    code = "outbound.no-route"  # params: host
    unclear = True


class NotListening(NoAnswer):
    """The machine is there and refuses or breaks the connection."""

    code = "outbound.not-listening"  # params: host


class TooSlow(NoAnswer):
    """The answer was not complete in time."""

    code = "outbound.too-slow"  # params: host, seconds
    unclear = True


class AnswerTooLarge(NoAnswer):
    """The answer, or its header, is longer than the limit, packed or unpacked."""

    code = "outbound.too-large"  # params: host, limit (bytes)


class TlsFailed(NoAnswer):
    """No secure connection: the certificate is of another name, expired or unknown, or TLS is older than 1.2."""

    code = "outbound.tls"  # params: host, reason (in the library's words)


class NotHttp(NoAnswer):
    """What came back is not HTTP."""

    code = "outbound.not-http"  # params: host


class TooManyRedirects(NoAnswer):
    """The address leads on and on."""

    code = "outbound.too-many-redirects"  # params: host, limit


@dataclass(frozen=True, slots=True)
class Answer:
    """What another server said.

    headers: by their names in lower case; body: unpacked; milliseconds: from the look-up to the last byte.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    milliseconds: int


def read_url(url: str) -> Target:
    """The target of a URL; raises UrlRefused. Nothing else in here reads URLs; the host is read where those that are kept are read too."""
    match = None if len(url) > _LONGEST_URL or _UNWANTED.search(url) else _URL.fullmatch(url)
    host = host_of(match[2]) if match else None
    if match is None or host is None:
        raise UrlRefused(url=url[:200])
    scheme, path = match[1].lower(), match[4] or "/"
    port = int(match[3]) if match[3] else PORTS[scheme]
    if not 0 < port < 65_536:
        raise UrlRefused(url=url[:200])
    return Target(scheme, host.strip("[]"), port, quote(path if path.startswith("/") else f"/{path}", safe=_PRINTABLE))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def system_look_up(name: str, port: int) -> list[str]:
    """The addresses that this machine finds for a name, in its order of preference."""
    return list(dict.fromkeys(str(found[4][0]) for found in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)))


def ask_dns(name: str, kind: str, seconds: float, resolver: Any = None) -> tuple[str, ...]:
    """Records of a name from the DNS servers of this machine (or of a resolver of dnspython); TXT as text, its strings joined.

    Raises NameUnanswered when no server answers, or none that could be believed.
    """
    import dns.exception
    import dns.resolver

    try:
        answer = (resolver or dns.resolver.Resolver()).resolve(name, kind, lifetime=seconds, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError, UnicodeError) as error:
        raise NameUnanswered(host=name) from error
    return tuple(b"".join(row.strings).decode("utf-8", "replace") if kind == "TXT" else row.to_text() for row in answer)


@dataclass(frozen=True, slots=True)
class Outbound:
    """The one way out of an installation; a part of the runtime, so that tests answer for the world outside.

    agent: User-Agent; private_networks: whether the network around may be reached; near: `host` or `host:port` that may be reached wherever
    they are; look_up, ask: the DNS; trust: whose certificates are believed, None for the machine's.
    """

    agent: str = "truyxuat"
    private_networks: bool = False
    ports: frozenset[int] = frozenset(PORTS.values())
    look_up: LookUp = system_look_up
    ask: Ask = ask_dns
    near: frozenset[str] = frozenset()
    trust: ssl.SSLContext | None = field(default=None, compare=False)

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = MOST_BYTES,
        seconds: float = SECONDS,
        also_hosts: frozenset[str] = frozenset(),
        whole: bool = True,
    ) -> Answer:
        """Send one request and return what came back, whatever its status.

        most_bytes: of the body, unpacked; seconds: for everything together; also_hosts: near ones of this request, for our own address;
        whole: False cuts a longer body instead of refusing it. Raises NotAsked and NoAnswer.
        """
        begun = time.monotonic()
        deadline = begun + seconds
        target = read_url(url)
        trusted = target.authority in also_hosts | self.near
        if target.port not in self.ports and not trusted:
            raise PortRefused(host=target.authority, ports=", ".join(map(str, sorted(self.ports))))
        with _translated(target, seconds, most_bytes):
            addresses = self._addresses(target, deadline, trusted=trusted)
            sent = {"Host": target.authority, "User-Agent": self.agent, "Accept-Encoding": "identity", "Connection": "close"}
            context = self.trust or machine_trust()
            exchange = Exchange(target, deadline, context, method, sent | dict(headers or {}))
            status, received, body = exchange.run(addresses, most_bytes, whole=whole)
        return Answer(status, received, body, url, round((time.monotonic() - begun) * 1000))

    def _addresses(self, target: Target, deadline: float, *, trusted: bool) -> list[str]:
        """The addresses of the target, each of which may be reached. Raises AddressRefused, NameUnknown, NameUnanswered, TimeoutError."""
        try:
            found = [target.name] if _is_address(target.name) else _in_time(deadline, lambda: self.look_up(target.name, target.port))
        except socket.gaierror as error:
            unknown = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
            raise (NameUnknown if error.errno in unknown else NameUnanswered)(host=target.authority) from error
        except UnicodeError as error:
            raise NameUnknown(host=target.authority) from error
        if not found:
            raise NameUnknown(host=target.authority)
        if not trusted and not all(may_reach(address, inside=self.private_networks) for address in found):
            raise AddressRefused(host=target.authority)
        return found

    def text_records(self, name: str, seconds: float = SECONDS) -> tuple[str, ...]:
        """The TXT records of a name; raises NameUnanswered."""
        return self.ask(name, "TXT", seconds)

    def network(self) -> bool:
        """Whether this machine has a way out at all: it can ask the DNS for the root of all names."""
        try:
            return bool(self.ask(".", "NS", SECONDS))
        except NameUnanswered:
            return False


def outbound_of(settings: Settings, version: str) -> Outbound:
    """The way out that an installation's settings describe."""
    contact = settings.outbound_contact or settings.public_url()
    ports = frozenset(int(port) for port in settings.outbound_ports.split(","))
    return Outbound(f"truyxuat/{version} (+{contact})", settings.outbound_private_networks, ports)


_LOOK_UPS = threading.BoundedSemaphore(32)
"""Look-ups under way: the system's takes no time limit, so one that hangs keeps a thread until it gives up by itself."""


def _in_time(deadline: float, work: Callable[[], T]) -> T:
    """What the work returns, or TimeoutError; the work then ends in its own time and nobody waits for it."""
    if not _LOOK_UPS.acquire(timeout=max(_LEAST_SECONDS, deadline - time.monotonic())):
        raise TimeoutError
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  # it belongs to the caller, who waits in another thread
            future.set_exception(error)
        finally:
            _LOOK_UPS.release()

    threading.Thread(target=run, name="look-up", daemon=True).start()
    return future.result(max(_LEAST_SECONDS, deadline - time.monotonic()))


class _translated:  # noqa: N801  # reads as a sentence after `with`
    """Turns what libraries raise into refusals of ours."""

    def __init__(self, target: Target, seconds: float, limit: int) -> None:
        self._host, self._seconds, self._limit = target.authority, seconds, limit

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, NotAsked | NoAnswer):
            return
        found = self._refusal(error)
        if found is not None:
            raise found from error

    def _refusal(self, error: BaseException) -> NoAnswer | None:
        import urllib3.exceptions as theirs

        host = self._host
        if isinstance(error, TooMuch):
            return AnswerTooLarge(host=host, limit=self._limit)
        if isinstance(error, ssl.SSLError | theirs.SSLError):
            reason = getattr(error, "verify_message", "") or getattr(error, "reason", "") or type(error).__name__
            return TlsFailed(host=host, reason=str(reason)[:100])
        cause = next((each for each in (error, error.__cause__, *error.args) if isinstance(each, OSError)), None)
        if isinstance(
            cause or error, TimeoutError | theirs.TimeoutError
        ):  # to urllib3 a refused connection is a timeout too: its cause first
            return TooSlow(host=host, seconds=self._seconds)
        if cause is not None:
            away = cause.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM}
            return NoRoute(host=host) if away else NotListening(host=host)
        if isinstance(error, http.client.HTTPException | theirs.HTTPError | ValueError):
            return NotHttp(host=host)
        return None
