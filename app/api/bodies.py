"""Bodies of requests on their way in: whose they are, how much of them is held, and how slowly they may come.

A body that is whole at once and small costs nothing here. Of longer ones the bytes are counted: those of strangers in a small room that
they share, so that they only take it from each other; those of a key or session that exists in the room of all, with a share for each
organisation. Nothing is received without an end: a pause has a limit, and so has a trickle.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import IO, Any
from weakref import WeakValueDictionary

from app.api.identity import COOKIE
from app.errors import Invalid, Refusal, Unavailable
from app.party import sign_in
from app.runtime import Runtime
from app.settings import Settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Whose = Callable[[list[tuple[bytes, bytes]]], Awaitable[int | None]]
"""Who sends requests with these headers: the number of an organisation, None for a stranger."""

SMALL = 65_536
"""Bytes of a body up to which nobody asks whose it is, unless the strangers' room is full."""

PATIENCE = 30.0
"""Seconds a sender may pause within a body: a connection that says nothing holds memory and says nothing."""

RATE = 10_000
"""Bytes a second that must arrive on average, after the first seconds of patience."""

IN_MEMORY = 1_000_000
"""Bytes of a body that are held in memory; what follows goes to a temporary file, which has no name and vanishes when it is closed."""

_AT_ONCE = 10
"""How many bodies of the largest size may be held at the same time, all known senders together."""

_OF_ONE = 3
"""How many of them may be one organisation's."""

_OF_STRANGERS = 2
"""How many bodies of the largest ordinary size all strangers together may have under way."""

_DRAIN = 4
"""How many times the limit is still read, and thrown away, so that the sender sees the refusal rather than a broken connection."""

_DOCUMENTS = frozenset((b"/epcis/capture", b"/console/capture"))
"""Where bodies may be as large as a document, and not only as large as any body."""


class BodiesCrowded(Unavailable):
    """Too many large bodies are being received at this moment."""

    code = "api.bodies-crowded"  # params: retry_after


class BodySlow(Unavailable):
    """The body pauses too long, or trickles."""

    status = 408
    code = "api.body-slow"  # params: seconds, rate


class BodyBrokeOff(Invalid):
    """The sender is gone, or the chunks of its body cannot be told apart."""

    code = "api.body-broke-off"


class Held:
    """Bytes that are held for bodies at the moment; one event loop, so no lock."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.now = 0

    def has_room(self, size: int) -> bool:
        """Whether so many bytes more may be held."""
        return self.now + size <= self.most


class Room:
    """What one process holds for bodies. whose: asked about a sender at most once for each long body; clock: seconds."""

    def __init__(self, settings: Settings, whose: Whose, clock: Callable[[], float] = time.monotonic) -> None:
        self.body_limit = settings.max_body_bytes
        self.document_limit = max(settings.max_document_bytes, settings.max_body_bytes)
        self.memory = Held(self.body_limit * _AT_ONCE)
        self.disk = Held(self.document_limit * _AT_ONCE)
        self.strangers = Held(self.body_limit * _OF_STRANGERS)
        self.whose = whose
        self.clock = clock
        self._parties: WeakValueDictionary[int, Held] = WeakValueDictionary()

    def of(self, party_id: int) -> Held:
        """The share of one organisation."""
        found = self._parties.get(party_id)
        if found is None:
            found = self._parties[party_id] = Held(self.document_limit * _OF_ONE)
        return found

    @property
    def now(self) -> int:
        """Bytes held in all."""
        return self.memory.now + self.disk.now + self.strangers.now


class Arriving:
    """One body on its way. limit: most bytes that it may have, as far as is known of its sender."""

    __slots__ = ("_asked", "_held", "_party", "_places", "_room", "_scope", "_size", "limit")

    def __init__(self, room: Room, scope: Scope) -> None:
        self._room, self._scope = room, scope
        self.limit = room.body_limit
        self._places: tuple[Held, ...] = ()
        self._party: int | None = None
        self._held = self._size = 0
        self._asked = False

    async def body(self, receive: Receive) -> IO[bytes] | None:
        """The body at its beginning, or None when it is longer than the limit.

        Raises BodyBrokeOff, BodySlow, BodiesCrowded; what broke off leaves nothing behind.
        """
        message = await _received(receive, PATIENCE)
        chunk = message.get("body", b"")
        if len(chunk) <= SMALL and not message.get("more_body", False) and len(chunk) <= self.limit:
            return io.BytesIO(chunk)
        made: IO[bytes] = io.BytesIO()
        try:
            made = await self._long(receive, message, made)
        except BaseException:
            self.give_back()
            raise
        if made.closed:
            return None
        made.seek(0)
        return made

    async def _long(self, receive: Receive, message: MutableMapping[str, Any], made: IO[bytes]) -> IO[bytes]:
        """What arrived, closed when it was too long."""
        begun = self._room.clock()
        try:
            while True:
                chunk = message.get("body", b"")
                self._size += len(chunk)
                await self._recognise(len(chunk))
                if self._size > self.limit:
                    made.close()
                    self.give_back()
                else:
                    self._hold(len(chunk))
                    if self._size > IN_MEMORY and isinstance(made, io.BytesIO):
                        made = on_disk(made)
                    made.write(chunk)
                if not message.get("more_body", False) or self._size > self.limit * _DRAIN:
                    return made
                message = await _received(receive, self._patience(begun))
        except BodiesCrowded:
            made.close()
            self.give_back()
            await self._drain(receive, message, begun)
            raise
        except BaseException:
            made.close()
            raise

    async def _drain(self, receive: Receive, message: MutableMapping[str, Any], begun: float) -> None:
        """Read on a little and keep nothing: a connection that is closed with much unread never delivers the answer."""
        left = IN_MEMORY
        while left > 0 and message.get("more_body", False):
            message = await _received(receive, self._patience(begun))
            left -= len(message.get("body", b""))

    def _patience(self, begun: float) -> float:
        """Seconds that the next piece may take. Raises BodySlow when the whole takes too long already."""
        left = begun + PATIENCE + self._size / RATE - self._room.clock()
        if left <= 0:
            raise BodySlow(seconds=round(PATIENCE), rate=RATE)
        return min(PATIENCE, left)

    async def _recognise(self, more: int) -> None:
        """Ask whose the body is, once, when that begins to matter."""
        if self._asked or (self._size <= SMALL and self._room.strangers.has_room(more)):
            return
        self._asked = True
        self._party = await self._room.whose(self._scope["headers"])
        path = self._scope.get("raw_path") or self._scope["path"].encode()
        large = self._scope["method"] == "POST" and path.split(b"?", 1)[0].rstrip(b"/") in _DOCUMENTS
        if large and self._party is not None:
            self.limit = self._room.document_limit

    def _hold(self, more: int) -> None:
        """Hold more bytes where they belong; what was held elsewhere moves there. Raises BodiesCrowded."""
        room = self._room
        places: tuple[Held, ...] = (room.strangers,)
        if self._party is not None:
            places = (room.memory if self._size <= IN_MEMORY else room.disk, room.of(self._party))
        if places != self._places:
            self.give_back()
            self._places, more = places, self._size
        if not all(place.has_room(more) for place in places):
            raise BodiesCrowded(retry_after=5)
        for place in places:
            place.now += more
        self._held += more

    def give_back(self) -> None:
        """Hold nothing more."""
        for place in self._places:
            place.now -= self._held
        self._held = 0


async def _received(receive: Receive, seconds: float) -> MutableMapping[str, Any]:
    """The next piece. Raises BodyBrokeOff, BodySlow."""
    try:
        async with asyncio.timeout(seconds):  # a third of what wait_for costs, which makes a task of its own
            message = await receive()
    except TimeoutError:
        raise BodySlow(seconds=round(PATIENCE), rate=RATE) from None
    if message["type"] == "http.disconnect":
        raise BodyBrokeOff
    return message


def on_disk(held: io.BytesIO) -> IO[bytes]:
    """What was held in memory as the beginning of a file that only this process can reach: mode 0600, without a name."""
    made: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed when the request is answered
    made.write(held.getbuffer())
    held.close()
    return made


def known_sender(headers: list[tuple[bytes, bytes]], *, on: Runtime) -> int | None:
    """The organisation whose API key or session a request really shows, as `identity` reads them; None for a stranger."""
    found = {name: value for name, value in headers if name == b"authorization"}
    try:
        if found:
            return sign_in.by_api_key(found[b"authorization"].decode("latin-1"), on=on).party_id
        cookies = b";".join(value for name, value in headers if name == b"cookie").decode("latin-1")
        for part in cookies.split(";"):
            name, _, token = part.strip().partition("=")
            if name == COOKIE and token:
                return sign_in.by_session(token, on=on).party_id
    except Refusal:
        return None  # Flask says why, when the body is here
    return None
