from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify import company_prefix, dictionary
from app.identify.company_prefix import (
    NoCompanyPrefix,
    Parts,
    Prefixes,
    PrefixListDoctype,
    PrefixListTooLarge,
    PrefixListUnreadable,
    WrongPrefixEntry,
    split,
)
from app.identify.refusals import WrongPrefixLength
from tests.identify import strategies
from tests.identify.attempts import attempt

KEYS = sorted(ai for ai in dictionary.entries() if company_prefix.begins_at(ai) is not None)
PAIRS = st.sampled_from(KEYS).flatmap(lambda ai: st.tuples(st.just(ai), strategies.values(dictionary.entries()[ai])))


@pytest.mark.parametrize(
    ("ai", "value", "length", "parts"),
    [
        ("01", "19521234543210", 7, Parts("1", "9521234", "54321", "0", "", "")),
        ("01", "09521234543213", 4, Parts("0", "9521", "23454321", "3", "", "")),
        ("01", "09521234543213", 12, Parts("0", "952123454321", "", "3", "", "")),
        ("01", "00614141000012", 7, Parts("0", "0614141", "00001", "2", "", "")),
        ("00", "395212345678901231", 7, Parts("3", "9521234", "567890123", "1", "", "")),
        ("414", "9521234543213", 7, Parts("", "9521234", "54321", "3", "", "")),
        ("414", "9521234543213", 12, Parts("", "952123454321", "", "3", "", "")),
        ("253", "9521234543213DOC", 7, Parts("", "9521234", "54321", "3", "DOC", "")),
        ("8003", "09521234543213KEG", 7, Parts("0", "9521234", "54321", "3", "KEG", "")),
        ("8004", "9521234ASSET", 7, Parts("", "9521234", "ASSET", "", "", "")),
        ("8006", "195212345432100203", 7, Parts("1", "9521234", "54321", "0", "", "0203")),
        ("402", "95212345678901230", 9, Parts("", "952123456", "7890123", "0", "", "")),
        ("8013", "1987654Ad4X4bL5ttr2310c2K", 7, Parts("", "1987654", "Ad4X4bL5ttr2310c", "2K", "", "")),
        ("8018", "952123456789012345", 11, Parts("", "95212345678", "901234", "5", "", "")),
    ],
)
def test_a_key_falls_into_its_parts(ai: str, value: str, length: int, parts: Parts) -> None:
    assert split(ai, value, length) == parts


@given(PAIRS, st.integers(0, 20))
def test_the_parts_of_a_key_make_the_key_again(pair: tuple[str, str], length: int) -> None:
    parts = attempt(lambda: split(*pair, length))
    if isinstance(parts, Refusal):
        assert isinstance(parts, (NoCompanyPrefix, WrongPrefixLength))
    else:
        assert parts.text == pair[1]
        assert len(parts.prefix) == length
        assert parts.prefix.isdigit()


@pytest.mark.parametrize(
    ("ai", "value", "length"),
    [
        ("01", "09521234543213", 3),
        ("01", "09521234543213", 13),
        ("414", "9521234543213", 13),
        ("8004", "9521ASSET", 5),
        ("8004", "9521234", 7),
        ("8013", "9521234AB", 8),
    ],
)
def test_a_length_that_leaves_the_key_or_its_digits_is_refused(ai: str, value: str, length: int) -> None:
    with pytest.raises(WrongPrefixLength) as refused:
        split(ai, value, length)
    assert refused.value.params["found"] == length


@pytest.mark.parametrize(("ai", "value"), [("10", "LOT"), ("01", "00000095200002"), ("02", "10000095200009"), ("9", "9521234")])
def test_what_has_no_company_prefix_is_not_split(ai: str, value: str) -> None:
    with pytest.raises(NoCompanyPrefix):
        split(ai, value, 7)


# ---------------------------------------------------------------- lists of lengths

LENGTHS = {"952": 9, "9521": 7, "95219": 0, "0614141": 7, "061": 10, "952199": 6}


def in_json(lengths: dict[str, int]) -> bytes:
    entries = [{"prefix": prefix, "gcpLength": length} for prefix, length in lengths.items()]
    return json.dumps({"_disclaimer": ["…"], "GCPPrefixFormatList": {"date": "2026-11-01", "entry": entries}}).encode()


def in_xml(lengths: dict[str, int]) -> bytes:
    entries = "".join(f'<entry prefix="{prefix}" gcpLength="{length}"/>' for prefix, length in lengths.items())
    return f'<?xml version="1.0" encoding="utf-8"?><GCPPrefixFormatList date="2026-11-01">{entries}</GCPPrefixFormatList>'.encode()


FORMS = pytest.mark.parametrize("form", [in_json, in_xml])


@FORMS
@pytest.mark.parametrize(
    ("digits", "length"),
    [
        ("9520000000000", 9),
        ("9521234543213", 7),
        ("9521900000000", None),  # listed as issued to no company
        ("9521990000000", 6),
        ("0614141000012", 7),
        ("0611111000012", 10),
        ("9530000000000", None),
        ("9522", 9),
        ("9521ASSET", 7),
        ("9521ASSETNUMBER", 7),
        ("952190ASSETNUMBER", None),
        ("95", None),
        ("", None),
    ],
)
def test_the_longest_entry_decides_the_length(form: Callable[[dict[str, int]], bytes], digits: str, length: int | None) -> None:
    prefixes = Prefixes.read(form(LENGTHS))
    assert prefixes.length_of(digits) == length
    assert (len(prefixes), prefixes.date) == (6, "2026-11-01")


@given(st.dictionaries(st.text("0123456789", min_size=1, max_size=12), st.sampled_from([0, *range(4, 13)]), min_size=1))
def test_both_forms_of_a_list_say_the_same(lengths: dict[str, int]) -> None:
    from_json, from_xml = Prefixes.read(in_json(lengths)), Prefixes.read(in_xml(lengths))
    for prefix in lengths:
        for digits in (prefix, prefix + "0", prefix[:-1], prefix.ljust(13, "0"), prefix.ljust(13, "9"), prefix.ljust(12, "A")):
            longest = max((each for each in lengths if digits.startswith(each)), key=len, default="")
            assert from_json.length_of(digits) == from_xml.length_of(digits) == (lengths.get(longest) or None)


@FORMS
def test_a_list_says_how_long_the_prefix_in_a_key_is(form: Callable[[dict[str, int]], bytes]) -> None:
    prefixes = Prefixes.read(form(LENGTHS))
    assert prefixes.length_in("01", "19521234543210") == 7
    assert prefixes.length_in("8003", "09521234543213KEG") == 7
    assert prefixes.length_in("01", "09530000000000") is None
    assert prefixes.length_in("01", "00000095200002") is None
    assert prefixes.length_in("10", "9521") is None


def test_without_a_list_no_length_is_known() -> None:
    assert Prefixes({}).length_of("9521234543213") is None


def test_issued_prefixes_are_as_long_as_they_are() -> None:
    prefixes = Prefixes.issued(["9521234", "952123456"])
    assert [prefixes.length_of(digits) for digits in ("9521234000000", "9521234569999", "9521111111111")] == [7, 9, None]


@pytest.mark.parametrize("prefix", ["952", "9521234567890", "9521A", "", "٩٥٢١"])
def test_what_cannot_be_a_company_prefix_is_not_issued(prefix: str) -> None:
    with pytest.raises(WrongPrefixEntry) as refused:
        Prefixes.issued(["9521234", prefix])
    assert refused.value.params["entry"] == 2


def test_lengths_may_be_text_and_files_may_begin_with_a_byte_order_mark() -> None:
    raw = b'\xef\xbb\xbf {"GCPPrefixFormatList": {"entry": [{"prefix": "9521", "gcpLength": "7"}]}}'
    assert Prefixes.read(raw).length_of("9521234") == 7
    assert Prefixes.read(b"\xef\xbb\xbf" + in_xml({"9521": 7})).length_of("9521234") == 7


@pytest.mark.parametrize("form", [in_json, in_xml])
@pytest.mark.parametrize("entry", [("9521", 3), ("9521", 13), ("952A", 7), ("", 7), ("9521234567890", 12), ("9521", -7)])
def test_an_entry_that_is_no_prefix_with_a_length_is_refused(form: Callable[[dict[str, int]], bytes], entry: tuple[str, int]) -> None:
    with pytest.raises(WrongPrefixEntry) as refused:
        Prefixes.read(form({"9520": 7, **dict([entry])}))
    assert refused.value.params == {"entry": 2, "prefix": entry[0], "found": str(entry[1])}


@pytest.mark.parametrize(
    "raw",
    [
        b'{"GCPPrefixFormatList": {"entry": [{"prefix": "9521", "gcpLength": 7}, {"prefix": "9521", "gcpLength": 8}]}}',
        b'{"GCPPrefixFormatList": {"entry": [{"prefix": 9521, "gcpLength": 7}]}}',
        b'{"GCPPrefixFormatList": {"entry": [{"prefix": "9521", "gcpLength": 7.0}]}}',
        b'{"GCPPrefixFormatList": {"entry": [{"prefix": "9521", "gcpLength": true}]}}',
        b'{"GCPPrefixFormatList": {"entry": [{"prefix": "\\ud800", "gcpLength": 7}]}}',
        b'{"GCPPrefixFormatList": {"entry": [{"prefix": "9521", "gcpLength": ' + b"9" * 5_000 + b"}]}}",
        b'{"GCPPrefixFormatList": {"entry": [{"gcpLength": 7}]}}',
        b'<GCPPrefixFormatList><entry gcpLength="7"/></GCPPrefixFormatList>',
        b'<GCPPrefixFormatList><entry prefix="9521"/></GCPPrefixFormatList>',
    ],
)
def test_a_wrong_or_contradicting_entry_is_refused_with_words_that_can_be_sent(raw: bytes) -> None:
    with pytest.raises(WrongPrefixEntry) as refused:
        Prefixes.read(raw)
    json.dumps(refused.value.params, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"PK\x03\x04",
        b"{",
        b'{"GCPPrefixFormatList": ',
        b'{"GCPPrefixFormatList": []}',
        b'{"GCPPrefixFormatList": {"entry": {}}}',
        b'{"GCPPrefixFormatList": {"entry": []}}',
        b'{"GCPPrefixFormatList": {"entry": [7]}}',
        b'{"other": 1}',
        b'{"a": ' + b"[" * 100_000,
        b'{"a": "\xff"}',
        b"<GCPPrefixFormatList/>",
        b"<GCPPrefixFormatList>",
        b'<list><entry prefix="9521" gcpLength="7"/></list>',
        b"<GCPPrefixFormatList><GCPPrefixFormatList/></GCPPrefixFormatList>",
        b"<GCPPrefixFormatList>" + b"<a>" * 100_000,
        b'<?xml version="1.0" encoding="no-such-thing"?><GCPPrefixFormatList/>',
        b'<?xml version="1.0" encoding="utf-7"?><GCPPrefixFormatList/>',
        b"<GCPPrefixFormatList>&a;</GCPPrefixFormatList>",
    ],
)
def test_what_is_no_list_is_refused(raw: bytes) -> None:
    with pytest.raises(PrefixListUnreadable) as refused:
        Prefixes.read(raw)
    assert refused.value.params["line"] >= 1
    assert refused.value.params["column"] >= 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding(encoding: str) -> None:
    raw = '<!DOCTYPE l [<!ENTITY a "b">]><GCPPrefixFormatList>&a;</GCPPrefixFormatList>'.encode(encoding)
    with pytest.raises(PrefixListDoctype):
        Prefixes.read(raw)


def test_a_list_beyond_the_largest_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = in_json(LENGTHS)
    monkeypatch.setattr(company_prefix, "MOST_BYTES", len(raw))
    assert len(Prefixes.read(raw)) == len(LENGTHS)
    with pytest.raises(PrefixListTooLarge):
        Prefixes.read(raw + b" ")


@given(st.binary(max_size=200) | st.text("{}[]<>\"':,/ =09GCPentry", max_size=200).map(str.encode))
def test_any_bytes_are_a_list_or_a_refusal(raw: bytes) -> None:
    assert isinstance(attempt(lambda: Prefixes.read(raw)), (Prefixes, Refusal))


def test_every_ai_with_a_prefix_after_its_first_digit_is_a_gtin_or_an_sscc() -> None:
    second = {ai for ai, entry in dictionary.entries().items() if "gcppos2" in entry.components[0].checks}
    assert second == {ai for ai in KEYS if company_prefix.is_gtin(ai)} | {"00"}
