"""The pages of the handbook that carry pictures, judged by the browser in every language, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.handbook import pages
from tests.web import looks

pytestmark = pytest.mark.browser

ILLUSTRATED = [name for name in pages.NAMES if pages.pictures(name, "vi")]
_LOADED = """async () => {
  const found = [...document.querySelectorAll('.prose img')];
  for (const each of found) { each.loading = 'eager'; await each.decode(); }
  return found.map(each => [each.naturalWidth, each.getBoundingClientRect().width > 280]);
}"""


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("vi", 360, "light"), ("fr", 360, "light"), ("en", 1280, "light"), ("vi", 1280, "dark")]
)
def test_every_illustrated_page_can_be_read(visit: Callable[..., Any], language: str, width: int, scheme: str) -> None:
    visitor = visit(width=width, language=language, color_scheme=scheme)
    found = {}
    for name in ILLUSTRATED:
        assert visitor.open(f"/handbook/{name}?lang={language}").status == 200
        drawn = visitor.page.evaluate(_LOADED)
        assert drawn == [[360, True]] * len(pages.pictures(name, language))
        found[name] = [wrong for wrong in looks.wrong(visitor.page) if not wrong.startswith("unfilled words: curl ")]  # curl's own places
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert visitor.elsewhere() == []
