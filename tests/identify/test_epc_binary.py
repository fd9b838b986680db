"""EPC binary strings in Digital Links: examples put together bit by bit, refusals with their places, and the official vectors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.errors import Invalid
from app.identify import epc_binary
from app.identify.escape import escape_path, escape_query
from tests import SHARED
from tests.identify.attempts import attempt

GTIN = "09521234543213"
PREFIX = f"{9521234:024b}"
SGTIN_96 = f"00110000 001 101 {PREFIX} {54321:020b} {1234:038b}"
SERIAL_S1 = "011 00010 010010 110101"  # base64url, two characters


def nibbles(digits: str) -> str:
    return "".join(f"{int(digit, 16):04b}" for digit in digits)


def segment(bits: str) -> str:
    """The bits, filled to words, as hexadecimal."""
    together = bits.replace(" ", "")
    together += "0" * (-len(together) % 16)
    return "eh" + "".join(f"{int(together[place : place + 4], 2):x}" for place in range(0, len(together), 4))


def sgtin_plus(tail: str = "", toggle: int = 1, serial: str = SERIAL_S1) -> str:
    return f"11110111 {toggle} 001 {nibbles(GTIN)} {serial} {tail}"


def link(epc: epc_binary.EpcBinary) -> str:
    path = "".join(f"/{ai}/{escape_path(value)}" for ai, value in epc.path)
    query = "&".join(f"{ai}={escape_query(value)}" for ai, value in epc.attributes)
    return f"{path}?{query}" if query else path


def triples(*places: tuple[int, int, int]) -> str:
    """URN Code 40 of characters, each by its place in the alphabet."""
    return "".join(f"{1600 * first + 40 * second + third + 1:016b}" for first, second, third in places)


def hosted(bits: str) -> str:
    return segment(f"11111101 0 000 {nibbles(GTIN)} {SERIAL_S1} {bits}")


def refused(text: str) -> Invalid:
    with pytest.raises(Invalid) as caught:
        epc_binary.parse(text)
    return caught.value


def test_an_sgtin_96_is_read_field_by_field() -> None:
    found = epc_binary.parse(segment(SGTIN_96))
    assert found == epc_binary.EpcBinary("SGTIN-96", (("01", GTIN), ("21", "1234")), (), 1, 7, None)


def test_an_sgtin_96_is_written_bit_by_bit() -> None:
    written = epc_binary.build((("01", GTIN), ("21", "1234")), scheme="SGTIN-96", filter_value=1, prefix_length=7)
    assert epc_binary.to_hex(written) == segment(SGTIN_96)
    assert written.hex() == segment(SGTIN_96)[2:]


def test_hexadecimal_and_base64_say_the_same() -> None:
    written = epc_binary.build((("01", GTIN), ("21", "a/b")), scheme="SGTIN+")
    assert epc_binary.parse(epc_binary.to_base64(written)) == epc_binary.parse(epc_binary.to_hex(written))
    assert len(epc_binary.to_hex(written)) == 2 + 25  # 12 + 56 + 8 + 21 = 97 bits
    assert len(epc_binary.to_base64(written)) == 2 + 17


def test_a_gtin_of_thirteen_digits_is_written_with_fourteen() -> None:
    short = epc_binary.build((("01", GTIN[1:]), ("21", "S1")), scheme="SGTIN+")
    assert epc_binary.parse("eh" + short.hex()).path[0] == ("01", GTIN)


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        (f"{nibbles('10')} 000 00101 {123:017b} {nibbles('17')} {26:07b} {12:04b} {31:05b}", f"/01/{GTIN}/10/00123/21/S1?17=261231"),
        (f"{nibbles('22')} 001 00010 {nibbles('A1')} {nibbles('10')} 010 00010 {nibbles('b2')}", f"/01/{GTIN}/22/A1/10/b2/21/S1"),
        (f"{nibbles('10')} 101 00100 {1600 * 12 + 40 * 27 + 31 + 1:016b} {1600 * 29 + 1:016b}", f"/01/{GTIN}/10/L-1%3A/21/S1"),
        (f"{nibbles('10')} 100 00011 {ord('A'):07b} {ord('/'):07b} {ord('b'):07b}", f"/01/{GTIN}/10/A%2Fb/21/S1"),
        (f"{nibbles('3103')} {1250:020b}", f"/01/{GTIN}/21/S1?3103=001250"),
        (f"{nibbles('8008')} 01 {26:07b} {1:04b} {15:05b} {14:05b} {30:06b}", f"/01/{GTIN}/21/S1?8008=2601151430"),
        (f"{nibbles('7007')} 1 {26:07b} {1:04b} {1:05b} {26:07b} {1:04b} {31:05b}", f"/01/{GTIN}/21/S1?7007=260101260131"),
        (f"{nibbles('7003')} {26:07b} {1:04b} {15:05b} {23:05b} {59:06b}", f"/01/{GTIN}/21/S1?7003=2601152359"),
        (f"{nibbles('00')} {nibbles('095212345000000011')}", None),
    ],
)
def test_appended_data_goes_where_its_ai_belongs(tail: str, expected: str | None) -> None:
    found = attempt(lambda: epc_binary.parse(segment(sgtin_plus(tail))))
    if expected is None:
        assert isinstance(found, Invalid)
        assert found.code == "identify.wrong-check-digit"
    else:
        assert isinstance(found, epc_binary.EpcBinary)
        assert link(found) == expected


def test_temperatures_countries_and_flags_are_appended_to_a_logistic_unit() -> None:
    sscc = "095212345000000018"
    attributes = (("4330", "001850-"), ("4307", "VN"), ("4321", "1"), ("4300", "An"))
    written = epc_binary.build((("00", sscc),), attributes, scheme="SSCC+")
    bits = f"{int.from_bytes(written, 'big'):0{len(written) * 8}b}"
    head = f"11111001 1 000 {nibbles(sscc)}"
    tail = f"{nibbles('4330')} {1850:020b} 1 {nibbles('4307')} {21:06b} {13:06b} {nibbles('4321')} 1"
    tail += f"{nibbles('4300')} 011 000010 {0:06b} {39:06b}"
    assert bits.rstrip("0") == f"{head} {tail}".replace(" ", "").rstrip("0")
    assert epc_binary.parse(epc_binary.to_hex(written)).attributes == attributes


def test_appended_data_is_read_even_when_it_is_not_announced() -> None:
    date = f"{nibbles('17')} {26:07b} {12:04b} {31:05b}"
    assert epc_binary.parse(segment(sgtin_plus(date, toggle=0))).attributes == (("17", "261231"),)


def test_data_is_announced_when_there_is_any() -> None:
    path = (("01", GTIN), ("21", "S1"))
    assert epc_binary.build(path, scheme="SGTIN+")[1] >> 7 == 0
    assert epc_binary.build(path, (("17", "261231"),), scheme="SGTIN+")[1] >> 7 == 1


def test_zeros_after_the_end_are_padding() -> None:
    assert link(epc_binary.parse(segment(sgtin_plus("0" * 160)))) == f"/01/{GTIN}/21/S1"
    assert link(epc_binary.parse(segment(SGTIN_96) + "0000")) == f"/01/{GTIN}/21/1234"


@pytest.mark.parametrize(("indicator", "ai"), list(enumerate(("11", "13", "15", "16", "17", "7006", "7007"))))
def test_a_dated_sgtin_tells_which_date_it_is(indicator: int, ai: str) -> None:
    bits = f"11111011 0 000 {indicator:04b} {27:07b} {1:04b} {2:05b} {nibbles(GTIN)} {SERIAL_S1}"
    assert link(epc_binary.parse(segment(bits))) == f"/01/{GTIN}/21/S1?{ai}=270102"
    written = epc_binary.build((("01", GTIN), ("21", "S1")), ((ai, "270102"),), scheme="DSGTIN+")
    assert "eh" + written.hex() == segment(bits)


@pytest.mark.parametrize(
    ("bits", "host"),
    [
        (f"0 {11:06b}" + triples((9, 4, 28), (1, 3, 13), (5, 28, 3), (15, 13, 0)), "id.acme.com"),
        (f"1 {7:06b} {0x1F:07b} " + "".join(f"{ord(letter):07b}" for letter in "acme") + f"{1:07b} {0x6C:07b}", "www.acme.vn"),
        (f"1 {4:06b} {ord('a'):07b} {ord('b'):07b} {2:07b} {25:07b}", "ab.co.uk"),
        (f"1 {3:06b} {ord('x'):07b} {3:07b} {0:07b}", "x.tech"),
        (f"1 {3:06b} {ord('x'):07b} {0:07b} {127:07b}", "x.li"),
    ],
)  # fmt: skip
def test_a_host_name_is_read(bits: str, host: str) -> None:
    found = epc_binary.parse(hosted(bits))
    assert (found.host, link(found)) == (host, f"/01/{GTIN}/21/S1")
    written = epc_binary.build(found.path, scheme="SGTIN++", host=host.upper() if bits[0] == "0" else host)
    assert "eh" + written.hex() == hosted(bits)


def test_data_may_follow_a_host_name() -> None:
    written = epc_binary.build((("01", GTIN), ("10", "L1"), ("21", "S1")), (("15", "270101"),), scheme="SGTIN++", host="acme.example")
    found = epc_binary.parse(epc_binary.to_base64(written))
    assert (link(found), found.host) == (f"/01/{GTIN}/10/L1/21/S1?15=270101", "acme.example")


def test_a_location_without_extension_has_extension_zero() -> None:
    for scheme, prefix_length, host in (("SGLN-96", 7, None), ("SGLN-195", 7, None), ("SGLN+", None, None), ("SGLN++", None, "acme.vn")):
        written = epc_binary.build((("414", "9521234543213"),), scheme=scheme, prefix_length=prefix_length, host=host)
        explicit = epc_binary.build((("414", "9521234543213"), ("254", "0")), scheme=scheme, prefix_length=prefix_length, host=host)
        assert written == explicit
        assert epc_binary.parse(epc_binary.to_hex(written)).path == (("414", "9521234543213"),)


def test_leading_zeros_of_a_document_number_are_kept_where_the_scheme_can() -> None:
    path = (("253", "952123454321300042"),)
    for scheme in ("GDTI-113", "GDTI-174"):
        written = epc_binary.build(path, scheme=scheme, prefix_length=7)
        assert epc_binary.parse(epc_binary.to_hex(written)).path == path
    with pytest.raises(Invalid) as caught:
        epc_binary.build(path, scheme="GDTI-96", prefix_length=7)
    assert caught.value.code == "identify.epc-not-encodable"


REFUSALS = [
    ("", "identify.not-an-epc-segment", 0),
    ("e", "identify.not-an-epc-segment", 1),
    ("01", "identify.not-an-epc-segment", 0),
    ("EH30", "identify.not-an-epc-segment", 0),
    ("eh30AB", "identify.not-an-epc-segment", 4),
    ("eh\uff130", "identify.not-an-epc-segment", 2),
    ("exMB=", "identify.not-an-epc-segment", 4),
    ("eh30\n", "identify.not-an-epc-segment", 4),
    ("eh", "identify.epc-too-short", 2),
    ("ex", "identify.epc-too-short", 2),
    ("exM", "identify.epc-too-short", 3),
    ("eh30" + "0" * 1023, "identify.epc-too-long", 1026),
    ("eh00" + "0" * 22, "identify.epc-header-reserved", 2),
    ("ehfe" + "0" * 22, "identify.epc-header-reserved", 2),
    ("eh35" + "0" * 22, "identify.epc-without-key", 2),
    ("eh3b" + "0" * 22, "identify.epc-without-key", 2),
    ("eh3016", "identify.epc-truncated", 6),
    (segment(SGTIN_96)[:-1], "identify.epc-truncated", 25),
    (segment(sgtin_plus())[:20], "identify.epc-truncated", 20),
    (segment(sgtin_plus(f"{nibbles('10')} 011 10100 000000")), "identify.epc-truncated", 30),
    (segment(SGTIN_96.replace("101", "111", 1)), "identify.epc-wrong-partition", 4),
    (segment(f"00110000 001 101 {'1' * 24} {54321:020b} {1234:038b}"), "identify.epc-wrong-value", 5),
    (segment(f"00110110 001 101 {PREFIX} {54321:020b} {'0' * 140}"), "identify.epc-wrong-value", 16),
    (segment(f"00110110 001 101 {PREFIX} {54321:020b} {65:07b} {0:07b} {65:07b} {0:0119b}"), "identify.epc-wrong-value", 16),
    (segment(f"00110110 001 101 {PREFIX} {54321:020b} {ord('a'):07b} {1:07b} {0:0126b}"), "identify.wrong-character", 16),
    (segment(f"00111010 001 101 {PREFIX} {54321:017b} {2345:058b}"), "identify.epc-wrong-value", 15),
    (segment(f"00111101 001 101 {PREFIX} 000000 {1:040b}"), "identify.epc-wrong-value", 11),
    (segment(f"00110001 001 101 {PREFIX} {123:034b} {1:024b}"), "identify.epc-leftover", 20),
    (segment(SGTIN_96) + "0001", "identify.epc-leftover", 29),
    (segment(sgtin_plus("00000000 1")), "identify.epc-leftover", 26),
    (segment(sgtin_plus(f"{nibbles('a0')} {'1' * 8}")), "identify.epc-wrong-value", 24),
    (segment(sgtin_plus(f"{nibbles('14')} {'1' * 16}")), "identify.unknown-ai", 24),
    (segment(sgtin_plus(f"{nibbles('8040')} {'1' * 16}")), "identify.epc-not-encodable", 24),
    (segment(sgtin_plus(f"{nibbles('3107')} {'1' * 20}")), "identify.unknown-ai", 24),
    (segment(sgtin_plus(f"{nibbles('21')} {SERIAL_S1}")), "identify.repeated", 24),
    (segment(sgtin_plus(f"{nibbles('17')} {26:07b} {2:04b} {30:05b}")), "identify.wrong-date", 24),
    (segment(sgtin_plus(f"{nibbles('17')} {100:07b} {2:04b} {1:05b}")), "identify.epc-wrong-value", 26),
    (segment(sgtin_plus(f"{nibbles('10')} 110 00010 {0:012b}")), "identify.epc-wrong-value", 26),
    (segment(sgtin_plus(f"{nibbles('10')} 011 11111 {0:0186b}")), "identify.epc-wrong-value", 26),
    (segment(sgtin_plus(f"{nibbles('10')} 101 00010 {64001:016b}")), "identify.epc-wrong-value", 28),
    (segment(sgtin_plus(f"{nibbles('10')} 101 00010 {1600 + 40 + 1 + 1:016b}")), "identify.epc-wrong-value", 28),
    (segment(sgtin_plus(serial="000 00001 1111")), "identify.epc-wrong-value", 21),
    (segment(sgtin_plus(serial="000 00000")), "identify.wrong-length", 19),
    (segment(f"11110111 0 000 {nibbles(GTIN[:-1])} 1010 {SERIAL_S1}"), "identify.epc-wrong-value", 5),
    (segment(f"11110111 0 000 {nibbles(GTIN[:-1])} 0100 {SERIAL_S1}"), "identify.wrong-check-digit", 5),
    (segment(f"11111011 0 000 0111 {27:07b} {1:04b} {2:05b} {nibbles(GTIN)} {SERIAL_S1}"), "identify.epc-wrong-value", 5),
    (segment(f"11110001 0 000 {nibbles('0' + '9521234543213')} 000 00000"), "identify.epc-wrong-value", 5),
    (segment(f"11111010 0 000 {nibbles('9521234')} 1100"), "identify.epc-wrong-value", 12),
    (segment(f"11111010 0 000 {nibbles('9' * 31)} 1111"), "identify.epc-wrong-value", 35),
    (hosted(f"1 {3:06b} {ord('x'):07b} {1:07b} {127:07b}"), "identify.epc-wrong-value", 24),
    (hosted(f"1 {3:06b} {ord('a'):07b} {ord('/'):07b} {ord('b'):07b}"), "identify.epc-wrong-value", 24),
    (hosted(f"1 {0:06b}"), "identify.epc-wrong-value", 24),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "position"), REFUSALS)
def test_a_wrong_segment_is_refused_where_it_goes_wrong(text: str, code: str, position: int) -> None:
    refusal = refused(text)
    assert (refusal.code, refusal.params["position"]) == (code, position)


PATH = (("01", GTIN), ("21", "0042"))
UNBUILDABLE: list[tuple[dict[str, Any], str]] = [
    ({"scheme": "SGTIN-97"}, "identify.epc-scheme-unknown"),
    ({"scheme": "GID-96"}, "identify.epc-scheme-unknown"),
    ({"scheme": "SGTIN-198"}, "identify.wrong-prefix-length"),
    ({"scheme": "SGTIN-198", "prefix_length": 5}, "identify.wrong-prefix-length"),
    ({"scheme": "SGTIN-198", "prefix_length": 13}, "identify.wrong-prefix-length"),
    ({"scheme": "SGTIN-96", "prefix_length": 7}, "identify.epc-not-encodable"),  # a leading zero
    ({"scheme": "SGTIN-198", "prefix_length": 7, "attributes": (("17", "261231"),)}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN-198", "prefix_length": 7, "host": "acme.vn"}, "identify.epc-wrong-host"),
    ({"scheme": "SGTIN+", "host": "acme.vn"}, "identify.epc-wrong-host"),
    ({"scheme": "SGTIN++"}, "identify.epc-wrong-host"),
    ({"scheme": "SGTIN++", "host": "a/b"}, "identify.epc-wrong-host"),
    ({"scheme": "SGTIN++", "host": "a" * 64}, "identify.epc-wrong-host"),
    ({"scheme": "SGTIN+", "filter_value": 8}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN+", "filter_value": -1}, "identify.epc-not-encodable"),
    ({"scheme": "DSGTIN+"}, "identify.epc-not-encodable"),
    ({"scheme": "DSGTIN+", "attributes": (("7007", "260101260131"),)}, "identify.epc-not-encodable"),
    ({"scheme": "SSCC+"}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN+", "attributes": (("717", "A1"),)}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN+", "attributes": (("00", "0" * 18),)}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN+", "path": (("01", GTIN),)}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN-96", "path": (("01", GTIN),), "prefix_length": 7}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN-96", "path": (("01", GTIN), ("21", str(2**38))), "prefix_length": 7}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN-96", "path": (("01", GTIN), ("21", "A1")), "prefix_length": 7}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN-198", "path": (("01", GTIN), ("10", "L1"), ("21", "1")), "prefix_length": 7}, "identify.epc-not-encodable"),
    ({"scheme": "GRAI+", "path": (("8003", "09521234543213"),)}, "identify.epc-not-encodable"),
    ({"scheme": "GDTI-113", "path": (("253", "9521234543213"),), "prefix_length": 7}, "identify.epc-not-encodable"),
    ({"scheme": "GRAI-170", "path": (("8003", "09521234543213"),), "prefix_length": 7}, "identify.epc-not-encodable"),
    ({"scheme": "GIAI-202", "path": (("8004", "9521234"),), "prefix_length": 7}, "identify.epc-not-encodable"),
    ({"scheme": "GIAI-202", "path": (("8004", "9521A"),), "prefix_length": 7}, "identify.wrong-prefix-length"),
    ({"scheme": "CPI-var", "path": (("8010", "9521234"), ("8011", "1")), "prefix_length": 7}, "identify.epc-not-encodable"),
    ({"scheme": "SGTIN+", "path": (("01", GTIN[:-1] + "4"), ("21", "1"))}, "identify.wrong-check-digit"),
    ({"scheme": "SGTIN+", "path": ()}, "identify.wrong-path"),
]


@pytest.mark.parametrize(("wanted", "code"), UNBUILDABLE)
def test_what_a_scheme_cannot_hold_is_refused(wanted: dict[str, Any], code: str) -> None:
    options = dict(wanted)
    path, attributes = options.pop("path", PATH), options.pop("attributes", ())
    with pytest.raises(Invalid) as caught:
        epc_binary.build(path, attributes, **options)
    assert caught.value.code == code
    assert caught.value.params["position"] >= 0


@pytest.mark.parametrize("data", [b"", b"\x00" * 12, b"\x30", b"\x30" * 513])
def test_bytes_that_are_no_epc_have_no_spelling(data: bytes) -> None:
    for spell in (epc_binary.to_hex, epc_binary.to_base64):
        refusal = attempt(lambda spell=spell: spell(data))  # type: ignore[misc]  # a default binds the loop's value
        assert isinstance(refusal, Invalid)


def test_memory_that_is_read_to_its_end_is_spelled_without_the_rest() -> None:
    written = epc_binary.build(PATH, scheme="SGTIN+")
    assert epc_binary.to_hex(written + bytes(8)) == epc_binary.to_hex(written)
    assert epc_binary.to_base64(written + bytes(8)) == epc_binary.to_base64(written)


def test_every_scheme_with_a_key_is_there() -> None:
    names = epc_binary.scheme_names()
    assert len(set(names)) == len(names) == 19 + 12 + 12
    assert {"SGTIN-96", "CPI-var", "GDTI-113", "ITIP-212", "DSGTIN++", "SGCN+"} <= set(names)


@pytest.mark.skipif(SHARED is None, reason="the official GS1 vectors are not beside this repository")
def test_the_official_vectors_are_read_and_spelled_again() -> None:
    assert SHARED is not None
    vectors = json.loads((SHARED / "gs1-vectors" / "epc_binary_decompression.json").read_text(encoding="utf-8"))["vectors"]
    assert len(vectors) == 30
    for vector in vectors:
        for text in filter(None, (vector["segment"], vector.get("segment_base64"))):
            found = attempt(lambda text=text: epc_binary.parse(text))  # type: ignore[misc]  # a default binds the loop's value
            if "error" in vector:
                assert isinstance(found, Invalid), vector
                continue
            assert isinstance(found, epc_binary.EpcBinary), vector
            assert link(found) == vector["path"]
            assert vector["scheme"].partition(" ")[0] == found.scheme
            written = epc_binary.build(
                found.path,
                found.attributes,
                scheme=found.scheme,
                filter_value=found.filter_value or 0,
                prefix_length=found.prefix_length,
                host=found.host,
            )
            assert text == (epc_binary.to_hex(written) if text.startswith("eh") else epc_binary.to_base64(written))
