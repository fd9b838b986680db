from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import pytest

from app.api import bodies
from app.api.asgi import Application, make_environ
from app.api.bodies import Arriving, known_sender
from app.party import sign_in
from app.party.permissions import Role
from app.runtime import Runtime
from app.settings import Settings
from tests.builders import Enterprise, make_api_key, make_enterprise

Headers = list[tuple[bytes, bytes]]


def ask(
    application: Application,
    pieces: list[bytes],
    headers: list[tuple[bytes, bytes]],
    target: bytes = b"/epcis/capture",
    messages: list[dict[str, Any]] | None = None,
) -> tuple[int, bytes]:
    """Status and body of a request whose body comes in pieces, or in these messages."""
    told = asyncio.run(_told(application, pieces, headers=headers, target=target, messages=messages))
    return told[0]["status"], told[1]["body"]


async def _told(
    application: Application,
    pieces: list[bytes],
    before: Callable[[], None] = lambda: None,
    headers: Headers | None = None,
    target: bytes = b"/epcis/capture",
    messages: list[dict[str, Any]] | None = None,
) -> list[MutableMapping[str, Any]]:
    """The messages of an answer; something may happen before each piece."""
    told: list[MutableMapping[str, Any]] = []
    messages = messages or [
        {"type": "http.request", "body": piece, "more_body": place < len(pieces) - 1} for place, piece in enumerate(pieces)
    ]

    async def receive() -> MutableMapping[str, Any]:
        before()
        return messages.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": target.decode(),
        "raw_path": target,
        "query_string": b"",
        "headers": [(b"host", b"example.test")] if headers is None else headers,
        "scheme": "http",
    }
    await application(scope, receive, send)
    return told


@pytest.fixture
def enterprise(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def key(on: Runtime, enterprise: Enterprise) -> Headers:
    return [(b"authorization", make_api_key(on, enterprise)["Authorization"].encode())]


@pytest.fixture
def application(settings: Settings) -> Any:
    served = Application(Settings(home=settings.home, database_url=settings.database_url, max_body_bytes=10_000))
    served.start()
    yield served
    served.stop()


@pytest.mark.parametrize("headers", [[], [(b"transfer-encoding", b"chunked")], [(b"content-length", b"30000")]])
def test_a_body_over_the_limit_is_413_however_it_is_sent(application: Application, headers: Headers) -> None:
    given = [(b"content-type", b"application/json"), (b"host", b"example.test"), *headers]
    status, _ = ask(application, [b"x" * 6000] * 5, given)
    assert status in {401, 413}
    status, body = ask(application, [b"x" * 6000] * 5, given, b"/api/sign-up")
    assert (status, b"api.body-too-large" in body) == (413, True)


def test_a_sender_that_says_nothing_is_let_go(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.01)
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}
    asyncio.run(application(scope, receive, send))
    assert told[0]["status"] == 408


def test_the_request_target_is_handed_over_as_it_was_sent() -> None:
    scope = {"method": "GET", "path": "/01/x", "raw_path": b"/01/09521002000016/21/A%2FB", "headers": [], "query_string": b"17=270101"}
    environ = make_environ(scope, b"")
    assert (environ["RAW_URI"], environ["PATH_INFO"]) == ("/01/09521002000016/21/A%2FB", "/01/09521002000016/21/A/B")


class TestLargeBodies:
    """Bodies that are longer than what is held in memory wait in a file."""

    @pytest.fixture
    def seen(self, application: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
        """The bodies that the application behind the door was given: (file, its content)."""
        monkeypatch.setattr(bodies, "IN_MEMORY", 1_000)
        monkeypatch.setattr(bodies, "SMALL", 500)
        found: list[Any] = []

        def behind(environ: dict[str, Any], start: Any) -> list[bytes]:
            found.append((environ["truyxuat.body"], environ["wsgi.input"].read()))
            start("200 OK", [])
            return [b""]

        application._flask, kept = behind, application._flask  # noqa: SLF001  # the door alone
        yield found
        application._flask = kept  # noqa: SLF001

    @pytest.mark.parametrize("size", [0, 999, 1_000, 1_001, 9_999])
    def test_a_body_arrives_as_it_was_sent_and_its_file_is_gone_afterwards(
        self, application: Application, seen: list[Any], size: int
    ) -> None:
        body = bytes(range(256)) * 40
        pieces = [body[start : start + 300] for start in range(0, size, 300)] or [b""]
        pieces[-1] = pieces[-1][: len(pieces[-1]) - (sum(map(len, pieces)) - size)]
        assert ask(application, pieces, [])[0] == 200
        [(file, content)] = seen
        assert content == body[:size]
        assert file.closed
        assert isinstance(file, io.BytesIO) == (size <= 1_000)
        assert application._room.now == 0  # noqa: SLF001  # nothing is held any more

    def test_a_body_that_breaks_off_or_whose_chunks_cannot_be_told_apart_is_400(self, application: Application, seen: list[Any]) -> None:
        """The server in front says of both that the sender is gone; the second is still there to hear it."""
        messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}]
        status, body = ask(application, [], [], messages=messages)
        assert (status, b"api.body-broke-off" in body) == (400, True)
        assert (application._room.now, seen) == (0, [])  # noqa: SLF001

    def test_a_sender_who_breaks_off_leaves_nothing(self, application: Application, seen: list[Any], key: Headers) -> None:
        messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"x" * 900, "more_body": True}] * 3 + [
            {"type": "http.disconnect"}
        ]
        made: list[Any] = []
        real = bodies.on_disk

        async def receive() -> MutableMapping[str, Any]:
            return messages.pop(0)

        def on_disk(held: Any) -> Any:
            made.append(real(held))
            return made[-1]

        bodies.on_disk = on_disk
        try:
            scope = {"method": "POST", "path": "/epcis/capture", "headers": key}
            with pytest.raises(bodies.BodyBrokeOff):
                asyncio.run(Arriving(application._room, scope).body(receive))  # noqa: SLF001
        finally:
            bodies.on_disk = real
        assert [file.closed for file in made] == [True]
        assert application._room.now == 0  # noqa: SLF001
        assert seen == []

    def test_only_a_sender_whose_key_exists_may_send_a_document_longer_than_other_bodies(
        self, application: Application, seen: list[Any], key: Headers
    ) -> None:
        body = [b"x" * 6_000] * 3
        assert ask(application, body, key)[0] == 200
        assert len(seen.pop()[1]) == 18_000
        invented = [(b"authorization", b"Bearer tx_0123_secret")]
        for target, headers in (
            (b"/epcis/capture", invented),
            (b"/epcis/capture", [(b"cookie", b"a=b; truyxuat_session=c")]),
            (b"/api/capture/check", key),
        ):
            with pytest.raises(KeyError):  # the door says only how long it was
                ask(application, body, headers, target)

    def test_a_session_that_exists_is_a_known_sender(self, on: Runtime, enterprise: Enterprise) -> None:
        token = sign_in.open_session(enterprise.people[Role.OWNER], enterprise.party_id, on=on)
        own = [(b"cookie", b"a=b"), (b"cookie", f"truyxuat_session={token}".encode())]
        assert known_sender(own, on=on) == enterprise.party_id
        assert known_sender([(b"cookie", b"truyxuat_session=other")], on=on) is None


class TestRoomForBodies:
    """Who holds much takes it from those of the same kind, never from everybody."""

    def test_strangers_that_fill_their_room_leave_known_senders_theirs(self, application: Application, key: Headers) -> None:
        room = application._room  # noqa: SLF001
        room.strangers.now = room.strangers.most  # as many silent connections would
        status, body = ask(application, [b"x" * 3_000] * 2, [])
        assert (status, json.loads(body)["code"]) == (503, "api.bodies-crowded")
        assert ask(application, [b"{", b"}"], [(b"host", b"example.test"), *key])[0] != 503
        assert ask(application, [b"{}"], [(b"host", b"example.test")])[0] == 401  # what is whole at once needs no room

    def test_a_refusal_for_want_of_room_says_when_to_come_again(self, application: Application) -> None:
        room = application._room  # noqa: SLF001
        room.strangers.now = room.strangers.most
        told = asyncio.run(_told(application, [b"x" * 3_000] * 2))
        assert (b"retry-after", b"5") in told[0]["headers"]
        assert (b"content-type", b"application/problem+json") in told[0]["headers"]

    def test_who_is_refused_for_want_of_room_is_heard_a_little_longer_so_that_the_answer_arrives(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bodies, "IN_MEMORY", 3_000)
        room, heard = application._room, []  # noqa: SLF001
        room.strangers.now = room.strangers.most
        told = asyncio.run(_told(application, [b"x" * 1_000] * 9, lambda: heard.append(1)))
        assert (told[0]["status"], len(heard)) == (503, 4)

    def test_one_organisation_cannot_take_the_room_of_all(self, application: Application, key: Headers, enterprise: Enterprise) -> None:
        room = application._room  # noqa: SLF001
        other = room.of(enterprise.party_id + 1)
        other.now = other.most
        headers = [(b"host", b"example.test"), *key]
        own = room.of(enterprise.party_id)
        own.now = own.most
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bodies, "SMALL", 100)
            assert ask(application, [b"x" * 200] * 2, headers)[0] == 503
            own.now = 0
            assert ask(application, [b"x" * 200] * 2, headers)[0] == 415
        assert own.most < room.disk.most

    def test_files_of_all_senders_together_are_bounded(
        self, application: Application, key: Headers, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bodies, "IN_MEMORY", 100)
        monkeypatch.setattr(bodies, "SMALL", 100)
        room = application._room  # noqa: SLF001
        room.disk.now = room.disk.most
        assert ask(application, [b"x" * 200] * 2, key)[0] == 503
        assert room.disk.now == room.disk.most
        assert room.memory.now == 0

    @pytest.mark.parametrize(("pause", "status"), [(29.0, 408), (0.01, 401)])
    def test_a_body_that_trickles_is_let_go(self, application: Application, pause: float, status: int) -> None:
        """Each pause is short enough; the whole would last for hours."""
        room, at = application._room, [0.0]  # noqa: SLF001
        room.clock = lambda: at[0]

        def passing() -> None:
            at[0] += pause

        told = asyncio.run(_told(application, [b" "] * 100, passing))
        assert told[0]["status"] == status
        assert room.now == 0

    def test_a_file_of_a_body_has_no_name_and_is_private(self) -> None:
        with bodies.on_disk(io.BytesIO(b"x")) as file:
            found = os.fstat(file.fileno())
        assert (found.st_nlink, found.st_mode & 0o777) == (0, 0o600)
