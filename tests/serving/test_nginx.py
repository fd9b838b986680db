"""What nginx adds and what it keeps to itself, with the file that operators copy."""

from __future__ import annotations

import pytest

from tests.serving import ONCE
from tests.serving.conftest import GTIN, Served
from tests.serving.wire import Way

pytestmark = ONCE


def test_the_promise_of_https_is_made_once(front: Way) -> None:
    for target in ("/", f"/01/{GTIN}", f"/v/01/{GTIN}", "/nothing", "/api/session"):
        assert front.ask(target).headers.get_all("Strict-Transport-Security") == ["max-age=31536000"], target


def test_what_is_compressed_says_that_it_depends_on_the_visitor(front: Way) -> None:
    answer = front.ask(f"/01/{GTIN}/10/A%2FB?linkType=linkset", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in ", ".join(answer.headers.get_all("Vary") or [])


@pytest.mark.parametrize(
    "target", ["/readyz", "/readyz/", "/%72eadyz", "//readyz", "///readyz//", "/readyz?x=1", "/x/../readyz", "/x%2F..%2Freadyz"]
)
def test_the_state_of_the_machine_is_not_shown_to_the_public(front: Way, target: str) -> None:
    assert front.ask(target, source="127.0.0.2").status in {403, 404}
    assert front.ask("/readyz").status == 200


def test_a_body_too_large_is_refused_in_our_own_words(served: Served, front: Way) -> None:
    answer = front.ask("/api/capture/check", "POST", b" " * 20_000_001, served.key)
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_uploaded_page_of_twenty_megabytes_passes(served: Served, front: Way) -> None:
    assert front.ask("/api/capture/check", "POST", b" " * 19_999_990 + b"[]", served.key).status < 413


@pytest.mark.parametrize(("target", "source"), [("/sign-in", "127.0.0.7"), ("//sign-in", "127.0.0.8")])
def test_an_address_may_try_few_passwords(front: Way, target: str, source: str) -> None:
    asked = [front.ask(target, source=source).status for _ in range(13)]
    assert (asked[0], asked[-1]) == (200, 429)
    assert front.ask("/", source=source).status == 200
