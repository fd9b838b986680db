"""What may be registered: each rule at its border, and addresses that people could be misled by."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Finding, Invalid
from app.resolve import linkset, rules
from app.resolve.link_types import TYPES
from app.resolve.links import DEFAULT, VOC, Link, Registration
from app.resolve.negotiate import best, decided, wishes
from app.resolve.plan import Item
from app.resolve.plan import judge as judge_item
from app.resolve.targets import LONGEST, Target, target
from tests.builders import gtin

FRUIT = gtin("952100100001")
HREF = "https://vaihuonggiang.example/vai"


def link(**more: object) -> Link:
    return replace(Link(VOC + "pip", HREF, "Vải"), **more)  # type: ignore[arg-type]  # the test says which


def said(*links: Link, **more: object) -> Registration:
    found = Registration((("01", FRUIT),), "Vải thiều", Link(DEFAULT, HREF, "Vải"), links)
    return replace(found, **more)  # type: ignore[arg-type]  # the test says which


def codes(registration: Registration, how: rules.Strictness = rules.STRICT) -> list[str]:
    return [finding.code.removeprefix("resolve.") for finding in rules.judge(registration, how).findings]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (f"/01/{FRUIT}", (("01", FRUIT),)),
        (f"/01/{FRUIT[1:]}/", (("01", FRUIT),)),
        (FRUIT[1:], (("01", FRUIT),)),
        (f"https://any.example/stem/01/{FRUIT}/10/A%2F1", (("01", FRUIT), ("10", "A/1"))),
        (f"(01){FRUIT}(21)S1", (("01", FRUIT), ("21", "S1"))),
        ("/00/195210020000000013", (("00", "195210020000000013"),)),
        (f"/01/{FRUIT}/235/ABC", (("01", FRUIT), ("235", "ABC"))),
        (f"/01/{FRUIT}/22/V/10/L", (("01", FRUIT), ("22", "V"), ("10", "L"))),
        ("/8004/9521ASSET%2F1", (("8004", "9521ASSET/1"),)),
    ],
)
def test_a_key_is_read_in_every_spelling(text: str, path: tuple[tuple[str, str], ...]) -> None:
    assert rules.read_path(text) == path


@pytest.mark.parametrize(
    "text",
    [
        f"/01/{FRUIT}/10/L/21/S", f"/01/{FRUIT}/22/V/21/S", f"/01/{FRUIT}/235/A/10/L", f"/01/{FRUIT}?17=270101",
        "/8006/095210010000170101/10/L/21/S",
        f"/01/{FRUIT}?15=270101", "/01/123", "", "/", "urn:uuid:1",
    ],
)  # fmt: skip
def test_levels_at_which_nothing_is_registered_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        rules.read_path(text)


def test_texts_are_composed_trimmed_and_of_one_line() -> None:
    found = rules.judge(said(description="  Va\u0309i  ")).registration
    assert found.description == "Vải"
    assert codes(said(description="")) == ["text-length"]
    assert codes(said(description="x" * 200)) == []
    assert codes(said(description="x" * 201)) == ["text-length"]
    assert codes(said(description="a\nb")) == ["text-character"]
    assert codes(said(description="a\u202eb")) == ["text-character"]


def test_every_link_type_of_gs1_is_taken_but_the_default() -> None:
    assert [name for name in TYPES if codes(said(link(rel=VOC + name)))] == ["defaultLink"]
    assert codes(said(link(rel="gs1:pip"))) == []
    assert rules.judge(said(link(rel="http://gs1.org/voc/pip"))).registration.links[0].rel == VOC + "pip"


@pytest.mark.parametrize(
    ("rel", "code"),
    [
        ("alternate", None), ("https://schema.org/sameAs", None), ("gs1:pipp", "link-type-unknown"), ("pip", "link-type-duplicates"),
        ("https://other.example/voc/pip", "link-type-duplicates"), ("Alternate", "link-type-form"),
        ("https://x.example/a-b", "link-type-form"),
        ("", "link-type-form"), ("anchor", "link-type-form"), ("two words", "link-type-form"), ("gs1:defaultLink", "default-among-links"),
    ],
)  # fmt: skip
def test_other_link_types_have_a_form_and_a_name_of_their_own(rel: str, code: str | None) -> None:
    assert codes(said(link(rel=rel))) == ([code] if code else [])


def test_an_unknown_name_of_gs1_and_a_repetition_only_make_a_remark_in_the_operator_s_file() -> None:
    registration = said(link(rel="gs1:madeLater"), link(), link())
    assert codes(registration) == ["link-type-unknown", "link-twice"]
    judged = rules.judge(registration, rules.FILES)
    assert (judged.findings, {remark.code for remark in judged.remarks}) == ((), {"resolve.link-type-unknown", "resolve.link-twice"})


def test_a_type_that_is_out_of_use_is_taken_with_a_remark() -> None:
    remarks = rules.judge(said(link(rel="gs1:productSustainabilityInfo"))).remarks
    assert [remark.code for remark in remarks] == ["resolve.link-type-deprecated"]


def test_languages_media_types_and_contexts_have_their_form() -> None:
    judged = rules.judge(said(link(hreflang=("VI", "fr_ca", "vi"), type="Text/HTML", context=("VN",))))
    kept = judged.registration.links[0]
    assert (kept.hreflang, kept.type, kept.context, judged.findings) == (("vi", "fr-CA"), "text/html", ("VN",), ())
    assert codes(said(link(hreflang=("vie", "vi-")))) == ["language", "language"]
    assert codes(said(link(type="html"))) == ["media-type"]
    assert codes(said(link(hreflang=("vi",) * 21))) == ["too-many-words"]
    assert codes(said(link(context=("\0",)))) == ["text-character"]


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("zh-Hant-TW", "zh-Hant-TW"), ("ZH_hant_tw", "zh-Hant-TW"), ("zh-hant", "zh-Hant"), ("hmn", "hmn"), ("es-419", "es-419"),
        ("zh-cmn-Hans-CN", "zh-cmn-Hans-CN"), ("sl-rozaj-biske", "sl-rozaj-biske"), ("de-ch-1996", "de-CH-1996"),
        ("en-US-u-CA-gregory", "en-US-u-ca-gregory"), ("x-Nha-Toi", "x-nha-toi"), ("I-KLINGON", "i-klingon"), ("en-gb-OED", "en-GB-oed"),
        ("en-x-" + "-".join(["abcdefgh"] * 6), "en-x-" + "-".join(["abcdefgh"] * 6)),
    ],
)  # fmt: skip
def test_every_language_tag_of_bcp_47_is_kept_whole_with_a_remark(text: str, tag: str) -> None:
    judged = rules.judge(said(link(hreflang=(text,))))
    assert judged.registration.links[0].hreflang == (tag,)
    assert [each.code for each in judged.findings] == []
    assert "resolve.language-narrowed" in [each.code for each in judged.remarks]


@pytest.mark.parametrize(
    "text",
    ["", "v", "vie", "vietnamese", "tiếng Việt", "vi--VN", "vi-VN-", "zh-Hant-Hant", "de-1996-1996", "en-a-bb-a-cc", "en-u", "x", "x-",
     "en-x-" + "-".join(["abcdefgh"] * 7), "es-4199-", "١٢"],
)  # fmt: skip
def test_what_is_no_language_tag_is_refused(text: str) -> None:
    assert codes(said(link(hreflang=(text,)))) == ["language"]


@given(st.from_regex(r"[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-([a-zA-Z]{2}|[0-9]{3}))?(-[0-9][a-zA-Z0-9]{3})?", fullmatch=True))
def test_a_tag_that_was_kept_is_kept_again_unchanged(text: str) -> None:
    (kept,) = rules.judge(said(link(hreflang=(text,)))).registration.links[0].hreflang or (None,)
    if kept is not None:
        assert kept.lower() == text.lower()
        assert rules.judge(said(link(hreflang=(kept,)))).registration.links[0].hreflang == (kept,)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("text/html; charset=utf-8", "text/html; charset=utf-8"), ("Text/HTML;CharSet=UTF-8 ;", "text/html; charset=UTF-8"),
        ('application/pdf; title="a;b \\" c"', 'application/pdf; title="a;b \\" c"'),
        ("application/ld+json ; profile=x;version=1", "application/ld+json; profile=x; version=1"),
    ],
)  # fmt: skip
def test_a_media_type_keeps_its_parameters_with_a_remark(text: str, kept: str) -> None:
    judged = rules.judge(said(link(type=text)))
    assert (judged.registration.links[0].type, judged.findings) == (kept, ())
    assert "resolve.media-type-parameters" in [each.code for each in judged.remarks]
    assert rules.judge(judged.registration).registration == judged.registration


@pytest.mark.parametrize(
    "text",
    ["text/html; charset", "text/html; charset=", "text/html charset=utf-8", 'text/html; a="b', "text/html; a=b c", "text/html; a=đ",
     "; charset=utf-8", "text/html; a=" + "x" * 200],
)  # fmt: skip
def test_a_broken_parameter_is_refused(text: str) -> None:
    assert codes(said(link(type=text))) == ["media-type"]


def test_a_link_in_a_long_language_tag_is_told_shortly_and_found_by_the_whole_tag() -> None:
    tags = ("zh-Hant-TW", "zh-Hans", "es-419", "hmn")
    kept = [rules.judge(said(link(hreflang=(tag,), type="text/html; charset=utf-8"))).registration.links[0] for tag in tags]
    told = linkset.document([said(*kept)], "https://example.test")["linkset"][0][VOC + "pip"]
    assert [each.get("hreflang") for each in told] == [["zh"], ["zh"], ["es"], None]
    for header, tag in (("zh-Hant-TW-x-a, en", "zh-Hant-TW"), ("zh-hans-cn", "zh-Hans"), ("es-419", "es-419"), ("hmn;q=0.2", "hmn")):
        assert [each.hreflang for each in best(kept, wishes("text/html", header))] == [(tag,)]
    assert decided(kept[:1], wishes("text/html;q=0.9, application/pdf;q=0.1", "zh-Hant-TW")) == kept[0]


def test_a_key_has_two_hundred_links_at_most() -> None:
    many = [link(href=f"{HREF}/{number}") for number in range(201)]
    assert codes(said(*many[:200])) == []
    assert codes(said(*many)) == ["too-many-links"]


@pytest.mark.parametrize(
    ("ai", "value", "kind"), [("01", FRUIT, "pip"), ("414", "9521001000000", "locationInfo"), ("00", "1", "traceability")]
)
def test_the_default_is_described_by_the_type_of_its_key(ai: str, value: str, kind: str) -> None:
    found = rules.described(said(path=((ai, value),)))
    assert found.links == (Link(VOC + kind, HREF, "Vải"),)
    assert rules.described(found) == found


GOOD = [
    ("https://a.example", "https://a.example", "a.example"),
    ("HTTPS://A.Example:443/X?y=1#z", "https://a.example/X?y=1#z", "a.example"),
    ("http://a.example:8080/", "http://a.example:8080/", "a.example:8080"),
    ("https://đặcsản.example/vải", "https://xn--csn-fma2b2x53a.example/v%E1%BA%A3i", None),
    ("https://a.example/%2F?x=%41|b", "https://a.example/%2F?x=%41%7Cb", "a.example"),
    ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/", "[2001:db8::1]:8443"),
    ("https://192.0.2.7/", "https://192.0.2.7/", "192.0.2.7"),
]


@pytest.mark.parametrize(("text", "href", "host"), GOOD)
def test_an_address_is_kept_in_ascii_with_its_host_in_lower_case(text: str, href: str, host: str | None) -> None:
    found = target(text)
    assert isinstance(found, Target)
    if host is None:
        assert found.host.startswith("xn--")
        assert found.href.endswith("/v%E1%BA%A3i")
    else:
        assert found == (href, host)


BAD = {
    "": "address-missing", "javascript:alert(1)": "address-scheme", "//a.example/": "address-scheme", "/vai": "address-scheme",
    "ftp://a.example/": "address-scheme", "https://": "address-host", "https://user@a.example/": "address-sign-in",
    "https://a.example@b.example/": "address-sign-in", "https://a b.example/": "address-character",
    "https://a.example/\r\nX: 1": "address-character",
    "https://a.example/\u202e": "address-character", "https://a.example/%0d%0aX": "address-character",
    "https://a.example/%zz": "address-character",
    "https://a.example\\@b.example/": "address-character", "https://127.1/": "address-host", "https://0x7f000001/": "address-host",
    "https://-a.example/": "address-host", "https://a..example/": "address-host", "https://a.example:0/": "address-host",
    "https://a.example:99999/": "address-host", "https://[::1/": "address-host", "https://xn--a.example/": None,
    "https://a.example/" + "x" * LONGEST: "address-long",
}  # fmt: skip


@pytest.mark.parametrize("text", BAD)
def test_an_address_that_could_mislead_is_refused(text: str) -> None:
    found = target(text)
    wanted = BAD[text]
    if wanted is not None:
        assert isinstance(found, Finding)
        assert found.code == f"resolve.{wanted}"


def test_the_longest_address_is_taken_and_one_more_is_not() -> None:
    start = "https://a.example/"
    assert isinstance(target(start + "x" * (LONGEST - len(start))), Target)
    assert isinstance(target(start + "x" * (LONGEST - len(start) + 1)), Finding)


@given(st.text(max_size=40).map(lambda text: "https://" + text) | st.text(max_size=30).map(lambda text: "https://a.example/" + text))
def test_whatever_is_taken_is_taken_again_unchanged_and_names_its_host(text: str) -> None:
    found = target(text)
    if isinstance(found, Target):
        assert target(found.href) == found
        assert found.href.isascii()
        assert json.dumps(found.href).isprintable()
        assert urlsplit(found.href).netloc == found.host


def item_codes(item: Item) -> tuple[list[str], list[str]]:
    """Codes of findings and of remarks, without the ones that every default link gets."""
    found = [[each.code.removeprefix("resolve.") for each in part] for part in (item.findings, item.remarks)]
    return found[0], [code for code in found[1] if code not in {"default-undescribed", "address-plain"}]


@pytest.mark.parametrize(
    "address",
    [
        "https://localhost/", "http://localhost:8080/x", "https://a.localhost/", "https://com/", "https://com.vn/", "https://192.0.2.7/",
        "https://192.0.2.7:8443/", "https://[2001:db8::1]/", "https://intranet/",
    ],
)  # fmt: skip
def test_a_host_that_nobody_can_prove_is_refused_and_told_to_the_operator(address: str) -> None:
    item = Item(said(link(href=address), default=Link(DEFAULT, address, "Vải")))
    tenants, operators = judge_item(item, 7), judge_item(item, 0)
    assert item_codes(tenants) == (["address-unprovable"] * 2, [])
    assert [each.pointer for each in tenants.findings] == ["/default/href", "/links/0/href"]
    assert item_codes(operators) == ([], ["address-unprovable"] * 2)


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        (f"https://id.example/v/01/{FRUIT}", True), ("HTTPS://ID.Example:443/v/414/9521001000000?x=1#y", True),
        (f"https://id.example/01/{FRUIT}", False), (f"https://ID.EXAMPLE.:443/01/{FRUIT}/10/A", False), ("https://id.example/", False),
        ("https://id.example", False), (f"http://id.example/01/{FRUIT}", False), ("https://id.example/leaving/01/x", False),
        ("https://id.example/sign-in", False), ("https://id.example/console", False), ("https://id.example/api/links", False),
        ("https://id.example/static/x.css", False), ("https://id.example/handbook", False), ("https://id.example/verify", False),
        (f"https://id.example/v/../01/{FRUIT}", False), (f"https://id.example/v/%2e%2e/01/{FRUIT}", False),
        (f"https://id.example/v/..%2F01/{FRUIT}", False), (f"https://id.example//v/01/{FRUIT}", False),
        (f"https://www.id.example/01/{FRUIT}", True), (f"https://id.example:8443/01/{FRUIT}", True),
    ],
)  # fmt: skip
def test_of_our_own_host_only_verification_pages_are_linked_to(address: str, fits: bool) -> None:
    for party_id in (0, 7):
        item = judge_item(Item(said(default=Link(DEFAULT, address, "Vải"))), party_id, "id.example")
        assert item_codes(item)[0] == ([] if fits else ["address-own"])


def test_our_own_host_needs_no_proof_even_when_it_is_a_number() -> None:
    item = judge_item(Item(said(default=Link(DEFAULT, f"http://127.0.0.1:8000/v/01/{FRUIT}", "Vải"))), 7, "127.0.0.1:8000")
    assert item_codes(item) == ([], [])
