"""Tokens say where an answer goes on, and nothing that was not written by us is taken for one."""

from __future__ import annotations

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.query import tokens
from app.query.refusals import TokenWrong
from app.query.tokens import Token

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
PLACES = st.lists(st.integers(-(2**63), 2**63 - 1) | TEXT, max_size=4).map(tuple)
TOKENS = st.builds(Token, st.integers(0, 2**63 - 1), TEXT, st.lists(st.tuples(TEXT, TEXT), max_size=5).map(tuple), PLACES)


@given(TOKENS)
def test_a_token_that_is_written_is_read_back(token: Token) -> None:
    assert tokens.read(tokens.write(token)) == token


@given(st.text(max_size=80) | st.text("ABCDefgh0123_-=", max_size=80))
def test_other_texts_are_no_tokens(text: str) -> None:
    with pytest.raises(TokenWrong):
        tokens.read(text)


def packed(told: object) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(told).encode())).decode().rstrip("=")


@pytest.mark.parametrize(
    "told",
    [
        [], {}, 1, None, [1, "events", []], [1, "events", [], [], []], ["1", "events", [], []], [1, 2, [], []], [1, "events", [["a"]], []],
        [1, "events", [["a", 1]], []], [1, "events", [], [True]], [1, "events", [], [None]], [1, "events", [], [2**63]],
        [1, "events", [], [1.5]], [1, "events", [], ["\0"]], [1, "events", [["a", "\ud800"]], []], [1, "e\0", [], []],
    ],
)  # fmt: skip
def test_what_is_packed_like_a_token_must_also_be_one(told: object) -> None:
    with pytest.raises(TokenWrong):
        tokens.read(packed(told))


def test_a_token_does_not_grow_without_bound_when_it_is_unpacked() -> None:
    with pytest.raises(TokenWrong):
        tokens.read(packed([1, "events", [["a", "x" * 10_000_000]], []]))


def test_a_token_is_good_for_its_question_and_its_organisation_only() -> None:
    pairs = (("EQ_action", "ADD"), ("EQ_bizStep", "shipping"))
    text = tokens.write(Token(1, "events", pairs, (5,)))
    assert tokens.continued(text, 1, "events", ()) == (pairs, (5,))
    assert tokens.continued(text, 1, "events", pairs[::-1]) == (pairs, (5,))
    assert tokens.continued(None, 1, "events", pairs) == (pairs, None)
    for party_id, asked, given_pairs in ((2, "events", ()), (1, "bizSteps/shipping/events", ()), (1, "events", pairs[:1])):
        with pytest.raises(TokenWrong):
            tokens.continued(text, party_id, asked, given_pairs)


def test_the_key_of_a_token_has_the_form_that_its_answer_needs() -> None:
    assert tokens.numbers((1, 2), 2) == (1, 2)
    assert tokens.numbers(None, 1) is None
    for place in ((1,), ("a", 2), (1, 2, 3)):
        with pytest.raises(TokenWrong):
            tokens.numbers(place, 2)
