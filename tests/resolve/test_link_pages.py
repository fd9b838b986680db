"""Pages of links for people: three languages, nothing that runs, and the same links as data."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app.resolve import shown
from app.runtime import Runtime
from app.words.translate import translator
from tests.resolve.scenarios import load, send

ROOT = "https://example.test"
KEY = "/01/09521007000011"
SITE = "https://nhan.example"
LINKS = [
    {"rel": "https://ref.gs1.org/voc/pip", "href": f"{SITE}/vi", "title": "Mật ong", "type": "text/html", "hreflang": ["vi"]},
    {"rel": "https://ref.gs1.org/voc/pip", "href": f"{SITE}/en", "title": "Honey", "type": "text/html", "hreflang": ["en-GB"]},
    {"rel": "https://ref.gs1.org/voc/certificationInfo", "href": f"{SITE}/cn.pdf", "title": 'A"<b>', "type": "application/pdf"},
    {"rel": "https://ref.gs1.org/voc/relatedImage", "href": f"{SITE}/anh", "title": "Ảnh", "type": "image/jpeg", "context": ["VN"]},
]
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def registered(on: Runtime) -> Runtime:
    load(on, [{"path": KEY, "itemDescription": "Mật ong & sen", "default": {"href": SITE, "title": "Mật ong"}, "links": LINKS}])
    return on


def page(app: Any, target: str, tongue: str, status: int) -> str:
    found = send(app, "GET", target, {"Accept": "text/html", "Accept-Language": tongue}, ROOT)
    assert (found.status, found.header("content-language")) == (status, tongue)
    assert found.header("access-control-allow-origin") == "*"
    return found.body.decode()


@pytest.mark.parametrize(
    ("tongue", "words"),
    [
        ("vi", ["Mọi nơi mà mã này dẫn tới", "Thông tin sản phẩm", "Chứng nhận", "Hình ảnh"]),
        ("en", ["Everywhere this code leads", "About this product", "Certificates", "Picture"]),
        ("fr", ["Partout où mène ce code", "À propos de ce produit", "Certificats", "Image"]),
    ],
)
@pytest.mark.usefixtures("registered")
def test_all_links_are_told_in_the_reader_s_language(app: Any, tongue: str, words: list[str]) -> None:
    told = page(app, f"{KEY}?linkType=linkset", tongue, 200)
    assert [word for word in [*words, "Mật ong &amp; sen", "English (GB)", "nhan.example", "PDF", "VN"] if word not in told] == []
    assert "A&#34;&lt;b&gt;" in told
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?! type=\"application/ld\+json\")", told)


@pytest.mark.usefixtures("registered")
def test_a_page_of_links_carries_them_as_data(app: Any) -> None:
    target = f"{KEY}/10/NO?linkType=linkset"
    (embedded,) = DATA.findall(page(app, target, "vi", 200))
    data = json.loads(embedded)
    plain = send(app, "GET", target, {"Accept": "application/linkset+json"}, ROOT).json
    assert data == {"@context": f"{ROOT}/api/linkset-context.jsonld"} | plain


@pytest.mark.usefixtures("registered")
def test_a_page_in_another_language_is_about_the_same_code(app: Any) -> None:
    target = f"{KEY}/10/A%2FB?linkType=linkset"
    (other,) = re.findall(r'href="([^"]+)" hreflang="fr" lang="fr"', page(app, target, "vi", 200))
    assert other == f"{KEY}/10/A%2FB?linkType=linkset&amp;lang=fr"
    assert "Partout où mène ce code" in page(app, other.replace("&amp;", "&"), "fr", 200)


@pytest.mark.usefixtures("registered")
def test_a_choice_shows_what_there_is_to_choose_from(app: Any) -> None:
    found = send(app, "GET", f"{KEY}?linkType=gs1:pip", {"Accept": "text/html"}, ROOT)
    told = found.body.decode()
    assert found.status == 300
    assert (f'href="{SITE}/vi"' in told, f'href="{SITE}/en"' in told, f"{SITE}/cn.pdf" in told) == (True, True, False)


@pytest.mark.usefixtures("registered")
def test_a_link_type_that_is_missing_is_told_with_a_way_on(app: Any) -> None:
    told = page(app, f"{KEY}?linkType=gs1:dpp", "en", 404)
    assert "The code (01)09521007000011 has no link of the type gs1:dpp." in told
    assert "linkType=linkset" in told


def test_the_context_of_link_sets_names_every_word_they_use(client: Any) -> None:
    terms = client.get("/api/linkset-context.jsonld").json["@context"]
    assert {"linkset", "anchor", "itemDescription", "href", "title", "type", "hreflang", "context"} <= set(terms)


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("application/pdf", "PDF"),
        ("application/ld+json", "Data for software"),
        ("video/mp4", "Video"),
        ("text/html; charset=utf-8", ""),
        ("model/gltf", "model/gltf"),
    ],
)
def test_what_opens_is_told_in_words(kind: str, told: str) -> None:
    assert shown.kind_of(kind, translator("en")) == told


def test_a_language_is_told_by_the_name_its_speakers_give_it() -> None:
    assert [shown.language_name(tag) for tag in ("vi", "pt-BR", "zz")] == ["Tiếng Việt", "Português (BR)", "ZZ"]
