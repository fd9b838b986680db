"""Words of refusals: every code in three languages, with the place and the remedy."""

from __future__ import annotations

import pytest

from app.capture.refusals import DuplicateKey
from app.errors import Finding, Refusal
from app.words.refusals import catalogue, describe, describe_finding


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
