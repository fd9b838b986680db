"""The judge of pages finds what it is there to find: a page full of mistakes, and the same page without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web import looks

pytestmark = pytest.mark.browser

_GOOD = """<!doctype html><html lang="vi"><head><title>Nhãn</title><style>body { color: #111; background: #fff }</style></head><body>
<h1>Nhãn</h1><h2>Lô</h2><label>Lô <input style="height:30px"></label><img alt="" src="data:,">
<a href="/a">Xem</a><button>Gửi biểu mẫu</button></body></html>"""

_MISTAKES = {
    "lang": ('lang="vi"', ""),
    "title": ("<title>Nhãn</title>", ""),
    "alt": ('alt="" ', ""),
    "label": ('<label>Lô <input style="height:30px"></label>', '<input style="height:30px">'),
    "words": (">Xem<", "><"),
    "heading": ("<h2>Lô</h2>", "<h4>Lô</h4>"),
    "one h1": ("<h2>Lô</h2>", "<h1>Lô</h1>"),
    "id": ("<h2>Lô</h2>", '<h2 id="a">Lô</h2><p id="a">Lô</p>'),
    "target": ("<button>", '<button style="height:12px;padding:0;font-size:8px">'),
    "unfilled": (">Lô</h2>", ">Lô {lot}</h2>"),
    "contrast": ("color: #111", "color: #999"),
    "wide": ("<h2>Lô</h2>", '<h2>Lô</h2><p style="width:2000px">Lô</p>'),
}


@pytest.fixture
def window(visit: Callable[..., Any]) -> Any:
    """A window on an empty page."""
    return visit(width=360, scripts=False).page


def test_a_page_without_mistakes_gets_no_complaint(window: Any) -> None:
    window.set_content(_GOOD)
    assert looks.wrong(window) == []


@pytest.mark.parametrize("mistake", _MISTAKES)
def test_one_mistake_gets_its_complaint(window: Any, mistake: str) -> None:
    before, after = _MISTAKES[mistake]
    window.set_content(_GOOD.replace(before, after))
    assert [said for said in looks.wrong(window) if mistake in said]
