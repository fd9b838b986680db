"""The ASGI door in front of the WSGI application.

granian's WSGI interface hands over a decoded path only, and `%2F` in a Digital Link or an EPC is data; its ASGI one has the raw path.
So requests come in here and run on a pool of threads (many waiting captures then share one commit); WebSockets can follow on the same
port.
"""

from __future__ import annotations

import asyncio
import gc
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import IO, Any, TextIO
from urllib.parse import unquote_to_bytes

import orjson

from app import create_app
from app.api.bodies import Arriving, Receive, Room, Scope, known_sender
from app.api.fast import FastRedirects
from app.api.fast_capture import SMALL, FastCaptures
from app.api.opening import only_one, open_installation
from app.api.problem import problem
from app.api.proxies import believe
from app.errors import Refusal
from app.resolve.answer import Plain
from app.runtime import Runtime
from app.settings import Settings, load
from app.words.refusals import describe
from app.words.translate import choose_language
from app.work.background import Background

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_SLOW = frozenset((b"authorization", b"content-length", b"transfer-encoding", b"upgrade", b"expect"))
"""Headers of requests that are more than the question where a code leads: Flask reads them."""


def make_environ(scope: Scope, body: bytes | IO[bytes], trusted_proxies: int = 0) -> dict[str, Any]:
    """The WSGI environment (PEP 3333) of an ASGI HTTP scope, with the request target as it was sent in RAW_URI.

    body: bytes, or a file at its beginning, which stands in `truyxuat.body` too: whoever can read files need not copy it.
    trusted_proxies: that many last entries of X-Forwarded-For were written by proxies of ours.
    """
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    client = scope.get("client") or ("", 0)
    server = scope.get("server") or ("", 80)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw.split(b"?", 1)[0]).decode("latin-1"),
        "RAW_URI": raw.decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": "HTTP/" + str(scope.get("http_version", "1.1")),
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": io.BytesIO(body) if isinstance(body, bytes) else body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name_, value_ in scope["headers"]:
        if b"_" in name_:
            continue  # X_Forwarded_For would pass for X-Forwarded-For, which only a proxy of ours may write
        name, value = name_.decode("latin-1").upper().replace("-", "_"), value_.decode("latin-1")
        key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
        joint = "; " if key == "HTTP_COOKIE" else ","  # HTTP/2 sends cookies one by one (RFC 9113, 8.2.3)
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ and key.startswith("HTTP_") else value
    if isinstance(body, bytes):
        environ["CONTENT_LENGTH"] = str(len(body))
    else:
        environ["CONTENT_LENGTH"] = str(body.seek(0, io.SEEK_END))
        body.seek(0)
        environ["truyxuat.body"] = body
    believe(environ, trusted_proxies)
    return environ


def _run(wsgi: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    answer: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> None:
        answer["status"] = int(status[:3])
        answer["headers"] = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

    parts = wsgi(environ, start)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    return answer["status"], answer["headers"], body


class Application:
    """ASGI application: HTTP goes to Flask on a thread, lifespan starts and stops the background work."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or load()
        self._flask: Any = None
        self._on: Runtime | None = None
        self._room = Room(self.settings, self._whose)
        self._background: Background | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._lock: TextIO | None = None
        self._redirects: FastRedirects | None = None
        self._captures: FastCaptures | None = None
        self._always: list[tuple[bytes, bytes]] = []
        self._beside: ThreadPoolExecutor | None = None

    def start(self) -> None:
        """Open the installation: migrate the embedded database, refuse an old PostgreSQL one, start the background work."""
        self._flask = create_app(self.settings)
        on: Runtime = self._flask.extensions["truyxuat"]
        self._on = on
        self._lock = only_one(on)
        open_installation(on)
        self._threads = ThreadPoolExecutor(self.settings.threads, thread_name_prefix="request")
        self._redirects = FastRedirects(on)
        self._captures = FastCaptures(on)
        self._always = [(name.lower().encode(), value.encode()) for name, value in self._redirects.always]
        if not on.store.engines.sqlite:  # a server far away must not keep the event loop waiting; the embedded file answers in 15 µs
            self._beside = ThreadPoolExecutor(1, thread_name_prefix="redirect")
        self._background = Background(on)
        self._background.start()
        # Measured: worth 12-16 % of capture; what exists now lives as long as the process, and documents are not cyclic.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 100)

    def stop(self) -> None:
        """Finish running requests and queued writes."""
        if self._threads is not None:
            self._threads.shutdown(wait=True)
        if self._beside is not None:
            self._beside.shutdown(wait=True)
        if self._background is not None:
            self._background.stop()
        if self._flask is not None:
            self._flask.extensions["truyxuat"].close()
        if self._lock is not None:
            self._lock.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await asyncio.to_thread(self.start)
                except Exception as error:
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    raise
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await asyncio.to_thread(self.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _redirect(self, scope: Scope) -> Plain | None:
        """The answer to a plain question where a printed code leads, without Flask; None for everything else."""
        if self._redirects is None or scope["method"] not in {"GET", "HEAD"}:
            return None
        raw = scope.get("raw_path")
        if raw is None or not raw.startswith((b"/0", b"/2", b"/4", b"/8", b"/e")):  # the keys, and EPC binary strings
            return None
        given: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            given[name] = given[name] + b"," + value if name in given else value
        if not _SLOW.isdisjoint(given):
            return None
        path, query = raw.partition(b"?")[0].decode("latin-1"), scope.get("query_string", b"").decode("latin-1")
        accept, tongues = (given[name].decode("latin-1") if name in given else None for name in (b"accept", b"accept-language"))
        if self._beside is None:
            return self._redirects.answer(path, query, accept, tongues)
        return await asyncio.get_running_loop().run_in_executor(self._beside, self._redirects.answer, path, query, accept, tongues)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        quick = await self._redirect(scope)
        if quick is not None:
            fields = [(name.lower().encode(), value.encode()) for name, value in quick.headers.items()]  # characters of URIs: ASCII
            await send({"type": "http.response.start", "status": quick.status, "headers": fields + self._always})
            await send({"type": "http.response.body", "body": b""})
            return
        arriving = Arriving(self._room, scope)
        try:
            body = await arriving.body(receive)
        except Refusal as refusal:
            await self._refuse(scope, refusal, send)
            return
        try:
            if not await self._capture(scope, body, send):
                await self._ask_flask(scope, body, arriving.limit, send)
        finally:
            arriving.give_back()

    async def _whose(self, headers: list[tuple[bytes, bytes]]) -> int | None:
        """The organisation that sends requests with these headers, None for a stranger; the database is asked on a thread."""
        if self._on is None:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(known_sender, headers, on=self._on))

    async def _refuse(self, scope: Scope, refusal: Refusal, send: Send) -> None:
        """Answer before Flask was asked: a problem document for programs, a line of text for people; the rest of the body is not read."""
        given = dict(scope["headers"])
        wish = given.get(b"accept-language", b"").decode("latin-1")
        tongue = choose_language(None, wish, self.settings.language)
        if b"text/html" in given.get(b"accept", b""):
            kind, content = b"text/plain; charset=utf-8", " ".join(describe(refusal, tongue)).encode()
        else:
            epcis = (scope.get("raw_path") or b"").startswith(b"/epcis")
            kind, content = b"application/problem+json", orjson.dumps(problem(refusal, epcis=epcis, tongue=tongue))
        length = (b"content-length", b"%d" % len(content))
        headers = [(b"content-type", kind), length, (b"content-language", tongue.encode()), (b"connection", b"close"), *self._always]
        if "retry_after" in refusal.params:
            headers.append((b"retry-after", b"%d" % refusal.params["retry_after"]))
        await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _capture(self, scope: Scope, body: IO[bytes] | None, send: Send) -> bool:
        """Answer a plain capture without Flask; False for everything else, of which nothing is done and the body is at its beginning."""
        if self._captures is None or self._threads is None or scope["method"] != "POST" or not isinstance(body, io.BytesIO):
            return False
        asked = self._captures.question(scope.get("raw_path") or b"", scope.get("query_string", b""), scope["headers"])
        if asked is None or len(raw := body.getvalue()) > SMALL:
            return False
        found = await self._captures.answer(asked, raw, self._threads)
        if found is None:
            return False
        status, headers, content = found
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})
        return True

    async def _ask_flask(self, scope: Scope, body: IO[bytes] | None, limit: int, send: Send) -> None:
        environ = make_environ(scope, body or b"", self.settings.trusted_proxies)
        environ.pop("HTTP_TRANSFER_ENCODING", None)  # the body is whole here, whatever pieces it came in
        if body is None:
            # Flask compares the declared length with its own limit and answers 413 when a view reads the body.
            environ["CONTENT_LENGTH"] = str(limit + 1)
        loop = asyncio.get_running_loop()
        try:
            status, headers, content = await loop.run_in_executor(self._threads, _run, self._flask, environ)
        finally:
            if body is not None:
                body.close()
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})


application = Application()
