"""What every page shares: languages, navigation, links, figures, refusals, the home page, the handbook and the style."""

from __future__ import annotations

import gzip
import html
import re
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.party.permissions import Role
from app.runtime import Runtime
from app.web import handbook, show
from app.words.refusals import catalogue
from app.words.translate import typeset
from tests.builders import gtin, make_enterprise, signed_in

LYCHEE = gtin("952100100001")
STATIC = files("app.web") / "static"


@pytest.mark.parametrize(("language", "word"), [("vi", "Đăng nhập"), ("en", "Sign in"), ("fr", "Se connecter")])
def test_a_page_speaks_the_language_of_the_browser(client: Any, language: str, word: str) -> None:
    page = client.get("/", headers={"Accept-Language": f"{language}-XX,en;q=0.5"}).text
    assert f'<html lang="{language}">' in page
    assert word in page


def test_a_language_link_keeps_the_page_and_its_question(client: Any) -> None:
    page = client.get("/?code=95%2F1&lang=vi").text
    assert 'href="/?code=95%2F1&amp;lang=fr" hreflang="fr"' in page


def test_a_visitor_takes_the_chosen_language_along(client: Any) -> None:
    assert 'href="/sign-up?lang=fr"' in client.get("/?lang=fr").text
    assert 'href="/sign-up"' in client.get("/").text
    assert 'href="/sign-up"' in client.get("/?lang=kl").text


def test_no_cookie_is_set_before_somebody_signs_in(client: Any) -> None:
    for path in ("/", "/?lang=fr", "/sign-in", "/sign-up", "/handbook", "/handbook/errors", "/nope"):
        assert "Set-Cookie" not in client.get(path).headers


def test_no_page_carries_inline_style_or_script(client: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on))
    for path in ("/", "/console", "/console/organisation", "/console/api-keys", "/console/products/new", "/handbook/errors", "/nope"):
        page = client.get(path).text
        assert not re.search(r"<script|\sstyle=|<style|\son[a-z]+=", page), path


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        (Role.OWNER, {"/console/products", "/console/places", "/console/api-keys"}, set()),
        (Role.MEMBER, {"/console/products", "/console/lots"}, {"/console/api-keys"}),
        (Role.INSPECTOR, {"/console", "/console/organisation"}, {"/console/products", "/console/api-keys", "/console/capture"}),
    ],
)
def test_the_navigation_shows_what_a_role_may_open(client: Any, on: Runtime, role: Role, shown: set[str], hidden: set[str]) -> None:
    signed_in(client, on, make_enterprise(on), role)
    linked = set(re.findall(r'href="(/console[^"?]*)"', client.get("/").text))
    assert shown <= linked
    assert hidden & linked == set()
    for path in shown:
        assert client.get(path).status_code == 200


def test_the_navigation_marks_where_one_is(client: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on))
    assert re.findall(r'href="([^"]+)" aria-current="page"', client.get("/console/products/new").text) == ["/console/products"]
    assert re.findall(r'href="([^"]+)" aria-current="page"', client.get("/console").text) == ["/console"]


@pytest.mark.parametrize(
    "code",
    [
        LYCHEE,
        LYCHEE[1:],
        f"(01){LYCHEE}",
        f"01{LYCHEE}",
        f"https://id.gs1.org/01/{LYCHEE}",
        f"HTTPS://brand.example/shop/01/{LYCHEE}",
        f"{LYCHEE[1]} {LYCHEE[2:8]} {LYCHEE[8:]}",
    ],
)
def test_whatever_names_a_product_leads_to_its_page(client: Any, code: str) -> None:
    answer = client.get("/", query_string={"code": code})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/v/01/{LYCHEE}")


def test_a_whole_label_leads_to_the_item_with_its_expiry(client: Any) -> None:
    answer = client.get("/", query_string={"code": f"(01){LYCHEE}(17)271231(10)A/1(21)K7M2Q9", "lang": "fr"})
    assert answer.headers["Location"] == f"/v/01/{LYCHEE}/10/A%2F1/21/K7M2Q9?17=271231&lang=fr"


@pytest.mark.parametrize(("code", "place"), [("9521001000018", 13), ("(01)09521001000018", 18), ("xyz", 1)])
def test_a_code_that_is_wrong_is_shown_with_the_place(client: Any, code: str, place: int) -> None:
    answer = client.get("/", query_string={"code": code, "lang": "en"})
    assert answer.status_code == 400
    assert f"Wrong from here: character {place}" in answer.text
    assert f"<mark>{code[place - 1]}</mark>" in answer.text
    assert f'value="{code}"' in answer.text


@pytest.mark.parametrize("code", ["<script>alert(1)</script>", "x" * 5000, "\u202e95", "(01)" * 300, "https://[::1", "http://a/01/%zz"])
def test_no_code_causes_a_fault_or_runs(client: Any, code: str) -> None:
    answer = client.get("/", query_string={"code": code})
    assert answer.status_code == 400
    assert "<script" not in answer.text


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/nope", "GET", 404, "api.no-such-resource"),
        ("/sign-in", "DELETE", 405, "api.no-such-method"),
        ("/console/places", "POST", 401, "party.sign-in-needed"),
    ],
)
@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_a_refusal_is_a_page_with_words_a_remedy_and_a_way_back(
    client: Any, path: str, method: str, status: int, code: str, language: str
) -> None:
    answer = client.open(f"{path}?lang={language}", method=method, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert f"/handbook/errors?lang={language}#{code}" in answer.text
    remedy = typeset(catalogue()[code][f"do_{language}"].split("{")[0].split("`")[0], language)
    assert remedy.strip() in html.unescape(answer.text)
    assert f'href="/?lang={language}"' in answer.text


def test_somebody_signed_in_goes_back_to_the_console(client: Any, on: Runtime) -> None:
    signed_in(client, on, make_enterprise(on))
    assert '<a class="button button--quiet" href="/console">' in client.get("/nope").text


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_every_code_stands_in_the_handbook_with_an_anchor(client: Any, language: str) -> None:
    page = client.get(f"/handbook/errors?lang={language}").text
    assert set(re.findall(r'<tr id="([^"]+)">', page)) == set(catalogue())


@pytest.mark.parametrize("name", ["nope", "../README", "a%2Fb", "A", "x" * 300])
def test_a_page_the_handbook_does_not_have_is_not_found(client: Any, name: str) -> None:
    assert client.get(f"/handbook/{name}").status_code == 404


def test_every_page_of_the_handbook_opens(client: Any) -> None:
    for chapter in handbook.chapters("en"):
        assert chapter.title in client.get(f"/handbook/{chapter.name}?lang=en").text


def test_a_page_of_the_handbook_cannot_carry_a_script() -> None:
    told = handbook.render("# Scan\n\n<script>alert(1)</script> [go](javascript:alert(1)) [next](label.vi.md#sheet) | a |", "vi")
    assert "<script" not in told
    assert 'href="javascript' not in told
    assert '<a href="/handbook/label?lang=vi#sheet">next</a>' in told


@pytest.mark.parametrize("path", ["/console", "/console?q=v%E1%BA%A3i", "/v/01/1?17=2#a", "/a/b.c"])
def test_a_path_of_ours_is_followed(path: str) -> None:
    assert show.local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [None, "", "console", "//evil.example", "///evil", "/\\evil", "https://evil.example", "javascript:x", "/a b", "/\x00", "/\u2028"],
)
def test_a_path_that_leads_elsewhere_is_not_followed(path: str | None) -> None:
    assert show.local_path(path) == "/console"


@given(st.text())
def test_a_followed_path_never_leaves_the_site(text: str) -> None:
    found = show.local_path(text)
    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("at", "offset", "shown"),
    [
        (datetime(2026, 6, 12, 12, 30, tzinfo=UTC), "+07:00", "12/06/2026 19:30 +07:00"),
        (datetime(2026, 6, 12, 20, 30, tzinfo=UTC), "+07:00", "13/06/2026 03:30 +07:00"),
        ("2026-06-13T09:40:00+09:00", "+09:00", "13/06/2026 09:40 +09:00"),
        ("2026-06-12T19:30:00.000+07:00", "-05:30", "12/06/2026 07:00 -05:30"),
    ],
)
def test_an_instant_is_shown_at_its_own_offset(at: datetime | str, offset: str, shown: str) -> None:
    assert show.instant(at, offset) == shown


def test_an_instant_without_offset_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="offset"):
        show.instant("2026-06-12T19:30:00")


@pytest.mark.parametrize(("day", "shown"), [("2026-06-12", "12/06/2026"), ("", ""), (None, ""), ("soon", "soon")])
def test_a_day_is_shown_day_first(day: str | None, shown: str) -> None:
    assert show.day(day) == shown


@pytest.mark.parametrize(
    ("language", "shown"),
    [("vi", ("1.234.567,5", "999", "-1.000", "12,5\u00a0kg")), ("en", ("1,234,567.5", "999", "-1,000", "12.5\u00a0kg")),
     ("fr", ("1\u202f234\u202f567,5", "999", "-1\u202f000", "12,5\u00a0kg"))],
)  # fmt: skip
def test_figures_have_the_separators_of_the_language(app: Any, language: str, shown: tuple[str, ...]) -> None:
    with app.test_request_context(f"/?lang={language}"):
        told = (show.number("1234567.5"), show.number(999), show.number(-1000), show.amount("12.5", "KGM"))
    assert told == shown


def test_a_unit_without_words_shows_its_code(app: Any) -> None:
    with app.test_request_context("/?lang=en"):
        assert (show.amount(3, "XBX"), show.amount(3, None)) == ("3\u00a0XBX", "3")


def test_the_style_is_small_enough_for_a_slow_line() -> None:
    sizes = {name: len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in ("truyxuat.css", "tokens.css", "favicon.svg")}
    assert sizes["truyxuat.css"] <= 12_000
    assert sizes["tokens.css"] < 2_000
    assert sizes["favicon.svg"] < 1_000


def test_the_style_fetches_nothing_from_elsewhere() -> None:
    for name in ("truyxuat.css", "tokens.css"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert not re.search(r"url\(|@import|https?:", text), name


def test_every_colour_that_is_used_is_a_token() -> None:
    used = set(re.findall(r"var\((--[\w-]+)\)", (STATIC / "truyxuat.css").read_text(encoding="utf-8")))
    told = set(re.findall(r"(--[\w-]+):", (STATIC / "tokens.css").read_text(encoding="utf-8")))
    assert used - told == set()


@pytest.mark.parametrize(
    ("verdict", "tone"),
    [
        ("recalled", "bad"),
        ("suspicious", "warn"),
        ("expired", "bad"),
        ("cannot_check", "none"),
        ("verified", "ok"),
        ("registered_only", "info"),
        ("unknown", "none"),
    ],
)
def test_a_badge_tells_a_verdict_with_shape_and_word(app: Any, verdict: str, tone: str) -> None:
    with app.test_request_context("/"):
        macros = app.jinja_env.get_template("macros.html").module
        told = {
            name: str(macros.badge(name, "lời"))
            for name in ("verified", "suspicious", "recalled", "expired", "unknown", "cannot_check", "registered")
        }
        badge = str(macros.badge(verdict, "lời"))
    assert f"badge--{tone}" in badge
    assert "lời</span>" in badge
    shapes = [re.findall(r' d="([^"]+)"', each)[0] for each in told.values()]
    assert len(set(shapes)) == 7


def test_words_in_macros_are_shown_and_not_run(app: Any) -> None:
    with app.test_request_context("/"):
        macros = app.jinja_env.get_template("macros.html").module
        for told in (
            macros.badge("ok", "<b>"),
            macros.notice("bad", "<b>"),
            macros.empty("box", "<b>", "<b>"),
            macros.table("<b>", ["<b>"], [["<b>"]]),
        ):
            assert "<b>" not in str(told)
            assert "&lt;b&gt;" in str(told)


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("09521002000016", "9521002000016"),
        ("00012345000065", "0012345000065"),
        ("00000095200013", "95200013"),
        ("19521002000013", "19521002000013"),
    ],
)
def test_a_gtin_shows_the_digits_under_its_bars(kept: str, shown: str) -> None:
    assert show.shown_gtin(kept) == shown
