"""One reader of hosts: what is kept is what is asked, in the spelling that browsers and the DNS have for it."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.outbound import UrlRefused, read_url
from app.resolve.targets import Target, host_of, target
from app.web_host import LONGEST_HOST, host, two_ways

READ = {
    "Trace.Example.VN": "trace.example.vn", "a.vn.": "a.vn", "a.0xyz": "a.0xyz", "0x.vn": "0x.vn", "1.2.3.4": "1.2.3.4",
    "1.2.3.4.": "1.2.3.4", "1\u30022\u30023\u30024": "1.2.3.4", "đặcsản.example": "xn--csn-uqa6698amda.example",
    "ĐẶCSẢN.example": "xn--csn-uqa6698amda.example", "xn--strae-oqa.de": "xn--strae-oqa.de", "XN--STRAE-OQA.de": "xn--strae-oqa.de",
    "a_b.vn": "a_b.vn", "[2001:DB8:0:0::1]": "[2001:db8::1]", "\uff41.vn": "a.vn",
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_a_host_has_one_spelling(text: str) -> None:
    assert host(text) == READ[text]


NONE = [
    "", ".", "a..vn", "a.vn..", "-a.vn", "a-.vn", "a b.vn", "a%41.vn", "127.1", "0x7f000001", "0x7f.0.0.1", "2130706433", "1.2.3.04",
    "256.1.1.1", "a.1", "a.0x1", "a.0x", "1.2.3.4.5", "[1.2.3.4]", "[::1", "::1", "[fe80::1%eth0]", "xn--", "xn--a", "xn--abc-",
    "xn--ab-r13a.vn",  # an ideographic full stop inside a label
    "xn--7ba.vn", "stra\u00dfe.de", "\u03c3\u03bf\u03c6\u03cc\u03c2.gr", "a\u200db.vn", "a\u00adb.vn", "a\u202eb.vn", "\u2488.vn",
]  # fmt: skip


@pytest.mark.parametrize("text", NONE)
def test_what_two_programs_could_read_as_two_hosts_is_none(text: str) -> None:
    assert host(text) is None
    assert not isinstance(target(f"https://{text}/"), Target)
    with pytest.raises(UrlRefused):
        read_url(f"https://{text}/")


def test_the_longest_name_is_read_and_one_letter_more_is_not() -> None:
    longest = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert (len(longest), host(longest), host(longest + ".")) == (LONGEST_HOST, longest, longest)
    assert host(longest + "a") is None


@pytest.mark.parametrize(("text", "letter"), [("stra\u00dfe.de", "\u00df"), ("a.vn", None), ("\u1e9e.de", "\u1e9e")])
def test_the_letter_with_two_readings_is_named(text: str, letter: str | None) -> None:
    assert two_ways(text) == letter


LETTERS = "aZ09-_.:[]x%@/\\ \u00df\u03c2\u200c\u200d\u1e9e\u3002\uff0e\u0130\u0110\u1ea3\u2488\uff11\u00ad\u212a"
HOSTS = (
    st.text(LETTERS, max_size=12)
    | st.text(max_size=8)
    | st.text(max_size=5).map(lambda text: f"{text}.vn")
    | st.from_regex(r"(xn--[a-z0-9-]{1,8}|0x[0-9a-f]{0,3}|[0-9]{1,3})(\.[a-z0-9x]{1,4}){0,3}\.?", fullmatch=True)
    | st.ip_addresses(v=6).map(lambda address: f"[{address.exploded.upper()}]")
    | st.ip_addresses(v=4).map(str)
)


@given(HOSTS)
@example("a.0xyz")
@example("1.2.3.4.")
@example("[::ffff:127.0.0.1]")
@example("\ud800")
def test_an_address_is_kept_exactly_when_it_is_asked_and_as_the_same_host(text: str) -> None:
    address = f"https://{text}/"
    found = target(address)
    try:
        asked = read_url(address).authority
    except UrlRefused:
        asked = ""
    if asked and "#" not in text and "?" not in text and "/" not in text:  # there the host ends before the text does
        assert isinstance(found, Target)
    if isinstance(found, Target):
        assert found.host == asked == host_of(address)
        assert read_url(found.href).authority == asked


@given(HOSTS)
def test_a_spelling_is_its_own_spelling(text: str) -> None:
    found = host(text)
    if found is not None:
        assert found.isascii()
        assert host(found) == host(found.upper()) == found
        if not found.startswith("[") and found.rpartition(".")[2].isdigit():
            assert ipaddress.IPv4Address(found)
