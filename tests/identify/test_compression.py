from __future__ import annotations

import json
import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid, Refusal
from app.identify import compression, dictionary, digital_link, keys
from app.identify.compression_tables import SEQUENCES, Field, ai_lengths, bits_of_digits, bits_of_length, fields
from app.identify.refusals import (
    IllegalInUri,
    NoKey,
    NotADigitalLink,
    NotCompressed,
    NotCompressible,
    Repeated,
    UnknownAi,
    WrongCheckDigit,
)
from tests import SHARED
from tests.identify import strategies
from tests.identify.attempts import attempt

GTIN = "09521234543213"
STEM = "https://a.example"
LENIENT = digital_link.Reading(associations=False)


def link(rest: str) -> str:
    return f"{STEM}/{rest}"


def bits_of(segment: str) -> str:
    return "".join(f"{(string.ascii_uppercase + string.ascii_lowercase + string.digits + '-_').index(each):06b}" for each in segment)


def segment_of(bits: str) -> str:
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    bits += "0" * (-len(bits) % 6)
    return "".join(alphabet[int(bits[place : place + 6], 2)] for place in range(0, len(bits), 6))


def code(digits: str) -> str:
    return "".join(f"{int(digit, 16):04b}" for digit in digits)


GTIN_BITS = f"{int(GTIN):047b}"

BOTH_WAYS = [
    ("01/09521234543213", code("01") + GTIN_BITS),
    ("01/09521234543213/10/7", code("0B") + GTIN_BITS + "000" + "00001" + "0111"),
    ("01/09521234543213/21/AbZ", code("0C") + GTIN_BITS + "011" + "00011" + "000000" + "011011" + "011001"),
    ("01/09521234543213/21/ab", code("0C") + GTIN_BITS + "001" + "00010" + "1010" + "1011"),
    ("01/09521234543213/21/AB", code("0C") + GTIN_BITS + "010" + "00010" + "1010" + "1011"),
    ("01/09521234543213/21/%2F", code("0C") + GTIN_BITS + "100" + "00001" + "0101111"),
    ("01/09521234543213/21/07", code("0C") + GTIN_BITS + "010" + "00010" + "0000" + "0111"),
    ("01/09521234543213/10/1/21/2?17=260131", code("1A") + GTIN_BITS + "000000010001" + f"{260131:020b}" + "000000010010"),
    ("414/9521234000051/254/A", code("9D") + "010" + "00001" + "1010" + f"{9521234000051:044b}"),
    ("253/9521234000051", code("253") + f"{9521234000051:044b}" + "100" + "00000"),
    ("253/95212340000517", code("253") + f"{9521234000051:044b}" + "000" + "00001" + "0111"),
    ("255/9521234000051", code("255") + f"{9521234000051:044b}" + "0000" + "0"),
    ("255/952123400005142", code("255") + f"{9521234000051:044b}" + "0010" + f"{42:07b}"),
    ("8006/095212345432130102", code("8006") + f"{95212345432130102:060b}"),
    (
        "01/09521234543213?99=a.b&423=704",
        code("01") + GTIN_BITS + code("423") + f"{704:010b}" + "00000" + code("99") + "1000000011" + "110000101011101100010",
    ),
]


@pytest.mark.parametrize(("rest", "bits"), BOTH_WAYS)
def test_bits_stand_as_the_standard_lays_them_out(rest: str, bits: str) -> None:
    made = compression.compress(link(rest))
    assert made == link(segment_of(bits))
    assert compression.decompress(made) == link(rest)
    assert compression.looks_compressed(segment_of(bits))


def test_the_shortest_segment_has_three_characters() -> None:
    made = compression.compress(link(f"01/{GTIN}?20=07"), partial=True)
    assert made == link(f"01/{GTIN}/" + segment_of(code("20") + f"{7:07b}"))
    assert len(made.rpartition("/")[2]) == 3
    assert compression.looks_compressed(made.rpartition("/")[2])


def test_the_unoptimised_form_writes_each_ai_in_sorted_order() -> None:
    made = compression.compress(link(f"01/{GTIN}/22/A/10/7"), optimise=False)
    expected = code("01") + GTIN_BITS + code("10") + "000000010111" + code("22") + "010000011010"
    assert made == link(segment_of(expected))
    assert compression.decompress(made) == link(f"01/{GTIN}/22/A/10/7")


def test_a_partial_one_leaves_the_key_readable() -> None:
    whole = link(f"some/01/{GTIN}/10/7?17=260131&linkType=gs1:pip")
    made = compression.compress(whole, partial=True)
    segment = segment_of(code("10") + "000000010111" + code("17") + f"{260131:020b}")
    assert made == link(f"some/01/{GTIN}/{segment}?linkType=gs1:pip")
    assert compression.decompress(made) == whole
    with pytest.raises(NotCompressible):
        compression.compress(link(f"01/{GTIN}"), partial=True)


def test_pairs_that_are_not_of_gs1_may_stand_inside() -> None:
    inside = "1111" + f"{2:07b}" + f"{36:06b}" + f"{53:06b}" + "010" + f"{2:07b}" + "1010" + "1011"  # k1=AB
    segment = segment_of(code("01") + GTIN_BITS + inside)
    assert compression.decompress(link(segment)) == link(f"01/{GTIN}?k1=AB")
    assert compression.decompress(link(f"{segment}?99=x&q=1#f")) == link(f"01/{GTIN}?99=x&q=1&k1=AB")
    assert compression.looks_compressed(segment)
    assert not compression.looks_compressed(segment_of(inside))


def test_numbers_beyond_the_exact_doubles_are_read_as_they_were_written() -> None:
    printed = "395212340567800300"
    assert int(float(printed)) != int(printed)
    assert compression.compress(link(f"00/{printed}")) == link(segment_of(code("00") + f"{int(float(printed)):060b}"))
    assert compression.decompress(link(segment_of(code("00") + f"{int(float(printed)):060b}"))) == link(f"00/{printed}")
    assert compression.decompress(link(segment_of(code("00") + f"{int(printed):060b}"))) == link(f"00/{printed}")
    exact = "395212341111111118"
    assert compression.compress(link(f"00/{exact}")) == link(segment_of(code("00") + f"{int(exact):060b}"))
    assert compression.decompress(link(segment_of(code("00") + f"{int(exact):060b}"))) == link(f"00/{exact}")


@pytest.mark.parametrize("serial", ["0", "007", "12345678901234567890", "12345678901234567891", "9" * 20, "1" + "0" * 19])
def test_every_serial_of_digits_comes_back(serial: str) -> None:
    assert compression.decompress(compression.compress(link(f"01/{GTIN}/21/{serial}"))) == link(f"01/{GTIN}/21/{serial}")


def pairs_of(ai: str) -> st.SearchStrategy[tuple[str, str]]:
    return strategies.values(dictionary.entries()[ai]).map(lambda value: (ai, value))


PATHS = st.sampled_from(sorted(keys.SEQUENCES)).flatmap(lambda sequence: st.tuples(*map(pairs_of, sequence)))
ATTRIBUTES = st.lists(
    st.sampled_from(sorted(ai for ai, entry in dictionary.entries().items() if entry.attribute and ai not in keys.QUALIFIERS)).flatmap(
        pairs_of
    ),
    max_size=4,
    unique_by=lambda pair: pair[0],
)


def reads_two_ways(value: str) -> bool:
    """Whether a number is a double and not the shortest one that is: GS1's toolkit would print another."""
    number = int(value) if value.isdigit() else 0
    return number > 2**53 and int(float(number)) == number and int(Decimal(repr(float(number)))) != number


@given(PATHS, ATTRIBUTES, st.booleans(), st.booleans(), st.sampled_from(["", "?q=1", "?q=%2F&x"]))
def test_every_link_comes_back_or_is_refused(
    path: tuple[tuple[str, str], ...],
    attributes: list[tuple[str, str]],
    optimise: bool,
    partial: bool,
    query: str,
) -> None:
    in_order = sorted(attributes, key=lambda pair: (not dictionary.entries()[pair[0]].fixed, int(pair[0])))
    uri = attempt(lambda: digital_link.build(path, in_order, STEM, LENIENT))
    if not isinstance(uri, str):  # attributes that exclude each other or belong in the path
        in_order = []
        uri = attempt(lambda: digital_link.build(path, (), STEM, LENIENT))
    if not isinstance(uri, str):  # CPV under ITIP
        return
    whole = uri + (query.replace("?", "&") if in_order else query)
    made = attempt(lambda: compression.compress(whole, LENIENT, optimise=optimise, partial=partial))
    if isinstance(made, str):
        assert compression.decompress(made, LENIENT) == whole
        segment = made.partition("?")[0].rpartition("/")[2]
        assert compression.looks_compressed(segment)
    else:
        assert isinstance(made, NotCompressible)
        long_iban = any(ai == "8007" and len(value) > 31 for ai, value in in_order)
        ambiguous = any(reads_two_ways(value) for _, value in (*path, *in_order))
        lot_beside_packs = any(ai == "235" for ai, _ in path) and any(ai in ("10", "22") for ai, _ in in_order)
        assert long_iban or lot_beside_packs or (partial and len(path) == 1 and not in_order) or ambiguous


@given(PATHS)
def test_an_uncompressed_link_is_not_decompressed(path: tuple[tuple[str, str], ...]) -> None:
    uri = attempt(lambda: digital_link.build(path))
    if isinstance(uri, str):
        with pytest.raises(NotCompressed):
            compression.decompress(uri)


def test_a_lot_that_reads_like_a_compressed_link_is_a_lot() -> None:
    segment = segment_of(code("01") + GTIN_BITS)
    with pytest.raises(NotCompressed):
        compression.decompress(link(f"01/{GTIN}/10/{segment}"))
    assert compression.decompress(link(f"shop/10/{segment}")) == link(f"shop/10/01/{GTIN}")


@pytest.mark.parametrize(
    ("bits", "kind", "place"),
    [
        (code("01") + GTIN_BITS[:-6], NotCompressed, 1),
        (code("01") + f"{10**14:047b}", NotCompressed, 9),
        (code("01") + f"{int(GTIN) + 1:047b}", WrongCheckDigit, 0),
        (code("10") + "000000010111", NoKey, 0),
        (code("0B") + GTIN_BITS + "101" + "00001" + "0111", NotCompressed, 10),
        (code("0B") + GTIN_BITS + "000" + "00010" + "1111111", NotCompressed, 11),
        (code("0B") + GTIN_BITS + "000" + "00001" + "0111" + "0" * 5 + "000000", NotCompressed, 12),
        (code("01") + GTIN_BITS + "00001", NotCompressed, 9),
        (code("D0") + GTIN_BITS, NotCompressed, 1),
        (code("04") + GTIN_BITS, NotCompressed, 1),
        (code("80") + code("0A") + GTIN_BITS, NotCompressed, 2),
        (code("01") + GTIN_BITS + code("01") + GTIN_BITS, Repeated, 0),
    ],
)
def test_broken_bits_are_refused_with_the_place(bits: str, kind: type[Refusal], place: int) -> None:
    with pytest.raises(kind) as refused:
        compression.decompress(link(segment_of(bits)))
    assert refused.value.params["position"] == len(STEM) + 1 + place


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("", NotADigitalLink),
        ("ftp://a/ARFRJydaKA", NotADigitalLink),
        ("HtTp://a/ARFRJydaKA", NotADigitalLink),
        ("https://a.example", NotADigitalLink),
        (link(""), NotCompressed),
        (link("01"), NotCompressed),
        (link(f"01/{GTIN}"), NotCompressed),
        (link("A" * 3000), NotCompressed),
        (link("about"), NotCompressed),
        (link("ARFR.ydaKA"), NotCompressed),
        (link("{}/" + segment_of(code("01") + GTIN_BITS)), IllegalInUri),
        (link(segment_of(code("01") + GTIN_BITS) + "?89=x"), UnknownAi),
        (link(segment_of(code("01") + GTIN_BITS) + f"?01={GTIN}"), Repeated),
        (link(f"01/{GTIN}/" + segment_of(code("01") + GTIN_BITS)), Repeated),
    ],
)
def test_what_is_no_compressed_link_is_refused(uri: str, kind: type[Refusal]) -> None:
    with pytest.raises(kind) as refused:
        compression.decompress(uri)
    assert 0 <= refused.value.params["position"] <= len(uri)


@pytest.mark.parametrize(
    ("rest", "how"),
    [
        (f"8004/9521234A?01={GTIN}", digital_link.STRICT),
        ("8006/018100000000040288", digital_link.STRICT),
        ("415/9521234000051/8020/R?8007=IBAN", LENIENT),
    ],
)
def test_what_would_not_come_back_is_not_compressed(rest: str, how: digital_link.Reading) -> None:
    rest = rest.replace("IBAN", iban(30))
    assert digital_link.parse(link(rest), how).stem == STEM
    with pytest.raises(NotCompressible):
        compression.compress(link(rest), how)


def iban(digits: int) -> str:
    body = "1" * (digits - 2)
    number = int("".join(str(int(character, 36)) for character in body + "VN00"))
    return f"VN{98 - number % 97:02}{body}"


def test_what_is_no_digital_link_is_not_compressed() -> None:
    with pytest.raises(WrongCheckDigit):
        compression.compress(link("01/09521234543214"))


ALMOST = st.sampled_from(BOTH_WAYS).flatmap(
    lambda pair: st.tuples(st.integers(0, len(pair[1])), st.text("01", max_size=12), st.integers(0, 12)).map(
        lambda change: segment_of(pair[1][: change[0]] + change[1] + pair[1][change[0] + change[2] :])
    )
)


@given(
    st.text()
    | st.text(string.ascii_letters + string.digits + "-_/?&=%#", max_size=60).map(link)
    | ALMOST.map(link)
    | ALMOST.map(lambda segment: link(f"01/{GTIN}/{segment}"))
)
def test_no_text_raises_anything_but_a_refusal_with_a_place(text: str) -> None:
    found = attempt(lambda: compression.decompress(text))
    if isinstance(found, str):
        assert digital_link.parse(found).stem
        assert compression.looks_compressed(text.partition("?")[0].partition("#")[0].rpartition("/")[2])
    else:
        assert isinstance(found, Invalid)
        assert 0 <= found.params["position"] <= len(text)


@given(st.text() | st.text(string.ascii_letters + string.digits + "-_", max_size=80))
def test_hardly_any_text_looks_compressed(segment: str) -> None:
    if compression.looks_compressed(segment):
        assert not isinstance(attempt(lambda: compression.decompress(link(f"01/{GTIN}/{segment}"), LENIENT)), NotCompressed)


@pytest.mark.parametrize(
    "word",
    ["", "A", "products", "privacy-policy", "login", GTIN, "9521234543213", "gtin", "robots", "eh30395DFA", "exMDldfqzN", "AAAA", "____"],
)
def test_words_and_numbers_do_not_look_compressed(word: str) -> None:
    assert not compression.looks_compressed(word)


def test_widths_are_those_of_the_standard() -> None:
    assert [bits_of_digits(count) for count in (0, 1, 2, 6, 12, 13, 14, 18, 20, 59)] == [1, 4, 7, 20, 40, 44, 47, 60, 67, 197]
    assert [bits_of_length(longest) for longest in (3, 4, 12, 15, 16, 20, 28, 30, 70, 90)] == [2, 3, 4, 4, 5, 5, 5, 5, 7, 7]


@pytest.mark.parametrize(
    ("ai", "expected"),
    [
        ("01", [Field(digits=True, fixed=True, longest=14)]),
        ("10", [Field(digits=False, fixed=False, longest=20)]),
        ("253", [Field(digits=True, fixed=True, longest=13), Field(digits=False, fixed=False, longest=17)]),
        ("255", [Field(digits=True, fixed=True, longest=13), Field(digits=True, fixed=False, longest=12)]),
        ("423", [Field(digits=True, fixed=True, longest=3), Field(digits=True, fixed=False, longest=12)]),
        ("7003", [Field(digits=True, fixed=True, longest=10)]),
        ("7007", [Field(digits=True, fixed=True, longest=6), Field(digits=True, fixed=False, longest=6)]),
        ("7030", [Field(digits=True, fixed=True, longest=3), Field(digits=False, fixed=False, longest=27)]),
        ("7040", [Field(digits=True, fixed=True, longest=1), Field(digits=False, fixed=True, longest=3)]),
        ("7230", [Field(digits=False, fixed=False, longest=30)]),
        ("8003", [Field(digits=True, fixed=True, longest=14), Field(digits=False, fixed=False, longest=16)]),
        ("8006", [Field(digits=True, fixed=True, longest=18)]),
        ("8007", [Field(digits=False, fixed=False, longest=24)]),
        ("8008", [Field(digits=True, fixed=True, longest=8), Field(digits=True, fixed=False, longest=4)]),
    ],
)
def test_formats_follow_from_the_table_of_ais(ai: str, expected: list[Field]) -> None:
    assert list(fields(ai)) == expected


def test_every_ai_has_fields_and_every_code_known_ais() -> None:
    for ai, entry in dictionary.entries().items():
        assert sum(field.longest for field in fields(ai)) in (entry.longest, 24)
        assert ai_lengths()[ai[:2]] == len(ai)
    assert len(SEQUENCES) == 52
    assert all(ai in dictionary.entries() for sequence in SEQUENCES.values() for ai in sequence)


@pytest.mark.skipif(SHARED is None, reason="the shared vectors are not beside the repository")
def test_every_shared_vector_both_ways() -> None:
    assert SHARED is not None
    vectors = json.loads((SHARED / "gs1-vectors" / "legacy_compression.json").read_text(encoding="utf-8"))["vectors"]
    assert vectors
    for vector in vectors:
        for spelling in ("compressed", "compressed_no_optimisation", "partially_compressed"):
            assert compression.decompress(vector[spelling]) == vector["uri"]
            assert compression.looks_compressed(vector[spelling].rpartition("/")[2])
        assert compression.compress(vector["uri"]) == vector["compressed"]
        assert compression.compress(vector["uri"], optimise=False) == vector["compressed_no_optimisation"]
