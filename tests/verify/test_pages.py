"""The verdict page and the scanner page as a visitor without script gets them."""

from __future__ import annotations

import gzip
import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
import qrcode
from PIL import Image
from sqlalchemy import update

from app.catalogue.model import Product
from app.label.stamps.issue import issue
from app.label.stamps.life import move_listed
from app.recall.declare import declare
from app.store.columns import to_micros
from app.verify.verdict import VERDICT_OF, Cause, Judgement, Reason, weightiest
from app.words.translate import translator
from tests import ROOT
from tests.builders import object_event
from tests.verify.world import GTIN, LOT, SERIAL, World

ITEM = f"/v/01/{GTIN}/10/{LOT}/21/{SERIAL}"
LANGUAGES = ("vi", "en", "fr")


class _Page(HTMLParser):
    """Tags and attributes of a page, and whether they are nested rightly."""

    EMPTY = frozenset({"meta", "link", "img", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def _pages_of_every_verdict(world: World, client: Any, language: str) -> dict[Judgement, str]:
    """The seven pages; each from what really leads to it."""
    world.commission()
    for serial, lot in (("VOID00000001", LOT), ("BARE00000001", "")):
        issue(GTIN, lot, 1, numbers=[serial], by=world.owner.actor(), on=world.on)
    move_listed(GTIN, ["VOID00000001"], "void", cause="other", note="mất", by=world.owner.actor(), on=world.on)
    get = {
        Judgement.VERIFIED: ITEM,
        Judgement.SUSPICIOUS: f"/v/01/{GTIN}/10/{LOT}/21/VOID00000001",
        Judgement.REGISTERED_ONLY: f"/v/01/{GTIN}/21/BARE00000001",
        Judgement.EXPIRED: f"/v/01/{GTIN}?17=260101",
        Judgement.UNKNOWN: f"/v/01/{GTIN}/21/INVENTED0001",
        Judgement.CANNOT_CHECK: "/v/01/09521002000017",
    }
    pages = {verdict: _get(client, path, language) for verdict, path in get.items()}
    declare({"gtin": GTIN, "lot": LOT, "reason": "Dư lượng vượt mức cho phép", "advice": "Trả lại"}, by=world.owner.actor(), on=world.on)
    return pages | {Judgement.RECALLED: _get(client, ITEM, language)}


def _get(client: Any, path: str, language: str) -> str:
    text: str = client.get(path + ("&" if "?" in path else "?") + f"lang={language}").text
    return text


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_verdict_has_its_word_icon_and_advice_in_each_language(world: World, client: Any, language: str) -> None:
    t = translator(language)
    pages = _pages_of_every_verdict(world, client, language)
    assert set(pages) == set(Judgement)
    for verdict, page in pages.items():
        parsed = _Page(page)
        assert f"<h1>{t(f'verify.verdict_{verdict}')}</h1>" in page.replace("&#39;", "'")
        assert (f'class="verdict {verdict}"' in page, f'<html lang="{language}">' in page, parsed.open) == (True, True, [])
        assert not re.search(r"(verify|journey)\.[a-z]+_?[a-z-]*", page.replace("verify-bundle", ""))
    assert len({re.search(r"<path d=\"([^\"]+)", page)[1] for page in pages.values()}) == 7  # type: ignore[index]  # every page has one


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_needs_a_script_a_cookie_a_style_in_the_text_or_another_host(world: World, client: Any, language: str) -> None:
    for page in _pages_of_every_verdict(world, client, language).values():
        parsed = _Page(page)
        assert [tag for tag, _ in parsed.tags if tag in {"script", "style", "iframe"}] == []
        assert [attrs for _, attrs in parsed.tags if "style" in attrs or any(name.startswith("on") for name in attrs)] == []
        fetched = [attrs.get("src") or attrs.get("href") for tag, attrs in parsed.tags if tag in {"img", "link"}]
        assert all(str(path).startswith(("/static/", "/api/products/")) for path in fetched)
        assert "genuine" not in page.lower()


def test_the_first_response_with_its_styles_stays_below_fourteen_kilobytes(world: World, client: Any) -> None:
    world.commission()
    for number in range(20):
        world.capture(object_event(epcList=[f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"], eventTime=f"2026-06-13T{number:02}:00:00+07:00"))
    styles = b"".join((ROOT / "app/web/static" / name).read_bytes() for name in ("tokens.css", "verdict.css"))
    answer = client.get(ITEM, headers={"Accept-Encoding": "br, gzip"})
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Language, Accept-Encoding")
    assert gzip.decompress(answer.data).decode() == client.get(ITEM).text
    assert len(answer.data) + len(styles) <= 14 * 1024  # the styles even as they lie on the disk


def test_what_stands_first_is_verdict_product_producer_batch_serial_and_dates(world: World, client: Any) -> None:
    world.commission()
    page = _get(client, ITEM, "en")
    order = [
        "Record verified",
        "Vải thiều Thanh Hà 1 kg",
        "Sông Thái Bình",
        LOT,
        SERIAL,
        "12/07/2026",
        "one single pack",
        "VERIFIED-ITEM",
        "Journey",
    ]
    body = page.split("<main>", 1)[1]
    places = [body.index(text) for text in order]
    assert places == sorted(places)


def test_the_journey_names_step_time_place_and_enterprise(world: World, client: Any) -> None:
    world.commission()
    page = _get(client, ITEM, "en")
    assert all(
        text in page
        for text in ("Given its number", "12/06/2026 10:00 +07:00", "Nhà đóng gói Thanh Hà, Thanh Hà", "signature and log agree")
    )


def test_a_link_preview_is_dated_and_carries_the_verdict(world: World, client: Any) -> None:
    world.commission()
    told = {
        attrs.get("property"): attrs["content"]
        for tag, attrs in _Page(_get(client, ITEM, "en")).tags
        if tag == "meta" and "content" in attrs
    }
    assert told["og:title"] == "Record verified: Vải thiều Thanh Hà 1 kg"
    assert str(told["og:description"]).endswith("Checked 20/06/2026 10:00 +07:00")
    assert told["og:url"] == f"https://example.test{ITEM}"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v/01/09521002000017", 400), ("/v/x", 400), ("/v/01/09521003000015", 404), (f"/v/01/{GTIN}", 200), (f"/v/01/{GTIN}/", 200)],
)
def test_the_status_of_the_page_says_what_programs_need(world: World, client: Any, path: str, status: int) -> None:
    assert client.get(path).status_code == status
    assert world.owner.party_id


def test_a_slash_inside_a_serial_is_data(world: World, client: Any) -> None:
    world.commission("A%2F21%2FB")
    page = client.get(f"/v/01/{GTIN}/21/A%2F21%2FB?lang=en")
    assert ("Record verified" in page.text, "A/21/B" in page.text) == (True, True)


def test_what_is_printed_in_a_code_never_becomes_markup(world: World, client: Any) -> None:
    page = client.get(f"/v/01/{GTIN}/10/%3Cb%3E/21/%22%3E%3Csvg?lang=en").text
    assert ("<svg>" in page.replace("<svg viewBox", ""), "&lt;b&gt;" in page) == (False, True)
    assert world.owner.party_id


def test_language_links_keep_the_whole_code(world: World, client: Any) -> None:
    page = _Page(client.get(f"{ITEM}?17=260712").text)
    links = [attrs["href"] for _, attrs in page.tags if attrs.get("hreflang")]
    assert links == [f"{ITEM}?17=260712&lang={language}" for language in LANGUAGES]
    assert world.owner.party_id


def test_the_visitors_language_is_chosen_by_the_browser(world: World, client: Any) -> None:
    answer = client.get(ITEM, headers={"Accept-Language": "fr-CA, en;q=0.5"})
    assert (answer.headers["Content-Language"], "Parcours" in answer.text) == ("fr", True)
    assert world.owner.party_id


def test_every_cause_has_a_sentence_in_every_language() -> None:
    missing = [
        f"{language} {cause}"
        for language in LANGUAGES
        for cause in Cause
        if not translator(language).has("verify.cause_" + cause.value.lower().replace("-", "_"))
    ]
    assert missing == []


def test_every_cause_leads_to_a_verdict_and_the_precedence_is_that_of_the_design() -> None:
    assert set(VERDICT_OF) == set(Cause)
    assert list(Judgement) == ["recalled", "suspicious", "expired", "cannot_check", "verified", "registered_only", "unknown"]
    ordered = weightiest([Reason(cause) for cause in reversed(Cause)])
    assert [reason.verdict for reason in ordered] == sorted((reason.verdict for reason in ordered), key=list(Judgement).index)


def test_the_styles_hide_nothing_behind_colour_alone() -> None:
    css = (ROOT / "app/web/static/verdict.css").read_text(encoding="utf-8")
    assert all(part in css for part in ("@media print", "forced-colors", ":focus-visible"))


# ------------------------------------------------------------------------------------------------ the scanner page


def _picture(*texts: str) -> bytes:
    """A photograph of QR codes side by side."""
    images = [qrcode.make(text, box_size=6).convert("L") for text in texts]
    sheet = Image.new("L", (sum(image.width for image in images), max(image.height for image in images)), 255)
    left = 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width
    held = io.BytesIO()
    sheet.save(held, "PNG")
    return held.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_scanner_page_works_without_a_script_and_may_use_the_camera(client: Any, language: str) -> None:
    answer = client.get(f"/scan?lang={language}")
    assert (answer.status_code, "verify." in answer.text) == (200, False)
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_typed_code_leads_to_its_verdict(client: Any) -> None:
    answer = client.get("/scan", query_string={"code": f"(01){GTIN}(17)260712(10){LOT}(21){SERIAL}", "lang": "en"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{ITEM}?17=260712&lang=en")


def test_a_mistyped_code_is_explained_beside_its_field(client: Any) -> None:
    answer = client.get("/scan?code=09521002000017&lang=en")
    assert (answer.status_code, "09521002000017" in answer.text, "check digit" in answer.text) == (400, True, True)


def test_a_photograph_leads_to_the_verdict(client: Any) -> None:
    sent = {"image": (io.BytesIO(_picture(f"https://id.gs1.org/01/{GTIN}/10/{LOT}/21/{SERIAL}")), "label.png")}
    answer = client.post("/scan", data=sent, content_type="multipart/form-data")
    assert (answer.status_code, answer.headers["Location"]) == (303, ITEM)


def test_a_photograph_of_two_codes_asks_which(client: Any) -> None:
    sent = {"image": (io.BytesIO(_picture(f"https://id.gs1.org/01/{GTIN}/21/A1", f"https://id.gs1.org/01/{GTIN}/21/B2")), "two.png")}
    page = client.post("/scan?lang=en", data=sent, content_type="multipart/form-data").text
    assert (f"/v/01/{GTIN}/21/A1" in page, f"/v/01/{GTIN}/21/B2" in page) == (True, True)


@pytest.mark.parametrize(("content", "status", "says"), [(b"no picture", 415, "not a JPEG"), (b"", 400, "No picture was sent")])
def test_what_is_no_photograph_is_explained(client: Any, content: bytes, status: int, says: str) -> None:
    answer = client.post("/scan?lang=en", data={"image": (io.BytesIO(content), "x.jpg")}, content_type="multipart/form-data")
    assert (answer.status_code, says in answer.text) == (status, True)


def test_a_photograph_without_a_code_says_so(client: Any) -> None:
    held = io.BytesIO()
    Image.new("L", (300, 300), 200).save(held, "PNG")
    held.seek(0)
    answer = client.post("/scan?lang=en", data={"image": (held, "grey.png")}, content_type="multipart/form-data")
    assert (answer.status_code, "No code was found" in answer.text) == (200, True)


def test_the_photograph_of_an_enterprise_that_publishes_is_shown(world: World, client: Any) -> None:
    world.write(update(Product).values(image=b"x", image_type="image/jpeg"))
    assert f'src="/api/products/{GTIN}/image"' in client.get(ITEM).text
    assert to_micros(world.on.clock.now())
