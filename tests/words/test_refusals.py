"""Words of refusals: every code in three languages, with the place and the remedy."""

from __future__ import annotations

import re

import pytest

from app.capture.refusals import DuplicateKey
from app.errors import Finding, Refusal
from app.words.refusals import catalogue, describe, describe_finding
from scanner.refusals import NotAnImage


class Unworded(Refusal):
    """A refusal whose code nobody has found words for."""

    code = "test.no-words"


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_a_refusal_says_what_happened_and_what_to_do(language: str) -> None:
    detail, remedy = describe(DuplicateKey(pointer="/a", key="action"), language)
    assert "action" in detail
    assert remedy
    assert {detail, remedy} & set(catalogue()) == set()


def test_a_code_without_words_shows_itself() -> None:
    assert describe(Unworded(), "vi") == ("test.no-words", "test.no-words")


def test_a_finding_tells_place_value_and_event_only_when_it_has_them() -> None:
    told = describe_finding(Finding("shape.missing", "/epcisBody", None, {"field": "epcisBody"}), "en")
    assert set(told) == {"code", "pointer", "message", "remedy"}
    told = describe_finding(Finding("shape.missing", "/epcisBody/eventList/3", 7, {"field": "x"}, 4), "en")
    assert (told["event"], told["value"]) == (4, 7)


def test_braces_in_what_was_sent_stay_what_they_are() -> None:
    detail, _ = describe(DuplicateKey(pointer="/a", key="{params}{0}"), "en")
    assert "{params}{0}" in detail


LANGUAGES = ("vi", "en", "fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_without_a_name_leaves_no_hole_in_the_sentence(language: str) -> None:
    detail, _ = describe(NotAnImage(name=""), language)
    assert "  " not in detail
    assert detail.startswith({"vi": "Tệp không phải", "en": "The file is not", "fr": "Le fichier n'est pas"}[language])
    assert "  x" in describe(NotAnImage(name="a  x"), language)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_document_is_named_where_a_pointer_is_empty(language: str) -> None:
    root = {"vi": "gốc của tài liệu", "en": "the root of the document", "fr": "la racine du document"}[language]
    assert root in describe(DuplicateKey(pointer="", key="type"), language)[0]
    told = describe_finding(Finding("shape.missing", "", None, {"field": "type"}), language)
    assert (root in told["message"], told["pointer"]) == (True, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_any_code_quotes_nothing_when_the_place_is_the_whole(language: str) -> None:
    for code, words in catalogue().items():
        told = describe_finding(Finding(code), language)["message"]
        if "{pointer}" in words[language]:
            assert not re.search(r"«\s*»|“\s*”|\(\s*\)|  ", told), code
