"""What is written as an EPC is read again, for every scheme, and no text makes the reader fall over."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.identify import dictionary, epc_binary
from app.identify.epc_encoding import FORMATS
from app.identify.epc_schemes import BY_HEADER, WITHOUT_KEY
from tests.identify import strategies
from tests.identify.attempts import attempt

PLUS = [name for name in epc_binary.scheme_names() if name.endswith("+")]
OLDER = [name for name in epc_binary.scheme_names() if not name.endswith("+")]
MOST_NUMBER = {"SGTIN-96": 2**38, "SGLN-96": 2**41, "GRAI-96": 2**38, "GDTI-96": 2**41, "ITIP-110": 2**38}

labels = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
endings = st.sampled_from((".com", ".com.cn", ".vn", ".org", ".tech", ".eco", ".example", ".li", ".zw", ".co.uk"))
hosts = st.tuples(st.sampled_from(("", "id.", "www.", "qr.")), labels, endings).map("".join)
dates = st.dates().map(lambda day: f"{day:%y%m%d}")


def numbers(most: int, least: int = 0) -> st.SearchStrategy[str]:
    return st.integers(least, most - 1).map(str)


Path = tuple[tuple[str, str], ...]


def serials(scheme: str, longest: int) -> st.SearchStrategy[str]:
    """A serial that the scheme can hold: any number below a bound, digits, or any characters."""
    if scheme in MOST_NUMBER:
        return numbers(MOST_NUMBER[scheme])
    if scheme in ("GDTI-113", "SGCN-96", "SGCN+", "SGCN++"):
        return st.text("0123456789", min_size=1, max_size=longest)
    return strategies.text(longest)


def key_and(key: str, value: st.SearchStrategy[str], ai: str, qualifier: st.SearchStrategy[str]) -> st.SearchStrategy[Path]:
    return st.tuples(st.tuples(st.just(key), value), st.tuples(st.just(ai), qualifier))


def key_alone(key: str, value: st.SearchStrategy[str]) -> st.SearchStrategy[Path]:
    return st.tuples(st.tuples(st.just(key), value))


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


gsrns = strategies.with_check_digit(strategies.digits(14).map(lambda rest: "952" + rest))
pieces = st.tuples(st.integers(1, 99), st.integers(1, 99)).map(lambda two: f"{min(two):02}{max(two):02}")


def locations(scheme: str) -> st.SearchStrategy[Path]:
    extended = key_and("414", strategies.glns, "254", serials(scheme, 20).filter(lambda extension: extension != "0"))
    return key_alone("414", strategies.glns) | extended


def paths(scheme: str, prefix_length: int) -> st.SearchStrategy[Path]:
    """Digital Link paths that the scheme can hold with a company prefix of that length."""
    prefix = strategies.digits(prefix_length - 3).map(lambda rest: "952" + rest)
    longest = 30 - prefix_length
    asset = numbers(10**12) if scheme == "GIAI-96" else strategies.text(longest)
    component = numbers(2**11) if scheme == "CPI-96" else strategies.text(longest, 1, strategies.CSET39)
    made = {
        "SGTIN": lambda: key_and("01", strategies.gtins, "21", serials(scheme, 20)),
        "ITIP": lambda: key_and("8006", joined(strategies.gtins, pieces), "21", serials(scheme, 20)),
        "SSCC": lambda: key_alone("00", strategies.ssccs),
        "SGLN": lambda: locations(scheme),
        "GSRN": lambda: key_alone("8018", gsrns),
        "GSRNP": lambda: key_alone("8017", gsrns),
        "GRAI": lambda: key_alone("8003", joined(st.just("0"), strategies.glns, serials(scheme, 16))),
        "GDTI": lambda: key_alone("253", joined(strategies.glns, serials(scheme, 17))),
        "SGCN": lambda: key_alone("255", joined(strategies.glns, serials(scheme, 12))),
        "GIAI": lambda: key_alone("8004", joined(prefix, asset)),
        "CPI": lambda: key_and("8010", joined(prefix, component), "8011", numbers(2**31 if scheme == "CPI-96" else 10**12, 1)),
    }
    return made[scheme.rstrip("+").partition("-")[0].replace("DSGTIN", "SGTIN")]()


@pytest.mark.parametrize("scheme", OLDER)
@given(data=st.data())
def test_an_older_scheme_is_read_as_it_was_written(scheme: str, data: st.DataObject) -> None:
    prefix_length = data.draw(strategies.prefix_lengths)
    path = data.draw(paths(scheme, prefix_length))
    filter_value = data.draw(st.integers(0, 7))
    written = epc_binary.build(path, scheme=scheme, filter_value=filter_value, prefix_length=prefix_length)
    expected = epc_binary.EpcBinary(scheme, path, (), filter_value, prefix_length, None)
    assert len(written) % 2 == 0
    assert epc_binary.parse(epc_binary.to_hex(written)) == expected
    assert epc_binary.parse(epc_binary.to_base64(written)) == expected


@pytest.mark.parametrize("scheme", PLUS)
@given(data=st.data())
def test_a_newer_scheme_is_read_as_it_was_written(scheme: str, data: st.DataObject) -> None:
    path: Path = data.draw(paths(scheme, data.draw(strategies.prefix_lengths)))
    host = data.draw(hosts) if scheme.endswith("++") else None
    date = st.tuples(st.sampled_from(("11", "13", "15", "16", "17", "7006", "7007")), dates)
    attributes: Path = (data.draw(date),) if scheme.startswith("D") else ()
    filter_value = data.draw(st.integers(0, 7))
    written = epc_binary.build(path, attributes, scheme=scheme, filter_value=filter_value, host=host)
    expected = epc_binary.EpcBinary(scheme, path, attributes, filter_value, None, host)
    assert epc_binary.parse(epc_binary.to_hex(written)) == expected
    assert epc_binary.parse(epc_binary.to_base64(written)) == expected
    assert epc_binary.parse("eh" + written.hex()) == expected


@given(gtin=strategies.gtins, serial=strategies.serials, entry=strategies.entries.filter(lambda e: e.ai in FORMATS), data=st.data())
def test_appended_data_of_any_ai_is_read_as_it_was_written(gtin: str, serial: str, entry: dictionary.Entry, data: st.DataObject) -> None:
    value = data.draw(strategies.values(entry))
    path = (("01", gtin), ("21", serial))
    written = attempt(lambda: epc_binary.build(path, ((entry.ai, value),), scheme="SGTIN+"))
    if isinstance(written, bytes):  # not when the AI may not stand beside a GTIN
        found = epc_binary.parse("eh" + written.hex())
        assert (found.path, found.attributes) == (path, ((entry.ai, value),))


@given(st.text() | st.from_regex(r"\Ae[hx][0-9A-Za-z_-]*\Z"))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = attempt(lambda: epc_binary.parse(text))
    assert isinstance(found, epc_binary.EpcBinary) or (isinstance(found, Invalid) and 0 <= found.params["position"] <= len(text))


@given(st.sampled_from(sorted(BY_HEADER)), st.binary(max_size=40))
def test_any_bits_after_a_header_are_read_or_refused(header: int, rest: bytes) -> None:
    data = bytes([header]) + rest
    for segment in ("eh" + data.hex(), "ex" + base64.urlsafe_b64encode(data).decode().rstrip("=")):
        found = attempt(lambda segment=segment: epc_binary.parse(segment))  # type: ignore[misc]  # a default binds the loop's value
        assert isinstance(found, epc_binary.EpcBinary | Invalid)


@given(st.sampled_from(sorted(BY_HEADER)), st.binary(min_size=12, max_size=40))
def test_whatever_is_read_can_be_written_and_read_again(header: int, rest: bytes) -> None:
    found = attempt(lambda: epc_binary.parse("eh" + bytes([header]).hex() + rest.hex()))
    if isinstance(found, epc_binary.EpcBinary):
        written = epc_binary.build(
            found.path,
            found.attributes,
            scheme=found.scheme,
            filter_value=found.filter_value or 0,
            prefix_length=found.prefix_length,
            host=found.host,
        )
        assert epc_binary.parse(epc_binary.to_hex(written)) == found


def test_every_header_belongs_to_a_scheme_or_is_refused() -> None:
    for header in range(256):
        found = attempt(lambda header=header: epc_binary.parse(f"eh{header:02x}" + "0" * 60))  # type: ignore[misc]  # as above
        reserved = isinstance(found, Invalid) and found.code == "identify.epc-header-reserved"
        assert reserved is (header not in BY_HEADER and header not in WITHOUT_KEY)
