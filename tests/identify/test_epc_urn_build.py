from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.identify import digital_link, epc_urn
from app.identify.item_key import item_key, key_of_path
from app.identify.refusals import NoEpcUrn, NotAnEpcUrn, RawBits, WrongCheckDigit, WrongLength, WrongPath, WrongPrefixLength
from tests.identify import strategies
from tests.identify.attempts import attempt
from tests.identify.test_epc_urn import CANONICAL

GTIN = "09521234543213"
GLN = "9521234000051"
Path = tuple[tuple[str, str], ...]


def numbers(longest: int) -> st.SearchStrategy[str]:
    return st.integers(1, 10**longest - 1).map(str)


PREFIXED = strategies.text(18, 0).map(lambda rest: "952123454321" + rest)
GSRNS = strategies.with_check_digit(strategies.digits(14).map(lambda rest: "952" + rest))
GSINS = strategies.with_check_digit(strategies.digits(13).map(lambda rest: "952" + rest))
CPIDS = strategies.text(17, 1, strategies.CSET39).map(lambda rest: "952123454321" + rest)
ITIPS = st.tuples(strategies.gtins, st.integers(1, 99), st.integers(1, 99)).map(
    lambda parts: f"{parts[0]}{min(parts[1:]):02}{max(parts[1:]):02}"
)
PATHS: dict[str, st.SearchStrategy[Path]] = {
    "id:sgtin": st.tuples(st.tuples(st.just("01"), strategies.gtins), st.tuples(st.just("21"), strategies.serials)),
    "id:upui": st.tuples(st.tuples(st.just("01"), strategies.gtins), st.tuples(st.just("235"), strategies.text(28))),
    "class:lgtin": st.tuples(st.tuples(st.just("01"), strategies.gtins), st.tuples(st.just("10"), strategies.serials)),
    "idpat:sgtin": st.tuples(st.tuples(st.just("01"), strategies.gtins)),
    "id:sscc": st.tuples(st.tuples(st.just("00"), strategies.ssccs)),
    "id:sgln": st.tuples(st.tuples(st.just("414"), strategies.glns)),
    "id:sgln:": st.tuples(st.tuples(st.just("414"), strategies.glns), st.tuples(st.just("254"), strategies.serials)),
    "id:pgln": st.tuples(st.tuples(st.just("417"), strategies.glns)),
    "id:grai": st.tuples(st.tuples(st.just("8003"), st.builds("0{}{}".format, strategies.glns, strategies.text(16)))),
    "idpat:grai": st.tuples(st.tuples(st.just("8003"), strategies.glns.map("0{}".format))),
    "id:giai": st.tuples(st.tuples(st.just("8004"), PREFIXED)),
    "id:gsrn": st.tuples(st.tuples(st.just("8018"), GSRNS)),
    "id:gsrnp": st.tuples(st.tuples(st.just("8017"), GSRNS)),
    "id:gdti": st.tuples(st.tuples(st.just("253"), st.builds("{}{}".format, strategies.glns, strategies.text(17)))),
    "idpat:gdti": st.tuples(st.tuples(st.just("253"), strategies.glns)),
    "id:sgcn": st.tuples(st.tuples(st.just("255"), st.builds("{}{}".format, strategies.glns, strategies.text(12, 1, string.digits)))),
    "idpat:sgcn": st.tuples(st.tuples(st.just("255"), strategies.glns)),
    "id:cpi": st.tuples(st.tuples(st.just("8010"), CPIDS), st.tuples(st.just("8011"), numbers(12))),
    "idpat:cpi": st.tuples(st.tuples(st.just("8010"), CPIDS)),
    "id:ginc": st.tuples(st.tuples(st.just("401"), PREFIXED)),
    "id:gsin": st.tuples(st.tuples(st.just("402"), GSINS)),
    "id:itip": st.tuples(st.tuples(st.just("8006"), ITIPS), st.tuples(st.just("21"), strategies.serials)),
    "idpat:itip": st.tuples(st.tuples(st.just("8006"), ITIPS)),
}


@pytest.mark.parametrize(("urn", "canonical"), [pair for pair in CANONICAL if ":idpat:upui:" not in pair[0]])
def test_a_urn_comes_back_from_its_canonical_link(urn: str, canonical: str) -> None:
    length = epc_urn.stated_length(urn)
    assert length is not None
    assert epc_urn.build(digital_link.parse(canonical).path, prefix_length=length) == urn


@pytest.mark.parametrize("scheme", sorted(PATHS))
@given(st.data(), strategies.prefix_lengths)
def test_every_path_comes_back_from_its_urn_with_every_prefix(scheme: str, data: st.DataObject, length: int) -> None:
    path = data.draw(PATHS[scheme])
    urn = attempt(lambda: epc_urn.build(path, prefix_length=length))
    if not isinstance(urn, str):  # nothing is left behind the prefix
        assert isinstance(urn, WrongPrefixLength)
        assert len(path[0][1]) == length
        return
    assert urn.startswith(f"urn:epc:{scheme.rstrip(':')}:")
    assert epc_urn.stated_length(urn) == length
    same = path[:1] if path[1:] == (("254", "0"),) else path
    found = epc_urn.to_canonical(urn)
    assert digital_link.parse(found).path == same
    assert digital_link.canonical(digital_link.parse(found)) == digital_link.build(same)
    assert epc_urn.build(same, prefix_length=length) == urn
    assert item_key(urn) == key_of_path(path)


@pytest.mark.parametrize("scheme", ["id:sgtin", "class:lgtin", "id:sscc", "id:sgln", "id:grai", "id:gsrn", "id:gdti", "id:sgcn", "id:gsin"])
@given(st.data(), strategies.prefix_lengths)
def test_a_digit_too_many_or_too_few_is_refused(scheme: str, data: st.DataObject, length: int) -> None:
    urn = epc_urn.build(data.draw(PATHS[scheme]), prefix_length=length)
    start = len(f"urn:epc:{scheme}:")
    prefix, reference, *instance = urn[start:].split(".", 2)
    place = data.draw(st.integers(0, len(prefix + reference) - 1))
    digits = prefix + reference
    for changed in (digits[:place] + digits[place + 1 :], digits[:place] + "0" + digits[place:]):
        for cut in (length, len(changed) - len(reference)):
            wrong = urn[:start] + ".".join((changed[:cut], changed[cut:], *instance))
            with pytest.raises(NotAnEpcUrn):
                epc_urn.to_canonical(wrong)


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ((("01", GTIN), ("22", "V"), ("10", "L"), ("21", "S")), "auto", "urn:epc:id:sgtin:9521234.054321.S"),
        ((("01", GTIN), ("10", "L"), ("21", "S")), "class", "urn:epc:class:lgtin:9521234.054321.L"),
        ((("01", GTIN), ("22", "V"), ("10", "L")), "auto", "urn:epc:class:lgtin:9521234.054321.L"),
        ((("01", GTIN), ("10", "L"), ("21", "S")), "idpat", "urn:epc:idpat:sgtin:9521234.054321.*"),
        ((("01", GTIN), ("22", "V")), "idpat", "urn:epc:idpat:sgtin:9521234.054321.*"),
        ((("01", GTIN), ("235", "T")), "idpat", "urn:epc:idpat:upui:9521234.054321.*"),
        ((("8003", f"0{GLN}S"),), "idpat", "urn:epc:idpat:grai:9521234.00005.*"),
        ((("01", GTIN), ("21", '"%&/<>?!()')), "id", "urn:epc:id:sgtin:9521234.054321.%22%25%26%2F%3C%3E%3F!()"),
        ((("8010", "9521234A#/-1"), ("8011", "7")), "id", "urn:epc:id:cpi:9521234.A%23%2F-1.7"),
        ((("8006", f"{GTIN}0102"), ("10", "L"), ("21", "S")), "auto", "urn:epc:id:itip:9521234.054321.01.02.S"),
        ((("01", GTIN[1:]), ("21", "S")), "auto", "urn:epc:id:sgtin:9521234.054321.S"),
    ],
)
def test_the_kind_decides_what_of_a_path_is_said(path: Path, kind: str, expected: str) -> None:
    assert epc_urn.build(path, prefix_length=7, kind=kind) == expected


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ((("01", GTIN), ("22", "V")), "auto"),
        ((("01", GTIN),), "id"),
        ((("01", GTIN), ("21", "S")), "class"),
        ((("01", GTIN), ("21", "S")), "tag"),
        ((("00", "395212341111111118"),), "idpat"),
        ((("414", GLN),), "idpat"),
        ((("414", GLN), ("7040", "1ABC")), "auto"),
        ((("415", GLN), ("8020", "R")), "auto"),
        ((("417", GLN), ("7040", "1ABC")), "auto"),
        ((("8004", "9521234A"), ("7040", "1ABC")), "auto"),
        ((("8006", f"{GTIN}0102"), ("10", "L")), "auto"),
        ((("8006", f"{GTIN}0102"), ("10", "L")), "class"),
        ((("8013", "1987654Ad4X4bL5ttr2310c2K"),), "auto"),
        ((("8018", "952123400000067652"), ("8019", "2")), "auto"),
    ],
)
def test_what_has_no_urn_is_refused_with_its_path(path: Path, kind: str) -> None:
    with pytest.raises(NoEpcUrn) as refused:
        epc_urn.build(path, prefix_length=7, kind=kind)
    assert refused.value.params == {"path": "/".join(ai for ai, _ in path), "kind": kind, "position": 0}


@pytest.mark.parametrize("length", [-1, 0, 5, 13, 14])
@pytest.mark.parametrize("path", [(("01", GTIN), ("21", "S")), (("8004", "95212345432101234"),)])
def test_a_prefix_has_six_to_twelve_digits(path: Path, length: int) -> None:
    with pytest.raises(WrongPrefixLength):
        epc_urn.build(path, prefix_length=length)
    assert epc_urn.build(path, prefix_length=6)
    assert epc_urn.build(path, prefix_length=12)


@pytest.mark.parametrize(("value", "length"), [("9521234A", 8), ("9521234", 7), ("9521A", 6)])
def test_a_prefix_is_digits_with_something_behind_it(value: str, length: int) -> None:
    with pytest.raises(WrongPrefixLength):
        epc_urn.build((("8004", value),), prefix_length=length)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ((), WrongPath),
        ((("21", "S"), ("01", GTIN)), WrongPath),
        ((("01", GTIN), ("21", "S"), ("10", "L")), WrongPath),
        ((("99", "A"),), WrongPath),
        ((("01", "09521234543214"),), WrongCheckDigit),
        ((("01", GTIN), ("21", "S" * 21)), WrongLength),
        ((("00", "3"),), WrongLength),
    ],
)
def test_a_wrong_path_has_no_urn(path: Path, kind: type[Invalid]) -> None:
    with pytest.raises(kind):
        epc_urn.build(path, prefix_length=7)


TAGS = [
    ("urn:epc:tag:sgtin-96:3.9521234.054321.6789", "urn:epc:id:sgtin:9521234.054321.6789"),
    ("urn:epc:tag:sgtin-96:0.9521234.054321.0", "urn:epc:id:sgtin:9521234.054321.0"),
    ("urn:epc:tag:sgtin-96:1.9521234.054321.274877906943", "urn:epc:id:sgtin:9521234.054321.274877906943"),
    ("urn:epc:tag:[att=x01]:sgtin-96:3.9521234.054321.6789", "urn:epc:id:sgtin:9521234.054321.6789"),
    ("urn:epc:tag:sgtin-198:3.9521234.054321.00a%2F", "urn:epc:id:sgtin:9521234.054321.00a%2F"),
    ("urn:epc:tag:sscc-96:7.9521234.3111111111", "urn:epc:id:sscc:9521234.3111111111"),
    ("urn:epc:tag:sgln-96:3.9521234.00005.0", "urn:epc:id:sgln:9521234.00005.0"),
    ("urn:epc:tag:sgln-96:3.9521234.00005.2199023255551", "urn:epc:id:sgln:9521234.00005.2199023255551"),
    ("urn:epc:tag:sgln-195:3.9521234.00005.A", "urn:epc:id:sgln:9521234.00005.A"),
    ("urn:epc:tag:grai-96:3.952123400005..5678", "urn:epc:id:grai:952123400005..5678"),
    ("urn:epc:tag:grai-170:3.9521234.00005.A5", "urn:epc:id:grai:9521234.00005.A5"),
    ("urn:epc:tag:giai-96:3.952123400005.4398046511103", "urn:epc:id:giai:952123400005.4398046511103"),
    ("urn:epc:tag:giai-202:3.9521234.A%2F", "urn:epc:id:giai:9521234.A%2F"),
    ("urn:epc:tag:gsrn-96:3.9521234.0000006765", "urn:epc:id:gsrn:9521234.0000006765"),
    ("urn:epc:tag:gsrnp-96:3.9521234.0000006765", "urn:epc:id:gsrnp:9521234.0000006765"),
    ("urn:epc:tag:gdti-96:3.9521234.00005.7", "urn:epc:id:gdti:9521234.00005.7"),
    ("urn:epc:tag:gdti-113:3.9521234.00005.007", "urn:epc:id:gdti:9521234.00005.007"),
    ("urn:epc:tag:gdti-174:3.9521234.00005.PO-7", "urn:epc:id:gdti:9521234.00005.PO-7"),
    ("urn:epc:tag:cpi-96:3.952123400005.2047.2147483647", "urn:epc:id:cpi:952123400005.2047.2147483647"),
    ("urn:epc:tag:cpi-var:3.9521234.A-1%23.999999999999", "urn:epc:id:cpi:9521234.A-1%23.999999999999"),
    ("urn:epc:tag:sgcn-96:3.9521234.00005.0042", "urn:epc:id:sgcn:9521234.00005.0042"),
    ("urn:epc:tag:itip-110:3.9521234.054321.01.02.987", "urn:epc:id:itip:9521234.054321.01.02.987"),
    ("urn:epc:tag:itip-212:3.9521234.054321.01.02.A", "urn:epc:id:itip:9521234.054321.01.02.A"),
]


@pytest.mark.parametrize(("tag", "pure"), TAGS)
def test_a_tag_uri_is_its_pure_identity(tag: str, pure: str) -> None:
    assert epc_urn.to_canonical(tag) == epc_urn.to_canonical(pure)
    assert epc_urn.stated_length(tag) == epc_urn.stated_length(pure)
    assert item_key(tag) == item_key(pure)


@pytest.mark.parametrize(
    ("urn", "position"),
    [
        ("urn:epc:tag:", 8),
        ("urn:epc:tag:sgtin-97:3.9521234.054321.1", 12),
        ("urn:epc:tag:gid-96:95100000.12345.400", 12),
        ("urn:epc:tag:sgtin-96:8.9521234.054321.1", 21),
        ("urn:epc:tag:sgtin-96:9521234.054321.1", 21),
        ("urn:epc:tag:sgtin-96:3.9521234.05432.1", 31),
        ("urn:epc:tag:sgtin-96:3.9521234.054321.01", 38),
        ("urn:epc:tag:sgtin-96:3.9521234.054321.A", 38),
        ("urn:epc:tag:sgtin-96:3.9521234.054321.274877906944", 38),
        ("urn:epc:tag:sgln-96:3.9521234.00005.2199023255552", 36),
        ("urn:epc:tag:giai-96:3.952123400005.4398046511104", 35),
        ("urn:epc:tag:giai-96:3.9521234.A", 30),
        ("urn:epc:tag:gdti-113:3.9521234.00005.A", 37),
        ("urn:epc:tag:cpi-96:3.952123400005.2048.1", 34),
        ("urn:epc:tag:cpi-96:3.9521234.2047.2147483648", 34),
        ("urn:epc:tag:itip-110:3.9521234.054321.01.02.0987", 44),
    ],
)
def test_a_tag_uri_that_its_tag_cannot_hold_is_refused_with_the_place(urn: str, position: int) -> None:
    with pytest.raises(NotAnEpcUrn) as refused:
        epc_urn.to_canonical(urn)
    assert refused.value.params["position"] == position
    assert epc_urn.stated_length(urn) is None


def test_raw_bits_are_refused_in_their_own_words() -> None:
    with pytest.raises(RawBits) as refused:
        epc_urn.to_canonical("urn:epc:raw:96.x00B0")
    assert refused.value.params["position"] == 8
    assert epc_urn.stated_length("urn:epc:raw:96.x00B0") is None


@pytest.mark.parametrize("rest", ["pgln:952123400005..", "pgln:952123400005..X", "sscc:9521234.3111111111."])
def test_nothing_stands_behind_a_key_without_instance(rest: str) -> None:
    with pytest.raises(NotAnEpcUrn):
        epc_urn.to_canonical(f"urn:epc:id:{rest}")


@given(
    st.sampled_from(TAGS).flatmap(
        lambda pair: st.tuples(st.integers(0, len(pair[0])), st.text(".:-0123456789%[]=x", max_size=3), st.integers(0, 3)).map(
            lambda change: pair[0][: change[0]] + change[1] + pair[0][change[0] + change[2] :]
        )
    )
    | st.text(max_size=30).map("urn:epc:tag:{}".format)
    | st.text(max_size=30).map("urn:epc:raw:{}".format)
)
def test_no_tag_uri_raises_anything_but_a_refusal_with_a_place(text: str) -> None:
    found = attempt(lambda: epc_urn.to_canonical(text))
    if isinstance(found, str):
        assert found.startswith("https://id.gs1.org/")
        assert epc_urn.stated_length(text)
    else:
        assert isinstance(found, NotAnEpcUrn)
        assert 0 <= found.params["position"] <= len(text)
        assert epc_urn.stated_length(text) is None
