from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest

from app.api import asgi
from app.api.asgi import Application, make_environ
from app.settings import Settings

Headers = list[tuple[bytes, bytes]]


def ask(
    application: Application,
    pieces: list[bytes],
    headers: list[tuple[bytes, bytes]],
    target: bytes = b"/epcis/capture",
    messages: list[dict[str, Any]] | None = None,
) -> tuple[int, bytes]:
    """Status and body of a request whose body comes in pieces, or in these messages."""
    told: list[MutableMapping[str, Any]] = []
    messages = messages or [
        {"type": "http.request", "body": piece, "more_body": place < len(pieces) - 1} for place, piece in enumerate(pieces)
    ]

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": target.decode(),
        "raw_path": target,
        "query_string": b"",
        "headers": headers,
        "scheme": "http",
    }
    asyncio.run(application(scope, receive, send))
    return told[0]["status"], told[1]["body"]


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


def test_large_bodies_of_many_senders_are_refused_before_they_fill_the_memory(application: Application) -> None:
    application._held.take(95_000)  # noqa: SLF001  # nine senders are at it
    assert ask(application, [b"x" * 6000], [])[0] == 503
    application._held.give_back(95_000)  # noqa: SLF001  # they have finished
    assert ask(application, [b"{}"], [(b"host", b"example.test")])[0] == 401


def test_a_sender_that_says_nothing_is_let_go(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "_PATIENCE", 0.01)
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}
    asyncio.run(application(scope, receive, send))
    assert told[0]["status"] == 408


def test_a_sender_of_a_byte_now_and_then_is_let_go(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "_SLOWEST", -1e-9)  # nobody is quick enough
    pieces = [b"x"] * 40
    assert ask(application, pieces, [], messages=[{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]) == (
        408, b"the body did not arrive in time",
    )  # fmt: skip


def test_the_request_target_is_handed_over_as_it_was_sent() -> None:
    scope = {"method": "GET", "path": "/01/x", "raw_path": b"/01/09521002000016/21/A%2FB", "headers": [], "query_string": b"17=270101"}
    environ = make_environ(scope, b"")
    assert (environ["RAW_URI"], environ["PATH_INFO"]) == ("/01/09521002000016/21/A%2FB", "/01/09521002000016/21/A/B")


class TestLargeBodies:
    """Bodies that are longer than what is held in memory wait in a file."""

    @pytest.fixture
    def seen(self, application: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
        """The bodies that the application behind the door was given: (file, its content)."""
        monkeypatch.setattr(asgi, "_IN_MEMORY", 1_000)
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
        assert (application._held._now, application._spooled._now) == (0, 0)  # noqa: SLF001  # nothing is held any more

    def test_a_body_that_breaks_off_or_whose_chunks_cannot_be_told_apart_is_400(self, application: Application, seen: list[Any]) -> None:
        """The server in front says of both that the sender is gone; the second is still there to hear it."""
        messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}]
        status, body = ask(application, [], [], messages=messages)
        assert (status, body) == (400, b"the body broke off")
        assert (application._held._now, application._spooled._now, seen) == (0, 0, [])  # noqa: SLF001

    def test_a_sender_who_breaks_off_leaves_nothing(self, application: Application, seen: list[Any]) -> None:
        messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"x" * 900, "more_body": True}] * 3 + [
            {"type": "http.disconnect"}
        ]
        made: list[Any] = []
        real = asgi._on_disk  # noqa: SLF001  # to see the file

        async def receive() -> MutableMapping[str, Any]:
            return messages.pop(0)

        def on_disk(held: Any) -> Any:
            made.append(real(held))
            return made[-1]

        asgi._on_disk = on_disk  # noqa: SLF001
        try:
            taken = asgi._Taken(application._held, application._spooled)  # noqa: SLF001
            with pytest.raises(ConnectionResetError):
                asyncio.run(asgi._body(receive, 9_999, taken))  # noqa: SLF001
            taken.give_back()
        finally:
            asgi._on_disk = real  # noqa: SLF001
        assert [file.closed for file in made] == [True]
        assert (application._held._now, application._spooled._now) == (0, 0)  # noqa: SLF001
        assert seen == []

    def test_only_a_sender_who_shows_a_key_may_send_a_document_longer_than_other_bodies(
        self, application: Application, seen: list[Any]
    ) -> None:
        body, key = [b"x" * 6_000] * 3, [(b"authorization", b"Bearer x")]
        assert ask(application, body, key)[0] == 200
        assert len(seen.pop()[1]) == 18_000
        for target, headers in ((b"/epcis/capture", []), (b"/api/capture/check", key)):
            with pytest.raises(KeyError):  # the door says only how long it was
                ask(application, body, headers, target)
