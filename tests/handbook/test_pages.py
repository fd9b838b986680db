"""The pages: complete in three languages, alike, linked, and shown by the server."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest

from app.web import handbook
from app.words.translate import typeset
from tests.handbook import pages


def test_every_page_of_the_folder_is_known_and_every_known_page_is_there() -> None:
    assert [chapter.name for chapter in handbook.chapters("vi")] == list(pages.NAMES)


@pytest.mark.parametrize("name", pages.NAMES)
def test_a_page_has_the_same_headings_tables_and_code_in_every_language(name: str) -> None:
    shapes = {
        language: (
            [heading.split(" ")[0] for heading in pages.headings(name, language)],
            [len(row) for row in pages.rows(pages.prose(name, language))],
            pages.blocks(name, language),
            [drawn for _, drawn in pages.pictures(name, language)],
        )
        for language in pages.LANGUAGES
    }
    assert shapes["vi"] == shapes["en"] == shapes["fr"]


@pytest.mark.parametrize(("name", "language"), pages.EVERY)
def test_a_page_is_composed_text_without_words_that_promise_too_much(name: str, language: str) -> None:
    body = pages.text(name, language)
    assert unicodedata.is_normalized("NFC", body)
    assert "@@" not in body
    assert not re.search(r"genuine|authentique|hàng thật|893\d", body, re.IGNORECASE)


@pytest.mark.parametrize(("name", "language"), pages.EVERY)
def test_every_link_leads_to_a_page_of_the_same_language(name: str, language: str) -> None:
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)]+)\)", pages.prose(name, language))
    known = {pages.file_name(each, language) for each in pages.NAMES} | {"/handbook/errors"}
    assert [link for link in links if link not in known] == []


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_server_shows_every_page_in_the_readers_language(client: Any, language: str) -> None:
    for name in pages.NAMES:
        answer = client.get(f"/handbook/{name}?lang={language}")
        assert answer.status_code == 200
        assert f'<article class="prose" lang="{language}">' in answer.text
        title = typeset(pages.headings(name, language)[0].removeprefix("# "), language)
        assert f"<h1>{title}</h1>" in answer.text


def test_no_line_of_a_french_page_begins_with_a_colon() -> None:
    assert "ce programme\u00a0:</p>" in handbook.chapter("printing", "fr").html
    assert not re.search(
        r" [:;?!»]", re.sub(r"<(code|pre)\b.*?</\1>|<[^>]*>", "", handbook.chapter("printing", "fr").html, flags=re.DOTALL)
    )


def test_a_link_between_pages_keeps_the_language(client: Any) -> None:
    assert 'href="/handbook/verdicts?lang=fr"' in client.get("/handbook/index?lang=fr").text


def test_the_contents_list_the_pages_in_reading_order(client: Any) -> None:
    shown = re.findall(r'href="/handbook/([a-z-]+)\?lang=en"', client.get("/handbook?lang=en").text)
    assert shown == [*pages.NAMES, "errors"]


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_glossary_explains_at_least_forty_words(language: str) -> None:
    assert len(pages.rows(pages.prose("glossary", language))) >= 40
    three = [row[:3] for row in pages.rows(pages.prose("glossary", language))]
    assert three == [row[:3] for row in pages.rows(pages.prose("glossary", "en"))]
