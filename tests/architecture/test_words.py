"""Pages and commands speak Vietnamese, English and French alike, and every sentence is used."""

from __future__ import annotations

import re
import unicodedata

import pytest

from tests.architecture import source
from tests.architecture.codes import placeholders
from tests.architecture.sentences import LANGUAGES, asked, quoted, words

# Letters of these words always carry marks in correct writing; bare, they were typed without.
BARE = {
    "vi": {"khong", "duoc", "nguoi", "truoc", "kiem", "xuat", "nguon", "pham", "thuong", "nhung", "duong", "chuyen", "quyen", "nghiep"},
    "fr": {"numero", "etiquette", "evenement", "evenements", "donnees", "deja", "apres", "systeme", "verifie", "verifier", "caractere"},
}
PROMISES = re.compile(r"\bgenuine\b|hàng thật|chính hãng", re.IGNORECASE)


def _sentences(language: str) -> dict[str, str]:
    """Everything a person may read in a language: words of pages, errors and remedies."""
    found = dict(words(language))
    for code, told in source.error_catalogue().items():
        found |= {f"errors.toml {code} {key}": told[key] for key in (language, f"do_{language}") if key in told}
    return found


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_keys(language: str) -> None:
    assert sorted(set(words(language)) ^ set(words("vi"))) == []


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_has_the_same_parameters(language: str) -> None:
    shared = set(words("vi")) & set(words(language))
    assert sorted(key for key in shared if placeholders(words("vi")[key]) != placeholders(words(language)[key])) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_a_text_with_something_in_it(language: str) -> None:
    assert [key for key, sentence in words(language).items() if not isinstance(sentence, str) or not sentence.strip()] == []


def test_every_key_that_is_asked_for_exists() -> None:
    known = words("vi")
    missing = {pattern: place for pattern, place in asked().items() if not any(re.fullmatch(pattern, key) for key in known)}
    assert missing == {}


def test_every_key_is_used_somewhere() -> None:
    patterns = [re.compile(pattern) for pattern in asked() if pattern != ".+"]
    assert sorted(key for key in words("vi") if key not in quoted() and not any(each.fullmatch(key) for each in patterns)) == []


@pytest.mark.parametrize("language", ["vi", "fr"])
def test_no_word_has_lost_its_marks(language: str) -> None:
    bare = {
        key: sorted(found)
        for key, sentence in _sentences(language).items()
        if (found := BARE[language] & set(re.findall(r"(?<![\w./:-])[^\W\d_]+(?![\w/:-]|\.\w)", sentence.lower())))
    }
    assert bare == {}


def test_vietnamese_sentences_look_vietnamese() -> None:
    # Four words in a row of plain letters only, and not one letter with a mark: nobody writes Vietnamese like that on purpose.
    plain = [
        key
        for key, sentence in _sentences("vi").items()
        if sentence.isascii() and re.search(r"(?:\b[a-z]{2,}\b[ ,.;]+){4}", re.sub(r"`[^`]*`|\{\w+\}", "", sentence))
    ]
    assert plain == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_composed_unicode(language: str) -> None:
    assert [key for key, sentence in _sentences(language).items() if not unicodedata.is_normalized("NFC", sentence)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_promises_that_goods_are_authentic(language: str) -> None:
    assert [key for key, sentence in _sentences(language).items() if PROMISES.search(sentence)] == []


def test_no_page_promises_that_goods_are_authentic() -> None:
    pages = [
        path for path, text in source.text_files() if path.parts[0] == "app" and path.suffix in {".html", ".js"} and PROMISES.search(text)
    ]
    assert pages == []
