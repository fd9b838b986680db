"""The page a printed code leads to: seven verdicts, three languages, small and large windows, without any script."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import pytest

from tests.web import looks
from tests.web.server import Server
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser

WORDS = {
    "verified": ("Đã xác minh", "Record verified", "Enregistrement vérifié"),
    "registered_only": (
        "Có trong hệ thống, chưa xác minh từng sản phẩm",
        "Registered, this item not verified",
        "Enregistré, article non vérifié",
    ),
    "suspicious": ("Nghi ngờ", "Suspicious", "Suspect"),
    "recalled": ("Thu hồi, không sử dụng", "Recalled, do not use", "Rappelé, ne pas utiliser"),
    "expired": ("Hết hạn", "Expired", "Périmé"),
    "unknown": ("Không tìm thấy", "Not found", "Introuvable"),
    "cannot_check": ("Chưa kiểm tra được", "Cannot check now", "Vérification impossible"),
}
CAUSES = {
    "verified": "VERIFIED-ITEM",
    "registered_only": "CLASS-ONLY",
    "suspicious": "CLONE-GEO",
    "recalled": "RECALL-LOT",
    "expired": "EXPIRED",
    "unknown": "UNKNOWN-SERIAL",
    "cannot_check": "UNREADABLE",
}
STATUS = {"cannot_check": 400}
GREEN = "verified"
LANGUAGES = ("vi", "en", "fr")
FIRST_SCREEN = 640
"""Height in CSS pixels of the smallest telephone that is still common."""
FIRST_RESPONSE = 14 * 1024
"""Bytes that arrive in the first round trip of a fresh connection."""

Visit = Callable[..., Visitor]


@dataclass(frozen=True)
class Opened:
    """A verdict page that was opened on a telephone whose browser runs no scripts."""

    verdict: str
    language: str
    visitor: Visitor
    answer: Any

    @property
    def page(self) -> Any:
        """Its window."""
        return self.visitor.page


@pytest.fixture(scope="module", params=[f"{verdict}-{language}" for verdict in WORDS for language in LANGUAGES])
def opened(request: pytest.FixtureRequest, stay: Visit, server: Server) -> Opened:
    """Each of the seven verdicts in each of the three languages, opened once for all tests that look at it."""
    verdict, language = request.param.split("-")
    visitor = stay(width=360, height=FIRST_SCREEN, language=language, scripts=False)
    return Opened(verdict, language, visitor, visitor.open(server.page(verdict)))


def test_a_verdict_is_told_in_its_words_with_its_cause_and_without_a_script(opened: Opened) -> None:
    assert opened.answer.status == STATUS.get(opened.verdict, 200)
    assert opened.page.locator("h1").inner_text() == WORDS[opened.verdict][LANGUAGES.index(opened.language)]
    assert opened.page.get_by_text(CAUSES[opened.verdict], exact=True).is_visible()
    assert opened.page.locator("html").get_attribute("lang") == opened.language
    assert opened.answer.headers["content-language"] == opened.language
    assert opened.page.locator("script").count() == 0


def test_a_verdict_page_sets_no_cookie_and_asks_nobody_else(opened: Opened) -> None:
    assert "set-cookie" not in opened.answer.headers
    assert opened.page.context.cookies() == []
    assert opened.visitor.elsewhere() == []


def test_a_verdict_and_its_reason_stand_on_the_first_screen_of_a_telephone(opened: Opened) -> None:
    opened.page.set_viewport_size({"width": 360, "height": FIRST_SCREEN})
    banner = opened.page.locator("section.verdict")
    for part in (banner.locator("h1"), banner.locator("p"), banner.locator("svg")):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= FIRST_SCREEN
        assert min(box["width"], box["height"]) >= 20


def test_a_verdict_can_be_read_by_everybody_in_narrow_and_wide_windows(opened: Opened) -> None:
    for width, scheme in ((320, "light"), (360, "dark"), (1280, "light")):
        opened.page.emulate_media(color_scheme=scheme)
        opened.page.set_viewport_size({"width": width, "height": FIRST_SCREEN})
        assert looks.wrong(opened.page) == [], (width, scheme)


def test_a_verdict_page_and_its_style_fit_into_the_first_round_trip(opened: Opened, server: Server) -> None:
    sheets = [urljoin(server.base, each.get_attribute("href")) for each in opened.page.locator("link[rel=stylesheet]").all()]
    bodies = [opened.answer.body(), *(opened.page.context.request.get(sheet).body() for sheet in sheets)]
    sizes = [len(gzip.compress(body, 6)) for body in bodies]
    assert sum(sizes) <= FIRST_RESPONSE, sizes


def test_a_printed_verdict_page_keeps_word_and_reason_and_leaves_out_what_cannot_be_pressed(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    banner = opened.page.locator("section.verdict")
    assert banner.locator("h1").is_visible()
    assert banner.locator("p").is_visible()
    assert [button.inner_text() for button in opened.page.locator(".button, select").all() if button.is_visible()] == []
    opened.page.emulate_media(media="screen")


def _shown(visitor: Visitor) -> tuple[str, str]:
    """The drawing of the verdict's icon and the colour of its banner."""
    banner = visitor.page.locator("section.verdict")
    drawing = banner.locator("svg path").get_attribute("d")
    return drawing, banner.evaluate("element => getComputedStyle(element).backgroundColor + getComputedStyle(element).color")


def test_every_verdict_has_an_icon_of_its_own_and_only_the_verified_one_is_green(visit: Visit, server: Server) -> None:
    visitor = visit(scripts=False)
    shown = {}
    for verdict in WORDS:
        visitor.open(server.page(verdict))
        shown[verdict] = _shown(visitor)
    assert len({drawing for drawing, _ in shown.values()}) == len(WORDS)
    assert [verdict for verdict, (_, colour) in shown.items() if colour == shown[GREEN][1]] == [GREEN]


@pytest.mark.parametrize("verdict", WORDS)
def test_the_languages_of_a_verdict_page_lead_to_the_same_verdict(visit: Visit, server: Server, verdict: str) -> None:
    visitor = visit(language="vi", scripts=False)
    visitor.open(server.page(verdict))
    for place, language in enumerate(LANGUAGES):
        visitor.page.locator(f"nav a[hreflang={language}]").click()
        assert visitor.page.locator("h1").inner_text() == WORDS[verdict][place]
        assert visitor.page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("verdict", [name for name in WORDS if name != "cannot_check"])
def test_the_link_printed_on_a_label_leads_to_its_verdict(visit: Visit, server: Server, verdict: str) -> None:
    visitor = visit(width=360, scripts=False)
    visitor.open(server.link(verdict))
    assert visitor.path.startswith("/v/01/")
    assert visitor.page.locator("h1").inner_text() == WORDS[verdict][0]


def test_a_voided_stamp_is_suspicious_and_says_why(visit: Visit, server: Server) -> None:
    visitor = visit(scripts=False)
    visitor.open(server.page("suspicious_void_stamp"))
    assert visitor.page.locator("h1").inner_text() == "Nghi ngờ"
    assert visitor.page.get_by_text("VOID-STAMP", exact=True).is_visible()
    assert "hủy" in visitor.page.locator("section.verdict p").inner_text()


def test_a_verified_item_shows_its_whole_journey_and_what_was_checked(visit: Visit, server: Server) -> None:
    visitor = visit(language="en", scripts=False)
    visitor.open(server.page("verified"))
    steps = visitor.page.locator("ol.trail > li")
    assert steps.count() == 14
    assert visitor.page.locator("ul.checks li.failed").count() == 0
    assert visitor.page.locator("ul.checks li.passed").count() >= 4


def test_figures_of_the_journey_are_written_as_the_reader_writes_them(visit: Visit, server: Server) -> None:
    for language, weight, warmth in (("vi", "1.236 kg", "3,6 °C"), ("en", "1,236 kg", "3.6 °C"), ("fr", "1\u202f236 kg", "3,6 °C")):
        visitor = visit(language=language, scripts=False)
        visitor.open(server.page("verified"))
        journey = visitor.page.locator("ol.trail").text_content()
        assert weight in journey
        assert warmth in journey


def test_an_unknown_serial_number_is_not_said_to_belong_to_a_pack(visit: Visit, server: Server) -> None:
    visitor = visit(language="en", scripts=False)
    visitor.open(server.page("verified"))
    assert visitor.page.get_by_text("This code belongs to one single pack").is_visible()
    visitor.open(server.page("unknown"))
    assert visitor.page.get_by_text("This code belongs to one single pack").count() == 0


def test_a_visitor_tells_their_province_once(visit: Visit, server: Server) -> None:
    # An address of its own: looks of one address are counted forty times in a row at most, and other tests have looked before.
    visitor = visit(language="en", scripts=False, extra_http_headers={"X-Forwarded-For": "203.0.113.7"})
    visitor.open(server.page("verified"))
    visitor.page.get_by_label("Province or city").select_option("31")
    visitor.page.get_by_role("button", name="Tell it").click()
    assert "Thank you" in visitor.page.locator("p.note[role=status]").inner_text()
    assert visitor.page.get_by_role("button", name="Tell it").count() == 0
    assert visitor.page.locator("h1").inner_text() == "Record verified"
