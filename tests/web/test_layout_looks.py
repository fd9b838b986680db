"""Pages of the console, of sign-in and of the home page, judged by the browser in every language, light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web import looks
from tests.web.server import Server

pytestmark = pytest.mark.browser

LYCHEE = "09521002000016"
PUBLIC = ("/", "/?code=9521001000018", "/sign-in", "/sign-up", "/handbook", "/nope")
CONSOLE = (
    "/console",
    "/console/organisation",
    "/console/api-keys",
    "/console/places",
    "/console/places/new",
    "/console/products?q=khong-co",
    "/console/products",
    "/console/products/new",
    f"/console/products/{LYCHEE}",
    f"/console/products/{LYCHEE}/edit",
    "/console/lots",
    "/console/lots/new",
)


def _sign_in(visitor: Any, server: Server) -> None:
    email, password = server.person("owner", "Sông Thái Bình")
    visitor.open("/sign-in")
    visitor.page.fill("[name=email]", email)
    visitor.page.fill("[name=password]", password)
    visitor.page.click("main button")


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("vi", 360, "light"), ("en", 1280, "light"), ("fr", 320, "dark"), ("vi", 1280, "dark")]
)
def test_every_page_can_be_read_and_used(visit: Callable[..., Any], server: Server, language: str, width: int, scheme: str) -> None:
    visitor = visit(width=width, language=language, color_scheme=scheme)
    found = {}
    for path in PUBLIC:
        visitor.open(path)
        found[path] = looks.wrong(visitor.page)
    _sign_in(visitor, server)
    visitor.open(f"/console?lang={language}")  # remembered for the person
    for path in CONSOLE:
        assert visitor.open(path).status == 200, path
        assert visitor.path == path.split("?")[0]
        assert visitor.page.get_attribute("html", "lang") == language
        found[path] = looks.wrong(visitor.page)
    visitor.open("/console?lang=vi")  # as the demo world has it, for other tests
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    assert visitor.elsewhere() == []


def test_a_form_that_was_refused_leads_to_its_mistakes(visit: Callable[..., Any], server: Server) -> None:
    visitor = visit(width=360, scripts=False)
    _sign_in(visitor, server)
    visitor.open("/console/products/new")
    visitor.page.fill("[name=gtin]", "9521002000017")
    visitor.page.fill("[name=name]", "Vải thử")
    visitor.page.click("main form button")
    visitor.page.click('.summary a[href="#f-gtin"]')
    assert visitor.page.url.endswith("#f-gtin")
    assert "Số kiểm tra" in visitor.page.inner_text("#e-gtin")
    assert visitor.page.input_value("[name=name]") == "Vải thử"
