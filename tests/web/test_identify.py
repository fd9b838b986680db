"""The page that explains codes, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.web import looks

pytestmark = pytest.mark.browser

GTIN = "09521234543213"
CODES = (
    "",
    f"]C101{GTIN}17271122310300125010LOT7\x1d21K7M2Q9",
    f"https://brand.example/01/{GTIN}/10/LOT7/21/{'K7M2Q9' * 3}?17=271122&linkType=gs1:pip",
    "urn:epc:id:sgtin:9521234.054321.K7M2Q9",
    "(01)09521234543218(10)LOT7 và 漢字",
    f"01{GTIN}1\x1d\u202eabc" + "x" * 300,
)


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("vi", 360, "light"), ("en", 1280, "dark"), ("fr", 320, "light"), ("vi", 1280, "light")]
)
def test_the_page_can_be_read_in_every_window(visit: Callable[..., Any], language: str, width: int, scheme: str) -> None:
    visitor = visit(width=width, language=language, color_scheme=scheme, scripts=True)
    found = {}
    for code in CODES:
        visitor.open(f"/identify?code={quote(code)}")
        assert visitor.page.get_attribute("html", "lang") == language
        found[code] = looks.wrong(visitor.page)
    assert {code: wrong for code, wrong in found.items() if wrong} == {}
    assert visitor.elsewhere() == []


def test_an_example_leads_to_its_explanation_without_script(visit: Callable[..., Any]) -> None:
    visitor = visit(width=360, language="en", scripts=False)
    visitor.open("/scan")
    visitor.page.get_by_role("link", name="Only want to know what a code means?").click()
    visitor.page.get_by_role("link", name="The binary string of an RFID tag").click()
    assert "A single item" in visitor.page.inner_text("main")
    visitor.page.get_by_role("link", name="See what is recorded about this code").click()
    assert visitor.path == f"/v/01/{GTIN}/21/12345"


def test_a_typed_mistake_stays_in_the_field_and_is_pointed_at(visit: Callable[..., Any]) -> None:
    visitor = visit(width=360, language="en", scripts=True)
    visitor.open("/identify")
    visitor.page.fill("[name=code]", "(01)09521234543214")
    visitor.page.click("main form button")
    assert visitor.page.input_value("[name=code]") == "(01)09521234543214"
    mark = visitor.page.locator(".pointed__here")
    assert mark.inner_text() == "4"
    caret = mark.evaluate("each => [getComputedStyle(each, '::after').content, getComputedStyle(each, '::after').position]")
    assert "^" in caret[0]
    assert caret[1] == "absolute"
