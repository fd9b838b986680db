"""Requests to real servers that behave well and badly: what comes back, and that nothing holds us longer or fills us more than allowed."""

from __future__ import annotations

import functools
import gzip
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from app import outbound
from app.outbound import Outbound
from tests.outbound.peers import Peer, certified, saying, serving, world


def fetch(peer: Peer, path: str = "", way: Outbound | None = None, **how: Any) -> outbound.Answer:
    """Ask a peer by its name, which leads to 127.0.0.1 and is allowed to."""
    scheme = "https" if peer.context else "http"
    authority = f"peer.test:{peer.port}"
    return (way or world({"peer.test": ["127.0.0.1"]})).fetch(f"{scheme}://{authority}/{path}", also_hosts=frozenset({authority}), **how)


def test_an_answer_brings_status_headers_and_body() -> None:
    with serving(saying(b"xin chao", X_Kind="page")) as peer:
        answer = fetch(peer, "trang?a=1&b=%2F#phan")
    assert (answer.status, answer.body, answer.headers["x-kind"]) == (200, b"xin chao", "page")
    assert answer.milliseconds >= 0
    assert peer.asked() == ["GET /trang?a=1&b=%2F"]


def test_a_request_says_who_asks_and_carries_no_password_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(saying()) as peer:
        fetch(peer, headers={"Accept-Language": "vi"})
    head = peer.heads[0].decode("latin-1")
    fields = {line.partition(":")[0].lower(): line.partition(": ")[2] for line in head.split("\r\n")[1:] if line}
    assert fields == {
        "host": f"peer.test:{peer.port}",
        "user-agent": "truyxuat/test (+https://example.test)",
        "accept-encoding": "identity",
        "connection": "close",
        "accept-language": "vi",
    }


def test_letters_outside_ascii_travel_percent_encoded() -> None:
    with serving(saying()) as peer:
        fetch(peer, "sản-phẩm")
    assert peer.asked() == ["GET /s%E1%BA%A3n-ph%E1%BA%A9m"]


def test_an_error_of_the_server_is_an_answer() -> None:
    with serving(saying(b"loi", "500 Internal Server Error")) as peer:
        assert fetch(peer).status == 500


def test_a_redirect_is_handed_back_and_not_followed() -> None:
    with serving(saying(b"", "302 Found", Location="http://127.0.0.1:9/")) as peer:
        answer = fetch(peer)
    assert (answer.status, answer.headers["location"], len(peer.heads)) == (302, "http://127.0.0.1:9/", 1)


def test_a_head_request_has_no_body_whatever_its_length_says() -> None:
    with serving(saying(b"x" * 1_000_000)) as peer:
        answer = fetch(peer, method="HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "1000000")


def test_a_body_of_exactly_the_limit_is_taken_and_one_byte_more_is_refused() -> None:
    with serving(saying(b"x" * 1000)) as peer:
        assert len(fetch(peer, most_bytes=1000).body) == 1000
        with pytest.raises(outbound.AnswerTooLarge) as refused:
            fetch(peer, most_bytes=999)
    assert refused.value.params["limit"] == 999


def test_a_longer_body_may_be_cut_where_the_beginning_is_enough() -> None:
    with serving(saying(b"x" * 1_000_000)) as peer:
        assert fetch(peer, most_bytes=100, whole=False).body == b"x" * 100


def _endless(connection: Any, _asked: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 65_536)


def test_a_body_without_end_is_not_read_to_its_end() -> None:
    with serving(_endless) as peer, pytest.raises(outbound.AnswerTooLarge):
        fetch(peer)


def test_a_small_parcel_that_unpacks_to_a_house_is_refused() -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    chunked = b"".join(b"%x\r\n%b\r\n" % (len(bomb[at : at + 999]), bomb[at : at + 999]) for at in range(0, len(bomb), 999)) + b"0\r\n\r\n"

    def in_chunks(connection: Any, _asked: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n" + chunked)

    for talk in (saying(bomb, Content_Encoding="gzip"), in_chunks):
        with serving(talk) as peer, pytest.raises(outbound.AnswerTooLarge):
            fetch(peer)


def test_a_packed_answer_within_the_limit_is_unpacked() -> None:
    with serving(saying(gzip.compress(b"xin chao " * 100), Content_Encoding="gzip")) as peer:
        assert fetch(peer).body == b"xin chao " * 100


def test_a_header_without_end_is_not_read_to_its_end() -> None:
    def talk(connection: Any, _asked: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Long: " + b"x" * 5_000 + b"\r\n")

    with serving(talk) as peer, pytest.raises(outbound.AnswerTooLarge):
        fetch(peer)


def test_one_byte_at_a_time_does_not_keep_us_beyond_the_deadline() -> None:
    sent: list[int] = []

    def drip(connection: Any, _asked: bytes, lead: bytes) -> None:
        connection.sendall(lead)
        while not peer.ended.wait(0.02):
            connection.sendall(b"x")
            sent.append(1)

    for lead in (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"):
        sent.clear()
        talk = functools.partial(drip, lead=lead)
        with serving(talk) as peer, pytest.raises(outbound.TooSlow) as refused:
            fetch(peer, seconds=0.4)
        assert refused.value.params["seconds"] == 0.4
        assert len(sent) > 2  # every single read was quick: only a deadline for the whole ends this


def test_a_server_that_takes_the_request_and_says_nothing_is_too_slow() -> None:
    with serving(lambda _connection, _asked: peer.ended.wait() and None) as peer, pytest.raises(outbound.TooSlow):
        fetch(peer, seconds=0.2)


def test_an_endless_row_of_interim_answers_ends() -> None:
    def talk(connection: Any, _asked: bytes) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with serving(talk) as peer, pytest.raises(outbound.AnswerTooLarge):
        fetch(peer)


def test_a_closed_port_is_told_apart_from_a_slow_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    authority = f"peer.test:{port}"
    with pytest.raises(outbound.NotListening) as refused:
        world({"peer.test": ["127.0.0.1"]}).fetch(f"http://{authority}/", also_hosts=frozenset({authority}))
    assert refused.value.params == {"host": authority}
    assert not refused.value.unclear


def test_the_second_address_is_tried_when_the_first_refuses() -> None:
    with serving(saying()) as peer:
        answer = fetch(peer, way=world({"peer.test": ["::1", "127.0.0.1"]}))
    assert answer.status == 200


@pytest.mark.parametrize(
    "said",
    [b"SSH-2.0-OpenSSH_9.2\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
     b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nplain"],
)  # fmt: skip
def test_what_is_not_http_is_said_to_be_none(said: bytes) -> None:
    with serving(lambda connection, _asked: connection.sendall(said)) as peer, pytest.raises(outbound.NotHttp):
        fetch(peer)


def test_a_connection_that_breaks_off_is_told() -> None:
    with serving(lambda _connection, _asked: None) as peer, pytest.raises(outbound.NotListening):
        fetch(peer)


class TestTls:
    def test_the_name_is_in_the_certificate_and_the_connection_at_the_judged_address(self, tmp_path: Path) -> None:
        server, client = certified(tmp_path, "peer.test")
        names: list[str | None] = []
        server.sni_callback = lambda _socket, name, _context: names.append(name)
        with serving(saying(), server) as peer:
            answer = fetch(peer, way=world({"peer.test": ["127.0.0.1"]}, trust=client))
        assert (answer.status, names) == (200, ["peer.test"])

    @pytest.mark.parametrize(("name", "until"), [("other.test", 2099), ("peer.test", 2021), ("127.0.0.1", 2099)])
    def test_a_certificate_of_another_name_or_day_is_refused(self, tmp_path: Path, name: str, until: int) -> None:
        server, client = certified(tmp_path, name, until=until)
        with serving(saying(), server) as peer, pytest.raises(outbound.TlsFailed):
            fetch(peer, way=world({"peer.test": ["127.0.0.1"]}, trust=client))
        assert peer.heads == []

    def test_a_certificate_nobody_vouches_for_is_refused(self, tmp_path: Path) -> None:
        server, _ = certified(tmp_path, "peer.test")
        with serving(saying(), server) as peer, pytest.raises(outbound.TlsFailed):
            fetch(peer)
        assert peer.heads == []

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
    def test_tls_older_than_1_2_is_refused(self, tmp_path: Path) -> None:
        server, client = certified(tmp_path, "peer.test")
        server.minimum_version, server.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        server.set_ciphers("ALL:@SECLEVEL=0")
        with serving(saying(), server) as peer, pytest.raises(outbound.TlsFailed):
            fetch(peer, way=world({"peer.test": ["127.0.0.1"]}, trust=client))

    def test_a_server_that_speaks_no_tls_is_told(self) -> None:
        with serving(lambda connection, _asked: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as peer:
            peer.head_end = b""
            authority = f"peer.test:{peer.port}"
            with pytest.raises(outbound.TlsFailed):
                world({"peer.test": ["127.0.0.1"]}).fetch(f"https://{authority}/", also_hosts=frozenset({authority}))


def test_a_hundred_connections_that_stay_half_open_leave_no_thread_behind() -> None:
    before = threading.active_count()
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:  # nobody ever accepts
        authority = f"peer.test:{listener.getsockname()[1]}"
        way = world({"peer.test": ["127.0.0.1"]})
        for _ in range(100):
            with pytest.raises(outbound.TooSlow):
                way.fetch(f"http://{authority}/", also_hosts=frozenset({authority}), seconds=0.005)
    assert threading.active_count() <= before + 1
