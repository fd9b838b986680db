"""Which internet addresses a request that somebody else asked for may go to; pure.

Whoever can make this server send a request can try to make it send one inward: to its own machine, its neighbours, the cloud's metadata.
Source: IANA IPv4 and IPv6 Special-Purpose Address Registries; RFC 6890, 6598 (100.64/10), 6052 (NAT64), 3056 (6to4), 4380 (Teredo).
"""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


_NEVER = _networks(
    "0.0.0.0/8", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
    "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32",
    "::/96", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fe80::/10", "fec0::/10", "fd00:ec2::/32", "ff00::/8",
)  # fmt: skip
"""Loopback, link-local, documentation, multicast, reserved, and where clouds keep their metadata (168.63.129.16 looks public)."""

_INSIDE = _networks("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""Networks of offices and providers: refused unless the installation says that it lives in one."""

_WELL_KNOWN_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


def may_reach(text: str, *, inside: bool = False) -> bool:
    """Whether a request may go to an address; inside: also to networks of one's own, never to this machine or link-local ones."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address in _LOCAL_NAT64:
            return False
        embedded = _embedded(address)
        if embedded is not None:
            return may_reach(str(embedded), inside=inside)
    if any(address in network for network in _NEVER):
        return False
    if any(address in network for network in _INSIDE):
        return inside
    return address.version == 4 or address in _GLOBAL_UNICAST


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a packet to this IPv6 address would be handed on to."""
    if address in _WELL_KNOWN_NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
