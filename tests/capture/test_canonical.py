"""Canonical JSON: the fast path writes exactly what RFC 8785 asks for."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from app.capture import canonical

SAFE = 2**53 - 1
KEYS = st.text(st.sampled_from('ab\u00e9đ\ufb33\ue000\U0001f600"\\\n'), max_size=4) | st.text(max_size=6)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 1.0, 1e16, 1e21, 1e-7, 1e-6, 12.5, 5e-324, 1.7976931348623157e308])
    | KEYS
    | st.sampled_from(["1e5", "1.0", '"1.0', "\\", "a\\", "1.0,", "e", "\x7f", "\u2028"])
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25)


@given(JSON)
@example({"\U0001f600": 1, "\ufb33": 2})
@example({"a": 1.0, "b": "x\\"})
@example(["\\", 1e21, '"'])
@example({"q": 12.5, "text": "1e5"})
def test_the_bytes_are_those_of_the_rfc(value: Any) -> None:
    assert canonical.jcs(value) == rfc8785.dumps(value)


@given(st.text())
def test_the_bytes_of_a_text_are_those_of_the_rfc(value: str) -> None:
    assert canonical.text(value) == rfc8785.dumps(value)


def test_the_example_of_the_rfc() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical.jcs(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_an_event_of_every_day_takes_the_fast_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(value: object) -> bytes:
        raise AssertionError(value)

    monkeypatch.setattr(rfc8785, "dumps", refuse)
    event = {"type": "ObjectEvent", "quantity": 12.5, "ex:ghiChú": "Vải thiều 1e5, 2.0\n", "n": [1, -2, 0.001]}
    assert canonical.jcs(event).startswith(b'{"ex:ghi')


@pytest.mark.parametrize(
    "value",
    [
        SAFE + 1,
        -SAFE - 1,
        {"a": [2**64]},
        math.nan,
        [math.inf],
        "\ud800",
        {"\udfff": 1},
        {1: 2},
        b"bytes",
        Decimal("1.5"),
        object(),
        {"a": {1, 2}},
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.jcs(value)


def test_a_text_with_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.text("\ud800")


def test_the_largest_safe_integers_are_written() -> None:
    assert canonical.jcs([SAFE, -SAFE]) == b"[9007199254740991,-9007199254740991]"


def test_endless_nesting_is_refused() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(canonical.NotCanonical):
        canonical.jcs(value)
