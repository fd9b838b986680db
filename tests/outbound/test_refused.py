"""Attempts to make this server ask for what lies inside: none leaves the machine, whatever the address is dressed up as."""

from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import outbound, web_host
from app.outbound import Outbound, ask_dns, outbound_of, read_url, system_look_up
from app.settings import SettingInvalid, Settings, load
from tests.outbound.peers import saying, serving, world

DISGUISED = [
    "http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://127.1/",
    "http://127.0.1/", "http://0/", "http://00000000000/", "http://127.0.0.1.1/", "http://256.0.0.1/", "http://1.2.3.04/", "http://0x/",
    "http://user@example.test/", "http://user:pass@example.test/", "http://example.test@127.0.0.1/", "http://example.test:80@127.0.0.1/",
    "http://example.test\\@127.0.0.1/", "http://127.0.0.1\\.example.test/", "http://exam ple.test/", "http://example.test/a b",
    "http://example.test/\r\nX-Evil: 1", "http://example.test/\n", "http://example.test/\x00", "http://example.test\t/", "http:///path",
    "http://", "http:example.test", "//example.test/", "/path", "", "ftp://example.test/", "file:///etc/passwd", "gopher://example.test/",
    "javascript:alert(1)", "data:text/plain,x", "dict://127.0.0.1:11211/", "http://[::1/", "http://[::1]x/", "http://::1/",
    "http://example.test:0/", "http://example.test:65536/", "http://example.test:http/", "http://example.test:-1/", "http://-a.test/",
    "http://a..test/", "http://.test/", "http://" + "a" * 64 + ".test/", "http://" + "a." * 127 + "test/",
    "http://example.test/" + "a" * 4000,
    "http://exa\u200bmple\u2024test@x/", "http://%31%32%37.0.0.1/", "http://example.test%00.evil.test/", "http://\u2488\u2488/",
]  # fmt: skip
LITERALS = [
    "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:ffff:10.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "[fe80::1]", "[fd00:ec2::254]", "[::]", "0.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "224.0.0.1", "255.255.255.255", "198.18.0.1",
]  # fmt: skip
MIXED = [
    ["8.8.8.8", "127.0.0.1"],
    ["127.0.0.1", "8.8.8.8"],
    ["2606:4700::1111", "::1"],
    ["8.8.8.8", "fe80::1%eth0"],
    ["8.8.8.8", "::ffff:10.0.0.1"],
]


def _nobody_asks(name: str, port: int) -> list[str]:
    raise AssertionError(f"{name}:{port} was looked up")  # noqa: EM102, TRY003  # the sentence of a failed test


@pytest.mark.parametrize("url", DISGUISED)
def test_an_address_that_is_not_plain_is_refused_before_anything_is_looked_up(url: str) -> None:
    with pytest.raises(outbound.UrlRefused):
        Outbound(look_up=_nobody_asks).fetch(url)


@pytest.mark.parametrize("host", LITERALS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_inside_is_refused_without_a_connection(scheme: str, host: str) -> None:
    with pytest.raises(outbound.AddressRefused) as refused:
        Outbound(look_up=_nobody_asks).fetch(f"{scheme}://{host}/latest/meta-data/")
    assert refused.value.params == {"host": web_host.host(host)}  # as it was given, never what a name leads to


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["10.1.2.3"], ["::1"], ["169.254.169.254"], *MIXED])
def test_a_name_is_refused_when_any_of_its_addresses_leads_inside(addresses: list[str]) -> None:
    with pytest.raises(outbound.AddressRefused):
        world({"evil.test": addresses}).fetch("http://evil.test/")


def test_the_names_of_this_machine_are_refused() -> None:
    for name in ("localhost", "LOCALHOST", "localhost."):
        with pytest.raises((outbound.AddressRefused, outbound.NameUnknown)):
            Outbound().fetch(f"http://{name}/")


def test_a_name_that_changes_its_mind_between_judging_and_connecting_is_looked_up_once() -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked: list[str] = []

    def rebinding(name: str, _port: int) -> list[str]:
        asked.append(name)
        return next(answers)

    with serving(saying()) as peer:
        authority = f"rebind.test:{peer.port}"
        way = Outbound(look_up=rebinding)
        assert way.fetch(f"http://{authority}/", also_hosts=frozenset({authority})).status == 200
    assert asked == ["rebind.test"]
    with pytest.raises(outbound.AddressRefused):
        way.fetch("http://rebind.test/")


def test_a_host_that_is_allowed_is_allowed_at_its_port_only() -> None:
    way = Outbound(look_up=_nobody_asks, ports=frozenset({80, 443, 9000}))
    with pytest.raises(outbound.AddressRefused):
        way.fetch("http://127.0.0.1:9000/", also_hosts=frozenset({"127.0.0.1:8000"}))


def test_a_port_nobody_allowed_is_refused() -> None:
    with pytest.raises(outbound.PortRefused) as refused:
        Outbound(look_up=_nobody_asks).fetch("http://example.test:6379/")
    assert refused.value.params == {"host": "example.test:6379", "ports": "80, 443"}


def test_an_installation_inside_a_network_reaches_it_and_still_not_itself() -> None:
    way = world({"intranet.test": ["10.0.0.1"], "self.test": ["127.0.0.1"]}, private_networks=True)
    assert way._addresses(read_url("http://intranet.test/"), float("inf"), trusted=False) == ["10.0.0.1"]  # noqa: SLF001  # no such network here
    with pytest.raises(outbound.AddressRefused):
        way.fetch("http://self.test/")


def test_a_name_nobody_has_is_told_apart_from_a_silent_dns() -> None:
    with pytest.raises(outbound.NameUnknown) as unknown:
        world({}).fetch("http://nobody.test/")
    assert not unknown.value.unclear

    def silent(_name: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    with pytest.raises(outbound.NameUnanswered) as unanswered:
        Outbound(look_up=silent).fetch("http://nobody.test/")
    assert unanswered.value.unclear
    with pytest.raises(outbound.NameUnknown):
        world({"empty.test": []}).fetch("http://empty.test/")


def test_a_look_up_that_hangs_is_left_behind_at_the_deadline() -> None:
    ended = threading.Event()

    def hanging(_name: str, _port: int) -> list[str]:
        ended.wait()
        return []

    with pytest.raises(outbound.TooSlow):
        Outbound(look_up=hanging).fetch("http://slow.test/", seconds=0.1)
    ended.set()


def test_this_machine_finds_addresses_as_others_do() -> None:
    assert system_look_up("127.0.0.1", 80) == ["127.0.0.1"]


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://example.test/{text}"):
        try:
            target = read_url(url)
        except outbound.UrlRefused:
            continue
        assert target.scheme in {"http", "https"}
        assert target.path.isascii()
        assert target.path.isprintable()
        assert target.path.startswith("/")
        assert target.name == target.name.lower()


def test_hosts_of_every_script_become_ascii() -> None:
    assert read_url("https://Nông-Sản.vn:443/").authority == "xn--nng-sn-ixa0191d.vn"
    assert read_url("http://EXAMPLE.test.:8080/?q").authority == "example.test:8080"
    assert read_url("http://[2606:4700::1]:80/").authority == "[2606:4700::1]"
    assert read_url("http://example.test?a=b").path == "/?a=b"


class TestSettings:
    def test_the_way_out_is_what_the_settings_say(self) -> None:
        way = outbound_of(Settings(base_url="https://id.example.vn", outbound_ports="80,443,8443", outbound_private_networks=True), "1.2")
        assert (way.agent, way.ports, way.private_networks) == ("truyxuat/1.2 (+https://id.example.vn)", {80, 443, 8443}, True)
        assert outbound_of(Settings(outbound_contact="admin@example.vn"), "1").agent == "truyxuat/1 (+admin@example.vn)"

    @pytest.mark.parametrize("given", ["", "0", "80;443", "x", "80,", "123456"])
    def test_ports_that_are_none_stop_the_start(self, given: str) -> None:
        if given:
            with pytest.raises(SettingInvalid):
                load({}, outbound_ports=given)
        assert outbound_of(load({}), "1").ports == {80, 443}

    def test_a_contact_cannot_smuggle_a_header_in(self) -> None:
        with pytest.raises(SettingInvalid):
            load({}, outbound_contact="a\r\nX-Evil: 1")


class TestDns:
    """The real library against a name server of ours."""

    def resolver(self, port: int) -> object:
        import dns.resolver

        found = dns.resolver.Resolver(configure=False)
        found.nameservers, found.port = ["127.0.0.1"], port
        return found

    @pytest.fixture
    def server(self) -> object:
        """A name server: one TXT record of two strings, an empty name, no other; one it fails for, one it is silent about."""
        import dns.message
        import dns.rcode
        import dns.rrset

        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind(("127.0.0.1", 0))

        def run() -> None:
            while True:
                try:
                    packet, sender = listener.recvfrom(4096)
                except OSError:
                    return
                question = dns.message.from_wire(packet)
                name = str(question.question[0].name)
                answer = dns.message.make_response(question)
                if name == "_truyxuat.good.test.":
                    answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", '"truyxuat-verification=" "abc"', '"v=spf1"'))
                elif name == "fails.test.":
                    answer.set_rcode(dns.rcode.SERVFAIL)
                elif name == "silent.test.":
                    continue
                elif name != "empty.test.":
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                listener.sendto(answer.to_wire(), sender)

        threading.Thread(target=run, daemon=True).start()
        yield listener.getsockname()[1]
        listener.close()

    def test_strings_of_one_record_are_joined(self, server: int) -> None:
        assert set(ask_dns("_truyxuat.good.test", "TXT", 2, self.resolver(server))) == {"truyxuat-verification=abc", "v=spf1"}

    @pytest.mark.parametrize("name", ["empty.test", "nobody.test"])
    def test_a_name_without_records_has_none(self, server: int, name: str) -> None:
        assert ask_dns(name, "TXT", 2, self.resolver(server)) == ()

    @pytest.mark.parametrize("name", ["fails.test", "silent.test"])
    def test_a_dns_that_fails_or_is_silent_has_not_answered(self, server: int, name: str) -> None:
        with pytest.raises(outbound.NameUnanswered):
            ask_dns(name, "TXT", 0.3, self.resolver(server))

    def test_the_network_is_there_when_the_root_of_all_names_is(self) -> None:
        assert world({}, {}).network()
        assert not world({}, None).network()
