"""Which addresses a request may go to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routable import may_reach

NEVER = [
    "0.0.0.1", "0.1.2.3", "127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "100.100.100.200", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001::1", "2001:db8::1", "2001:0:7f00:1::",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "fd00:ec2::254", "100::1", "3fff::1", "5f00::1", "4000::1", "no address", "", "127.1",
    "0177.0.0.1", "2130706433",
]  # fmt: skip
INSIDE = [
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1", "100.127.255.254", "fc00::1", "fdff::1",
    "::ffff:10.0.0.1", "64:ff9b::c0a8:101", "2002:a00:1::",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "193.0.0.1", "223.255.255.254",
          "2606:4700::1111", "2400:cb00::1", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::"]  # fmt: skip


@pytest.mark.parametrize("address", NEVER)
def test_this_machine_and_special_networks_are_never_reached(address: str) -> None:
    assert not may_reach(address)
    assert not may_reach(address, inside=True)


@pytest.mark.parametrize("address", INSIDE)
def test_private_networks_are_reached_only_when_the_installation_lives_in_one(address: str) -> None:
    assert not may_reach(address)
    assert may_reach(address, inside=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_everybody_may_be_reached(address: str) -> None:
    assert may_reach(address)


@given(st.ip_addresses(v=4))
def test_an_address_wrapped_in_another_is_judged_by_what_is_inside(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
        f"::ffff:{address}",
    ]
    assert {may_reach(str(each)) for each in wrapped} == {may_reach(str(address))}


@given(st.ip_addresses())
def test_nothing_is_reached_that_the_standard_library_calls_private_or_multicast(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if not (address.is_global and not address.is_multicast):
        assert not may_reach(str(address)) or str(address).startswith(("2002:", "64:ff9b:"))
