"""Captures of programs, answered in front of Flask: a small document or event in JSON, an API key, and nothing else that was asked for.

They take the steps of the usual door (`accept.appending` is `accept` up to the write) and get the same answer byte by byte; whatever is
not plain - another header, a query, a refusal, an event that is known, a value never seen before - goes on to Flask untouched, before
anything was written. No thread waits for the disk: the event loop prepares the rows and goes on, the writer tells it when they are durable.
Measured with 32 clients: Flask, its threads and their waiting cost 1.1 of 2.2 milliseconds of processor time for an event.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from concurrent.futures import Executor, Future
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson

from app.api import epcis, negotiation
from app.capture import signing_keys
from app.capture.accept import Appending, appending
from app.capture.reading import JSON_TYPES
from app.errors import Refusal
from app.party import sign_in
from app.party.permissions import Actor, Permission
from app.runtime import Runtime
from app.web import headers

_log = logging.getLogger(__name__)

SMALL = 16_384
"""Bytes of a body up to which the event loop may read and seal it: two milliseconds at most in which nobody else is served."""

_PATIENCE = 30.0
"""Seconds until Flask is asked to tell the sender that the disk does not answer."""

_BARE = {b"/epcis/capture": False, b"/epcis/events": True}
_TYPES = {kind.encode() + more: kind for kind in JSON_TYPES for more in (b"", b"; charset=utf-8", b";charset=utf-8", b"; charset=UTF-8")}
_PLAIN = frozenset({
    b"accept", b"accept-encoding", b"accept-language", b"authorization", b"connection", b"content-length", b"content-type", b"host",
    b"keep-alive", b"user-agent", b"traceparent", b"tracestate", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-port",
    b"x-forwarded-proto", b"x-real-ip", b"x-request-id",
})  # fmt: skip
"""Headers that say nothing about how a document is to be taken or answered; with any other one Flask reads them all."""

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers, body."""


class Question(NamedTuple):
    """A plain capture: the media type, whether it is one event without a document, and the API key as it was shown."""

    content_type: str
    bare: bool
    key: str


class _Landing:
    """Where the writer's thread leaves what is durable, for one event loop: many at a time, because waking the loop is a system call.

    One timer looks after all who wait: a timer for each costs as much as the rest of the waiting.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._landed: deque[asyncio.Future[None]] = deque()
        self._called = False
        self._waiting: dict[asyncio.Future[None], float] = {}
        self._watched = False

    async def wait(self, written: Future[Any]) -> None:
        """Return when the future is done, or raise TimeoutError."""
        waiter: asyncio.Future[None] = self.loop.create_future()
        self._waiting[waiter] = self.loop.time() + _PATIENCE
        if not self._watched:
            self._watched = True
            self.loop.call_later(_PATIENCE, self._sweep)
        written.add_done_callback(lambda _: self._land(waiter))
        try:
            await waiter
        finally:
            del self._waiting[waiter]

    def _land(self, waiter: asyncio.Future[None]) -> None:
        self._landed.append(waiter)
        if not self._called:
            self._called = True
            self.loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._called = False
        while self._landed:
            waiter = self._landed.popleft()
            if not waiter.done():  # its sender may be gone
                waiter.set_result(None)

    def _sweep(self) -> None:
        """Let go of those who waited too long, and look again when the next one would have."""
        now = self.loop.time()
        for waiter, until in self._waiting.items():  # the oldest first
            if until > now:
                self.loop.call_at(until, self._sweep)
                return
            if not waiter.done():
                waiter.set_exception(TimeoutError())
        self._watched = False


class FastCaptures:
    """The plain captures of one installation."""

    def __init__(self, on: Runtime) -> None:
        self._on = on
        self._landing: _Landing | None = None
        release = negotiation.RELEASES[0]
        always = {
            "GS1-EPCIS-Version": release.epcis, "GS1-CBV-Version": release.cbv, "GS1-Extensions": f"{epcis.PREFIX}={epcis.NAMESPACE}",
            **headers.of_every_answer(on.settings), "Cache-Control": "no-store",
        }  # fmt: skip
        self._always = [(name.lower().encode(), value.encode()) for name, value in always.items()]

    @staticmethod
    def question(path: bytes, query: bytes, given: list[tuple[bytes, bytes]]) -> Question | None:
        """What a POST asks, None where Flask is to read it; path and query as they were sent."""
        bare = _BARE.get(path)
        if bare is None or query:
            return None
        found = dict(given)
        if len(found) != len(given) or not _PLAIN.issuperset(found):
            return None
        kind, key = _TYPES.get(found.get(b"content-type", b"")), found.get(b"authorization")
        length = found.get(b"content-length", b"")
        if kind is None or key is None or not length.isdigit() or int(length[:8]) > SMALL or (bare and kind not in JSON_TYPES):
            return None
        return Question(kind, bare, key.decode("latin-1"))

    async def answer(self, asked: Question, raw: bytes, threads: Executor) -> Answer | None:
        """The answer once the events are durable; None where Flask is to give it, nothing being written.

        threads: where the database is asked for a key that was not used within the last second.
        """
        loop = asyncio.get_running_loop()
        actor = sign_in.remembered_key(asked.key, on=self._on)
        if actor is not None and actor.party_id is not None and signing_keys.is_remembered(actor.party_id, on=self._on):
            made = self._prepared(asked, raw, actor)
        else:
            made = await loop.run_in_executor(threads, self._prepared, asked, raw, None)
        if made is None or not await self._written(made, loop):
            return None
        return self._told(asked, made)

    def _prepared(self, asked: Question, raw: bytes, actor: Actor | None) -> Appending | None:
        try:
            by = actor or sign_in.by_api_key(asked.key, on=self._on)
            if not by.may(Permission.CAPTURE_EVENT_WRITE):
                return None
            return appending(raw, by=by, on=self._on, content_type=asked.content_type, bare=asked.bare)
        except Refusal:
            return None  # Flask meets it again and tells it in the sender's language
        except Exception:  # noqa: BLE001  # the same: a fault of ours is told with its number there
            _log.debug("not captured in front", exc_info=True)
            return None

    async def _written(self, made: Appending, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether the rows are durable; if not, nothing is written, or a second delivery finds that it was."""
        if self._landing is None or self._landing.loop is not loop:
            self._landing = _Landing(loop)
        try:
            written = self._on.store.append_soon(made.parts)
            await self._landing.wait(written)
        except (Refusal, TimeoutError):
            return False
        return written.exception() is None

    def _told(self, asked: Question, made: Appending) -> Answer:
        content = orjson.dumps(made.receipt.to_job())
        number = made.receipt.capture_id
        place = f"/epcis/events/{quote(made.receipt.events[0].event_id, safe='')}" if asked.bare else f"/epcis/capture/{number}"
        own = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content)), (b"location", place.encode())]
        return 201 if asked.bare else 202, own + self._always, content
