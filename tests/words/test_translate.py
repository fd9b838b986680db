"""Sentences: filled, never interpreted; a language is chosen as the visitor asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.words.translate import choose_language, fill, translator


def test_places_are_filled_and_missing_ones_show_their_name() -> None:
    assert fill("{a} và {b}", {"a": 1}) == "1 và {b}"
    assert fill("{a}", {"a": None}) == ""


@given(st.text())
def test_a_value_is_only_inserted(value: str) -> None:
    assert fill("«{value}»", {"value": value}) == f"«{value}»"


@pytest.mark.parametrize("value", ["{a.__class__}", "{0}", "{", "}", "%s", "{a!r:>1000}"])
def test_a_value_is_never_interpreted(value: str) -> None:
    assert fill("{a}", {"a": value}) == value


def test_a_missing_key_shows_itself() -> None:
    t = translator("vi")
    assert t("no.such-key") == "no.such-key"
    assert not t.has("no.such-key")


def test_an_unknown_language_is_vietnamese() -> None:
    assert translator("de").language == "vi"


@pytest.mark.parametrize(("wish", "accept", "chosen"), [
    (None, None, "vi"), ("en", "fr", "en"), ("xx", "fr", "fr"), ("", "", "vi"), (None, "fr-CA, en;q=0.5", "fr"),
    (None, "en;q=0.5, fr", "fr"),
    (None, "de, en;q=0.1", "en"), (None, "de", "vi"), (None, "*", "vi"), (None, "en;q=0", "vi"), (None, "en;q=nan", "vi"),
    (None, "en;q=x, fr;q=0.1", "fr"),
    (None, "EN-us", "en"), (None, ";;;,,=", "vi"), (None, "en;q=", "vi"), (None, "vi, en", "vi"), (None, "x," * 50 + "en", "vi"),
    ("EN", None, "vi"),
])  # fmt: skip
def test_the_language_is_the_wish_then_the_browser_s_then_the_house_s(wish: str | None, accept: str | None, chosen: str) -> None:
    assert choose_language(wish, accept) == chosen


@given(st.text(max_size=60))
def test_no_header_is_a_fault(header: str) -> None:
    assert choose_language(None, header) in {"vi", "en", "fr"}
