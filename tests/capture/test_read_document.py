"""Reading a document: what is accepted, what is refused, and that two readers never disagree."""

from __future__ import annotations

import math
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.read_document import LARGEST, loads
from app.capture.refusals import (
    DuplicateKey,
    IntegerTooLarge,
    LoneSurrogate,
    MalformedJson,
    NotUtf8,
    NulCharacter,
    NumberNotFinite,
    TooDeep,
)
from app.errors import Invalid
from tests.capture import strict_json

SENTENCES = tomllib.loads(files("schemas").joinpath("errors.toml").read_text("utf-8"))


def refused(raw: bytes) -> Invalid:
    """The refusal; it must have its sentence in each language."""
    with pytest.raises(Invalid) as caught:
        loads(raw)
    for language in ("vi", "en", "fr", "do_vi", "do_en", "do_fr"):
        SENTENCES[caught.value.code][language].format_map({**caught.value.params, "pointer": caught.value.pointer})
    return caught.value


def test_a_clean_document_is_read() -> None:
    raw = '{"type":"ObjectEvent","note":"lô số một","quantity":1.5,"ok":[true,false,null,-3]}'.encode()
    assert loads(raw) == {"type": "ObjectEvent", "note": "lô số một", "quantity": 1.5, "ok": [True, False, None, -3]}


def test_a_byte_order_mark_is_tolerated_once() -> None:
    assert loads(b'\xef\xbb\xbf{"a":1}') == {"a": 1}
    assert isinstance(refused(b"\xef\xbb\xbf\xef\xbb\xbf{}"), MalformedJson)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "latin-1"])
def test_another_encoding_is_refused(encoding: str) -> None:
    assert isinstance(refused('{"name":"nếu"}'.replace("ế", "é").encode(encoding)), NotUtf8 | NulCharacter)


def test_bytes_that_are_not_utf8_are_refused_with_their_place() -> None:
    refusal = refused(b'{"a":\n "\xc3\xa9\xff"}')
    assert isinstance(refusal, NotUtf8)
    assert refusal.params == {"line": 2, "column": 4}


def test_a_surrogate_in_utf8_bytes_is_refused() -> None:
    assert isinstance(refused(b'["\xed\xa0\x80"]'), NotUtf8)


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        (b"", 1, 1),
        (b'{"a":1;}', 1, 7),
        (b'{"a":\n[1 2]}', 2, 4),
        (b'{"a":"x\ty"}', 1, 8),
        (b"[01]", 1, 3),
        (b"{} {}", 1, 4),
        (b"['a']", 1, 2),
    ],
)
def test_malformed_text_is_refused_with_line_and_column(raw: bytes, line: int, column: int) -> None:
    refusal = refused(raw)
    assert isinstance(refusal, MalformedJson)
    assert (refusal.params["line"], refusal.params["column"]) == (line, column)


@pytest.mark.parametrize(
    "raw", [b'{"x":[0,{"a":1,"b":2,"a":3}]}', rb'{"x":[0,{"a":1,"b":":","\u0061":3}]}', rb'{"x":[0,{"a":1,"a":"\u003a"}]}']
)
def test_a_key_named_twice_is_refused_with_the_object_and_the_key(raw: bytes) -> None:
    refusal = refused(raw)
    assert isinstance(refusal, DuplicateKey)
    assert (refusal.pointer, refusal.params["key"]) == ("/x/1", "a")


def test_the_same_key_in_two_objects_is_no_duplicate() -> None:
    assert loads(rb'[{"a":"\u003a"},{"a":2},{"A":3,"a":4}]') == [{"a": ":"}, {"a": 2}, {"A": 3, "a": 4}]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e309", "-1e400", "1" * 310 + ".5"])
def test_a_number_that_is_not_finite_is_refused(number: str) -> None:
    refusal = refused(f'{{"v":[{number}]}}'.encode())
    assert isinstance(refusal, NumberNotFinite)
    assert refusal.pointer == "/v/0"


@pytest.mark.parametrize("number", [LARGEST, -LARGEST, 10**15, 0])
def test_an_integer_up_to_the_largest_is_kept(number: int) -> None:
    assert loads(f"[{number}]".encode()) == [number]


@pytest.mark.parametrize("digits", [str(LARGEST + 1), str(-LARGEST - 1), str(2**63), str(2**64), "1" + "0" * 300, "1" + "0" * 5000])
def test_an_integer_beyond_the_largest_is_refused(digits: str) -> None:
    refusal = refused(f'{{"a~/b":{digits}}}'.encode())
    assert isinstance(refusal, IntegerTooLarge)
    assert refusal.pointer == "/a~0~1b"
    assert len(refusal.params["number"]) <= 60


@pytest.mark.parametrize("number", ["25.300000000000000001", "0.00000000000000000001", "1e20", "12345678901234567890.5", "-0"])
def test_a_decimal_may_have_more_digits_than_an_integer(number: str) -> None:
    assert loads(f"[{number}]".encode()) == [float(number)]


def nested(depth: int, opening: str = "[", closing: str = "]") -> bytes:
    return (opening * depth + "1" + closing * depth).encode()


def test_thirty_two_levels_are_read_and_thirty_three_are_refused() -> None:
    loads(nested(32))
    loads(nested(32, '{"a":', "}"))
    refusal = refused(nested(33, '{"a":', "}"))
    assert isinstance(refusal, TooDeep)
    assert refusal.pointer == "/a" * 32
    assert isinstance(refused(nested(33)), TooDeep)


def test_a_hundred_thousand_levels_are_refused_not_fatal() -> None:
    assert isinstance(refused(nested(100_000)), TooDeep)
    assert isinstance(refused(b"[" * 100_000), TooDeep)


def test_brackets_in_texts_are_no_levels() -> None:
    text = "[{" * 40 + '\\"' + "\\\\"
    assert loads(f'["{text}",[1]]'.encode()) == ["[{" * 40 + '"\\', [1]]


@pytest.mark.parametrize("text", [r"\ud83d", r"a\udc00b", r"\ud83dA", r"\udc00\ud83d"])
def test_half_a_surrogate_pair_is_refused(text: str) -> None:
    refusal = refused(f'{{"v":["{text}"]}}'.encode())
    assert isinstance(refusal, LoneSurrogate)
    assert refusal.pointer == "/v/0"
    refusal.params["text"].encode("utf-8")
    in_key = refused(f'{{"v":{{"{text}":1}}}}'.encode())
    assert isinstance(in_key, LoneSurrogate)
    assert in_key.pointer == "/v"


def test_a_whole_surrogate_pair_is_read() -> None:
    assert loads(rb'["\ud83d\ude00"]') == ["\U0001f600"]


@pytest.mark.parametrize(("raw", "pointer"), [(rb'{"v":["a\u0000b"]}', "/v/0"), (rb'{"v":{"\u0000":1}}', "/v"), (b'{"v":"a\0b"}', "")])
def test_nul_is_refused_in_values_and_keys(raw: bytes, pointer: str) -> None:
    refusal = refused(raw)
    assert isinstance(refusal, NulCharacter)
    assert refusal.pointer == pointer
    assert "\0" not in refusal.params["text"]


def test_an_escaped_backslash_before_zeros_is_no_nul() -> None:
    assert loads(rb'["\\u0000"]') == [r"\u0000"]


def test_a_long_key_over_many_members_costs_no_time_per_member() -> None:
    """A pointer built for each value would copy this key 100,000 times: 20 GB."""
    raw = b'{"' + b"k" * 200_000 + rb'":[' + b'"\\u003a",' * 100_000 + b"1]}"
    assert len(loads(raw)["k" * 200_000]) == 100_001


# ---------------------------------------------------------------- two readers agree

SPELLINGS = [
    '"type"', '"a"', '"\\u0061"', '"\\u003a"', '"\\\\u0000"', '"\\u0000"', '"\\ud800"', '"\\ud83d\\ude00"', '"\\\\"', '"\\""', '":"',
    '"[{"', '"é"', '"\U0001f600"', '""', '"\\/"', '"1234567890123456789"', '"a\\\\\\"b"',
]  # fmt: skip
NUMBERS = [
    "0", "-0", "1", "-1.5", "1e5", "1E+5", "9007199254740991", "9007199254740992", "-9007199254740992", "0.1234567890123456789", "1e308",
    "1e309", "12345678901234567890", "12345678901234567.0", "01", "1.", ".5", "+1", "NaN", "Infinity", "1e0000000000000000001",
]  # fmt: skip
BLANKS = st.sampled_from(["", "", "", " ", "\n\t", "\r\n"])


def spelled(item: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lists and objects around spelled values, blanks anywhere, keys that may come twice."""
    member = st.tuples(BLANKS, st.sampled_from(SPELLINGS), BLANKS, item).map(lambda part: f"{part[0]}{part[1]}{part[2]}:{part[3]}")
    lists = st.lists(item, max_size=4).map(lambda parts: f"[{','.join(parts)}]")
    objects = st.lists(member, max_size=5).map(lambda parts: "{" + ",".join(parts) + "}")
    return st.tuples(BLANKS, st.one_of(lists, objects), BLANKS).map("".join)


CLEAN_LEAVES = ["0", "1.5", "true", "null", *SPELLINGS[:5], *SPELLINGS[7:]]
LEAVES = st.one_of(st.sampled_from(CLEAN_LEAVES), st.sampled_from(CLEAN_LEAVES), st.sampled_from([*SPELLINGS, *NUMBERS, "false", "nul"]))
DOCUMENTS = st.recursive(LEAVES, spelled, max_leaves=25)


@st.composite
def bytes_of_documents(draw: st.DrawFn) -> bytes:
    """Documents, some deep, some damaged by a replaced, lost or doubled byte."""
    raw = draw(DOCUMENTS).encode()
    depth = draw(st.sampled_from([0, 0, 0, 26, 28, 30, 31, 32, 33]))
    raw = b"[" * depth + raw + b"]" * depth
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(raw)))
        piece = draw(
            st.sampled_from([b"", b'"', b"\\", b"{", b"]", b":", b",", b"\xff", b"\xe1\xbb", b"\0", b"5", b"\x1f", b"\xef\xbb\xbf"])
        )
        raw = raw[:at] + piece + raw[at + draw(st.integers(0, 2)) :]
    return raw


def same(left: Any, right: Any) -> bool:
    """Equal with equal types: 1 is not 1.0 and not True."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float):
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    return bool(left == right)


@given(bytes_of_documents())
def test_the_quick_reader_and_a_simple_strict_reader_agree(raw: bytes) -> None:
    try:
        expected = strict_json.read(raw)
    except strict_json.NotStrictError:
        refused(raw)
    else:
        assert same(loads(raw), expected)
