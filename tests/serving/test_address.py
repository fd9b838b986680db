"""Who asks: an address in X-Forwarded-For counts where our proxy wrote it, and nowhere else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from app.api.proxies import believe
from tests.serving import ONCE
from tests.serving.wire import HOST, Way

pytestmark = ONCE

LIMIT = 1
"""Failed sign-ins until an address has to wait, see `servers.settings_of`."""


def sign_in(way: Way, person: str, source: str = "127.0.0.1", **headers: str) -> int:
    """The status of a sign-in with a wrong password."""
    form = urlencode({"email": f"{person}@example.test", "password": "wrong-horse-battery"}).encode()
    given = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}
    return way.ask("/sign-in", "POST", form, given | {name.replace("_", "-"): value for name, value in headers.items()}, source).status


def test_a_server_believes_the_entry_that_its_one_proxy_wrote(server: Way) -> None:
    lies = [f"198.51.100.{number}, 203.0.113.7" for number in range(LIMIT + 1)]
    tried = [sign_in(server, f"a{number}", X_Forwarded_For=lie) for number, lie in enumerate(lies)]
    assert tried == [401] * LIMIT + [429]
    assert sign_in(server, "b", X_Forwarded_For="203.0.113.7, 203.0.113.8") == 401


def test_what_a_visitor_writes_there_is_not_believed_behind_nginx(front: Way) -> None:
    tried = [sign_in(front, f"c{number}", "127.0.0.2", X_Forwarded_For=f"198.51.100.{number}") for number in range(LIMIT + 1)]
    assert tried == [401] * LIMIT + [429]
    assert sign_in(front, "d", "127.0.0.3", X_Forwarded_For="127.0.0.2") == 401


def test_a_page_of_another_site_cannot_use_the_form_behind_any_server(way: Way) -> None:
    assert sign_in(way, "e", "127.0.0.4", Origin="https://elsewhere.example") == 403


@pytest.mark.parametrize(
    ("trusted", "said", "address", "scheme"),
    [
        (0, "198.51.100.1", "127.0.0.1", "http"),
        (1, "198.51.100.1", "198.51.100.1", "https"),
        (1, "198.51.100.1, 203.0.113.7", "203.0.113.7", "https"),
        (2, "198.51.100.1, 203.0.113.7", "198.51.100.1", "https"),
        (3, "198.51.100.1, 203.0.113.7", "127.0.0.1", "https"),
        (1, " , ", "127.0.0.1", "https"),
    ],
)
def test_as_many_entries_count_as_there_are_proxies_of_ours(trusted: int, said: str, address: str, scheme: str) -> None:
    environ: dict[str, Any] = {"REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http"}
    environ |= {"HTTP_X_FORWARDED_FOR": said, "HTTP_X_FORWARDED_PROTO": "https"}
    believe(environ, trusted)
    assert (environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]) == (address, scheme)
