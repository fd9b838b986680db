"""Where a code leads, changed in a browser: without script, on a telephone and on a desk, in the reader's language, and back again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.cli import demo_world as world
from tests.web import looks
from tests.web.steps import sign_in
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

EDIT = f"/console/links/edit?code=/01/{world.LYCHEE_GRADE_B}"


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_links_of_a_code_can_be_read_and_filled_in(visit: Visit, language: str, width: int) -> None:
    visitor = visit(width=width)
    sign_in(visitor, "owner", "Sông Thái Bình")
    for path in (EDIT, f"/console/links/edit?code=/01/{world.LYCHEE_GRADE_B}/10/NEW", "/console/links/upload"):
        visitor.complaints.clear()
        visitor.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert [*visitor.complaints, *looks.wrong(visitor.page)] == []
    assert visitor.elsewhere() == []


def test_a_lot_is_given_a_link_and_it_is_undone(visit: Visit) -> None:
    visitor = visit(width=360, height=740)
    sign_in(visitor, "owner", "Sông Thái Bình")
    visitor.open("/console/links")
    page = visitor.page
    page.fill("#f-code", f"/01/{world.LYCHEE_GRADE_B}/10/THU")
    page.click("main form[action='/console/links/edit'] button")
    assert page.input_value("#f-description") == "Vải thiều Thanh Hà loại B (10)THU"
    page.fill("#f-default_href", "javascript:alert(1)")
    page.fill("#f-default_title", "Lô thử")
    page.click("button.button--big")
    assert page.locator("#f-default_href[aria-invalid=true]").count() == 1
    page.fill("#f-default_href", "https://songthaibinh.example/lo/thu")
    page.click("button[value=more]")
    assert page.input_value("#f-default_title") == "Lô thử"
    page.press("#f-title-1", "Enter")  # saves, and takes no row away
    leads = page.locator("dl.facts a")
    assert [leads.nth(place).inner_text() for place in range(3)] == ["https://songthaibinh.example/lo/thu"] * 3
    page.locator(".notice--ok button").click()
    assert "/v/01/" in leads.first.inner_text()
    assert visitor.elsewhere() == []


def test_a_host_that_nobody_has_proven_is_flagged_with_the_way_to_prove_it(visit: Visit) -> None:
    visitor = visit(width=1280)
    sign_in(visitor, "owner", "Chè Shan")
    visitor.open(f"/console/links/edit?code=/01/{world.TEA}")
    visitor.page.click(".notice--warn a")
    assert visitor.path == "/console/links/hosts/shanbinhlu.example"


def test_the_form_of_many_links_is_short_and_a_closed_one_is_changed_without_script(visit: Visit) -> None:
    visitor = visit(width=360, scripts=False)
    sign_in(visitor, "owner", "Sông Thái Bình")
    visitor.open(f"{EDIT}&lang=vi")
    page = visitor.page
    assert page.locator("details.linkrow").count() == 12
    assert page.locator("details.linkrow[open]").count() == 1
    assert page.locator("main").bounding_box()["height"] < 5_000
    page.fill("#f-default_href", "https://songthaibinh.example/moi")
    page.locator("section[aria-labelledby=default-title] button").click()
    assert "Điện thoại đặt Tiếng Việt vẫn dẫn đến" in page.locator(".notice--warn").first.inner_text()
    page.locator(".notice--warn a").first.click()
    row = page.locator("details.linkrow:target")
    row.locator("summary").click()
    row.locator("input").first.fill("https://songthaibinh.example/vi")
    page.locator("section[aria-labelledby=default-title] button").click()
    assert page.locator("dl.facts a").first.inner_text() == "https://songthaibinh.example/vi"
    page.locator(".notice--ok button").click()
    assert visitor.elsewhere() == []
