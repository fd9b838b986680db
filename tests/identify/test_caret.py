from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identify.caret import point, safe, shown


@pytest.mark.parametrize(
    ("text", "position", "line", "caret"),
    [
        ("(01)95x", 6, "(01)95x", "      ^"),
        ("abc", 0, "abc", "^"),
        ("Vie\u0323\u0302t ố (01)", 9, "Vie\u0323\u0302t ố (01)", "       ^"),
        ("Vie\u0323\u0302t", 3, "Vie\u0323\u0302t", "  ^"),
        ("ế\u0301x", 2, "ế\u0301x", " ^"),
        ("\u0301x", 1, "\u25cc\u0301x", " ^"),
        ("漢字(01)x", 6, "漢字(01)x", "        ^"),
        ("漢字", 1, "漢字", "  ^~"),
        ("01\x1d10", 2, "01␝10", "  ^"),
        ("a\x1b[2J\x7f", 5, "a␛[2J␡", "     ^"),
        ("a\u202eb", 2, "a⟨U+202E⟩b", " " * 9 + "^"),
        ("a\u202eb", 1, "a⟨U+202E⟩b", " ^" + "~" * 7),
        ("a\u00a0b", 2, "a⟨U+00A0⟩b", " " * 9 + "^"),
        ("a\udc80b", 2, "a⟨U+DC80⟩b", " " * 9 + "^"),
        ("a b", 1, "a␣b", " ^"),
        ("a b", 2, "a b", "  ^"),
        ("ab", 2, "ab ", "  ^"),
        ("ab", 99, "ab ", "  ^"),
        ("", 0, " ", "^"),
    ],
)
def test_the_caret_stands_below_the_character_as_the_eye_counts(text: str, position: int, line: str, caret: str) -> None:
    pointed = point(text, position)
    assert (pointed.text, pointed.caret) == (line, caret)


def test_several_wrong_characters_are_underlined() -> None:
    pointed = point("17991399", 4, 2)
    assert (pointed.before, pointed.wrong, pointed.after, pointed.caret) == ("1799", "13", "99", "    ^~")


def test_a_long_text_is_cut_around_the_place_that_is_wrong() -> None:
    pointed = point("a" * 5_000 + "X" + "b" * 5_000, 5_000, columns=40)
    assert pointed.wrong == "X"
    assert len(pointed.text) <= 40
    assert pointed.text.startswith("…")
    assert pointed.text.endswith("…")
    assert pointed.column == pointed.text.index("X")


def test_marks_cannot_be_piled_up_over_other_lines() -> None:
    assert len(shown("a" + "\u0301" * 1_000)) < 12


def test_a_sentence_keeps_the_spaces_its_language_sets() -> None:
    assert safe("numéro\u00a0: \x1b[1m\u200b") == "numéro\u00a0: ␛[1m⟨U+200B⟩"


@given(st.text(), st.integers(0, 60), st.integers(1, 9), st.integers(12, 100) | st.none())
def test_nothing_that_is_shown_steers_a_terminal(text: str, position: int, length: int, columns: int | None) -> None:
    pointed = point(text, position, length, columns=columns)
    bad = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not bad & {unicodedata.category(character) for character in pointed.text + shown(text) + safe(text)}
    assert pointed.wrong
    if columns is not None:
        width = sum(
            0 if unicodedata.category(each) in ("Mn", "Me") else 1 + (unicodedata.east_asian_width(each) in "WF") for each in pointed.text
        )
        assert width <= columns + 10  # the wrong character itself is never broken
