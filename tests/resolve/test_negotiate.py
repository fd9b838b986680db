"""Which link a request means: languages by lookup, media types by specificity, and headers of any kind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.resolve import negotiate
from app.resolve.links import Link
from app.resolve.negotiate import Range, best, decided, languages, media, wishes

VI, EN, EN_GB, PT_BR, NONE = (
    Link("x", f"https://a.example/{tag}", tag, "text/html", (tag,) if tag else ()) for tag in ("vi", "en", "en-GB", "pt-BR", "")
)
PDF, PAGE, DATA, ANY = (
    Link("x", f"https://a.example/{kind}", "t", kind or None) for kind in ("application/pdf", "text/html", "application/json", "")
)

tags = st.from_regex(r"[a-z]{2}(-[A-Z]{2})?", fullmatch=True)
qualities = st.sampled_from(["", ";q=0", ";q=0.5", ";q=1", ";q=0.001", "; q=0.9", ";q=2", ";q=nan"])
language_headers = st.lists(st.tuples(st.one_of(tags, st.just("*")), qualities).map("".join), max_size=5).map(", ".join)
kinds = st.sampled_from(
    ["text/html", "application/pdf", "application/json", "application/linkset+json", "text/*", "*/*", "image/png", "x", ""]
)
accept_headers = st.lists(st.tuples(kinds, qualities).map("".join), max_size=5).map(",".join)
links = st.lists(
    st.builds(
        Link,
        st.just("x"),
        st.integers(0, 99).map("https://a.example/{}".format),
        st.just("t"),
        st.sampled_from([None, "text/html", "application/pdf", "application/json"]),
        st.lists(tags, max_size=2).map(tuple),
        st.lists(st.sampled_from(["VN", "EU"]), max_size=2).map(tuple),
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("vi", [VI]),
        ("VI-VN", [VI]),
        ("en-GB", [EN_GB]),
        ("en-US", [EN]),
        ("en-GB-x-cockney", [EN_GB]),
        ("pt", [PT_BR]),
        ("pt-PT, en;q=0.2", [EN]),
        ("en;q=0.2, vi;q=0.3", [VI]),
        ("fr, *;q=0.1", [NONE]),
        ("fr", [NONE]),
        ("en;q=0, en-GB", [EN_GB]),
    ],
)
def test_a_language_is_found_by_lookup(header: str, found: list[Link]) -> None:
    assert best([VI, EN, EN_GB, PT_BR, NONE], wishes(None, header)) == found


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("application/pdf", [PDF]),
        ("text/html,application/xhtml+xml,*/*;q=0.8", [PAGE]),
        ("*/*;q=0.1, application/*;q=0.2", [PDF, DATA]),
        ("application/*;q=0.9, application/pdf;q=0.1", [DATA]),
        ("application/json;profile=x;q=1.000", [DATA]),
        ("image/png", [ANY]),
        ("*/*", [ANY]),
        ("undefined", [ANY]),
        ("text/html;q=0, application/*;q=0", [ANY]),
    ],
)
def test_a_media_type_is_weighed_by_the_most_specific_range(header: str, found: list[Link]) -> None:
    assert best([PDF, PAGE, DATA, ANY], wishes(header, None)) == found


def test_a_default_is_only_left_for_what_was_asked_for() -> None:
    several = [VI, EN, DATA]
    assert decided(several, wishes("text/html,*/*;q=0.8", "vi-VN,en;q=0.5")) == VI
    assert decided(several, wishes(None, "ko")) is None
    assert decided(several, wishes(None, "*")) is None
    assert decided(several, wishes(None, None)) is None
    assert decided([VI, VI], wishes(None, "vi")) is None
    assert decided(several, wishes("text/html,*/*;q=0.8", "ko")) is None


@pytest.mark.parametrize(
    ("header", "form", "linkset", "data", "page"),
    [
        ("", negotiate.LINKSET, False, False, False),
        ("*/*", negotiate.LINKSET, False, False, False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", negotiate.HTML, False, False, True),
        ("application/linkset+json", negotiate.LINKSET, True, False, False),
        ("application/linkset+json;q=0.4, text/html", negotiate.HTML, False, False, True),
        ("application/linkset+json, text/html", negotiate.LINKSET, True, False, True),
        ("application/json, text/plain, */*", negotiate.LINKSET, False, True, False),
        ("application/json", negotiate.JSON, False, True, False),
        ("application/json, text/html", negotiate.HTML, False, False, True),
        ("application/ld+json;q=0.9, text/html;q=0.8", negotiate.JSON_LD, False, True, False),
        ("application/json;q=0, */*", negotiate.LINKSET, False, False, False),
        ("image/png", negotiate.LINKSET, False, False, False),
    ],
)
def test_the_form_of_an_answer_is_what_is_most_welcome(header: str, form: str, linkset: bool, data: bool, page: bool) -> None:
    ranges = media(header)
    assert negotiate.form(ranges) == form
    assert (negotiate.names_linkset(ranges), negotiate.prefers_data(ranges), negotiate.wants_page(ranges)) == (linkset, data, page)


@given(links, accept_headers, language_headers, st.lists(st.sampled_from(["VN", "eu", "", "?"]), max_size=2))
def test_best_keeps_some_of_any_links_and_only_of_them(given_links: list[Link], accept: str, tongues: str, contexts: list[str]) -> None:
    wished = wishes(accept, tongues, contexts)
    left = best(given_links, wished)
    assert bool(left) is bool(given_links)
    assert [link for link in given_links if link in left] == left
    assert best(left, wished) == left, "to choose again changes nothing"
    one = decided(given_links, wished)
    assert one is None or one in given_links


@given(st.permutations([VI, EN, EN_GB, PT_BR, NONE, PDF, DATA]), accept_headers, language_headers)
def test_the_order_of_registration_decides_nothing(order: list[Link], accept: str, tongues: str) -> None:
    wished = wishes(accept, tongues)
    same = best(sorted(order, key=repr), wished)
    assert sorted(map(repr, best(order, wished))) == sorted(map(repr, same))


@given(st.text(max_size=200))
def test_a_header_of_any_text_says_at_most_what_can_be_read(header: str) -> None:
    for found in (languages(header), media(header)):
        assert list(found) == sorted(found, key=lambda each: -each.quality)
        assert all(0 <= each.quality <= 1 and each.value for each in found)


def test_a_header_of_many_items_is_read_to_a_limit() -> None:
    assert len(languages(",".join(["en"] * 5_000))) == 40
    assert languages("fr;q=0.5, vi;q=0.8") == (Range("vi", 0.8), Range("fr", 0.5))
