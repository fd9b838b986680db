"""Hosts of links: claimed by name, proven in the DNS or by a file, looked at again, lapsed, vouched for, forgotten."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import SetClock
from app.outbound import Outbound
from app.party.find import NoSuchParty
from app.party.permissions import ANONYMOUS, NotAllowed, Role, SignInNeeded
from app.resolve import declare, find, host_proof, hosts
from app.resolve.host_proof import LAPSES_AFTER, Looked, after_look
from app.resolve.links import DEFAULT, Link, Registration
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_enterprise
from tests.conftest import NOW
from tests.outbound.peers import Peer, certified, saying, serving, world

HOST = "nong-san.example.vn"


@pytest.fixture
def ours(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def claimed(on: Runtime, ours: Enterprise, host: str = HOST) -> hosts.Host:
    return hosts.claim(host, by=ours.actor(), on=on)


def with_record(on: Runtime, *texts: str, host: str = HOST) -> None:
    """From now on the DNS holds these TXT records for the host; there is no web server."""
    on.outbound = world({}, {f"_truyxuat.{host}": texts})


def proven(on: Runtime, ours: Enterprise) -> hosts.Host:
    host = claimed(on, ours)
    with_record(on, host.record[1])
    return hosts.prove(HOST, by=ours.actor(), on=on)


def trusted(on: Runtime, party_id: int, host: str = HOST) -> bool:
    """Whether the resolver sends people there without a question."""
    with on.store.reading() as connection:
        return host in find.proven_hosts(connection, party_id, {host}, "example.test")


class TestClaim:
    def test_a_claimed_host_says_what_to_put_where_and_is_not_proven(self, on: Runtime, ours: Enterprise) -> None:
        host = claimed(on, ours)
        assert (host.state, host.by) == ("unproven", None)
        assert host.record == (f"_truyxuat.{HOST}", f"truyxuat-verification={host.token}")
        assert host.page == (f"https://{HOST}/.well-known/truyxuat-verification.txt", host.record[1])
        assert not trusted(on, ours.party_id)

    def test_claiming_it_again_keeps_its_token(self, on: Runtime, ours: Enterprise) -> None:
        assert claimed(on, ours).token == claimed(on, ours).token

    def test_two_organisations_have_two_tokens_for_one_host(self, on: Runtime, ours: Enterprise) -> None:
        theirs = make_enterprise(on, "Đối thủ", "9521999")
        assert claimed(on, ours).token != claimed(on, theirs).token

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("Nong-San.Example.VN", HOST), (f"https://{HOST}/trang?a=1", HOST), (f" {HOST} ", HOST), (f"{HOST}:443", HOST),
            (f"{HOST}:8443", f"{HOST}:8443"), (f"{HOST}.", HOST), ("nông-sản.example.vn", "xn--nng-sn-ixa0191d.example.vn"),
            ("example.com.vn", "example.com.vn"), ("go.com", "go.com"),
        ],
    )  # fmt: skip
    def test_a_host_has_one_spelling(self, on: Runtime, ours: Enterprise, given: str, kept: str) -> None:
        assert claimed(on, ours, given).host == kept

    def test_a_letter_with_two_readings_is_named(self, on: Runtime, ours: Enterprise) -> None:
        with pytest.raises(hosts.HostLetter) as refused:
            hosts.claim("https://stra\u00dfe.example/", by=ours.actor(), on=on)
        assert refused.value.params == {"host": "stra\u00dfe.example", "letter": "\u00df"}
        assert claimed(on, ours, "xn--strae-oqa.example").host == "xn--strae-oqa.example"

    @pytest.mark.parametrize(
        "spelt",
        ["https://Trace.Example.vn", "https://trace.example.vn:443", "https://trace.example.vn./", "https://TRACE.example.vn:443/a"],
    )
    def test_our_own_host_is_never_noted_as_somebody_s(self, on: Runtime, ours: Enterprise, spelt: str) -> None:
        on.settings = replace(on.settings, base_url=spelt)
        own = Link(DEFAULT, "https://trace.example.vn/v/01/" + (made := gtin("952100100001")), "Vải")
        declare.declare(Registration((("01", made),), "Vải", own, ()), by=ours.actor(), on=on)
        assert (hosts.own_host(on), hosts.hosts_of(by=ours.actor(), on=on)) == ("trace.example.vn", [])

    @pytest.mark.parametrize(
        "given", ["", " ", "a b.vn", "-a.vn", "a..vn", "user@a.vn", "https://", "ftp://a.vn", "a.vn\n", "a" * 64 + ".vn", None, 5]
    )
    def test_what_is_no_host_name_is_refused(self, on: Runtime, ours: Enterprise, given: Any) -> None:
        if given == "a.vn\n":
            assert claimed(on, ours, given).host == "a.vn"  # a line break at the end is a slip of copying
            return
        with pytest.raises(hosts.HostInvalid):
            hosts.claim(given, by=ours.actor(), on=on)

    @pytest.mark.parametrize(
        "given",
        [
            "127.0.0.1",
            "8.8.8.8",
            "8.8.8.8:8443",
            "[2606:4700::1111]",
            "localhost",
            "a.localhost",
            "intranet",
            "vn",
            "com.vn",
            "co.uk",
            "id.vn",
        ],
    )
    def test_what_nobody_can_own_by_name_is_refused(self, on: Runtime, ours: Enterprise, given: str) -> None:
        with pytest.raises(hosts.HostUnfit):
            claimed(on, ours, given)

    def test_our_own_address_needs_no_proof(self, on: Runtime, ours: Enterprise) -> None:
        with pytest.raises(hosts.HostOurs):
            claimed(on, ours, "example.test")

    def test_the_hundredth_host_is_taken_and_no_more(self, on: Runtime, ours: Enterprise) -> None:
        for number in range(hosts.MOST_HOSTS):
            claimed(on, ours, f"h{number}.example.vn")
        with pytest.raises(hosts.TooManyHosts):
            claimed(on, ours, "one-more.example.vn")
        assert claimed(on, ours, "h0.example.vn").host == "h0.example.vn"

    def test_only_an_owner_claims_proves_and_forgets(self, on: Runtime, ours: Enterprise) -> None:
        claimed(on, ours)
        for by, refusal in ((ours.actor(Role.MEMBER), NotAllowed), (ours.actor(Role.APPROVER), NotAllowed), (ANONYMOUS, SignInNeeded)):
            for verb in (hosts.claim, hosts.prove, hosts.forget):
                with pytest.raises(refusal):
                    verb(HOST, by=by, on=on)
        assert [host.host for host in hosts.hosts_of(by=ours.actor(Role.MEMBER), on=on)] == [HOST]


class TestProve:
    def test_a_record_in_the_dns_proves_it(self, on: Runtime, ours: Enterprise) -> None:
        host = proven(on, ours)
        assert (host.state, host.by, host.proven_at, host.dns) == ("proven", "dns", NOW, None)
        assert host.file is not None
        assert host.file.code == "outbound.name-unknown"
        assert trusted(on, ours.party_id)

    def test_one_record_among_others_is_enough(self, on: Runtime, ours: Enterprise) -> None:
        host = claimed(on, ours)
        with_record(on, "v=spf1 -all", host.token)
        assert hosts.prove(HOST, by=ours.actor(), on=on).state == "proven"

    def test_a_name_with_a_port_is_proven_by_the_record_of_its_name(self, on: Runtime, ours: Enterprise) -> None:
        host = claimed(on, ours, f"{HOST}:8443")
        with_record(on, host.record[1])
        assert hosts.prove(host.host, by=ours.actor(), on=on).state == "proven"

    def test_without_a_record_nothing_is_proven_and_both_ways_say_why(self, on: Runtime, ours: Enterprise) -> None:
        claimed(on, ours)
        on.outbound = world({}, {})
        host = hosts.prove(HOST, by=ours.actor(), on=on)
        assert (host.state, host.checked_at) == ("unproven", NOW)
        assert host.dns is not None
        assert (host.dns.code, host.dns.params) == ("resolve.proof-txt-missing", {"name": f"_truyxuat.{HOST}"})

    def test_a_wrong_record_is_shown_as_it_was_found(self, on: Runtime, ours: Enterprise) -> None:
        claimed(on, ours)
        with_record(on, "truyxuat-verification=of-somebody-else\x07" + "x" * 100)
        host = hosts.prove(HOST, by=ours.actor(), on=on)
        assert host.dns is not None
        assert host.dns.code == "resolve.proof-txt-other"
        assert host.dns.params["found"].isprintable()
        assert len(host.dns.params["found"]) <= 60

    def test_the_token_of_another_organisation_proves_nothing_for_us(self, on: Runtime, ours: Enterprise) -> None:
        theirs = make_enterprise(on, "Đối thủ", "9521999")
        token = claimed(on, theirs).token
        claimed(on, ours)
        with_record(on, f"truyxuat-verification={token}")
        assert hosts.prove(HOST, by=theirs.actor(), on=on).state == "proven"
        assert hosts.prove(HOST, by=ours.actor(), on=on).state == "unproven"
        assert (trusted(on, theirs.party_id), trusted(on, ours.party_id)) == (True, False)

    def test_a_token_inside_a_longer_word_proves_nothing(self, on: Runtime, ours: Enterprise) -> None:
        host = claimed(on, ours)
        with_record(on, f"x{host.token}", f"{host.token}0")
        assert hosts.prove(HOST, by=ours.actor(), on=on).state == "unproven"

    def test_the_button_does_not_make_us_knock_again_and_again(self, on: Runtime, ours: Enterprise, clock: SetClock) -> None:
        claimed(on, ours)
        hosts.prove(HOST, by=ours.actor(), on=on)
        with pytest.raises(hosts.AskedTooSoon) as refused:
            hosts.prove(HOST, by=ours.actor(), on=on)
        assert refused.value.params["retry_after"] == 10
        clock.advance(hosts.PAUSE)
        hosts.prove(HOST, by=ours.actor(), on=on)

    def test_a_host_nobody_claimed_cannot_be_proven_or_forgotten(self, on: Runtime, ours: Enterprise) -> None:
        theirs = make_enterprise(on, "Đối thủ", "9521999")
        claimed(on, theirs)
        for verb in (hosts.prove, hosts.forget, hosts.host_of):
            with pytest.raises(hosts.NoSuchHost):
                verb(HOST, by=ours.actor(), on=on)

    def test_a_forgotten_host_is_not_trusted_and_gets_another_token(self, on: Runtime, ours: Enterprise) -> None:
        token = proven(on, ours).token
        hosts.forget(HOST.upper(), by=ours.actor(), on=on)
        assert not trusted(on, ours.party_id)
        assert hosts.hosts_of(by=ours.actor(), on=on) == []
        assert claimed(on, ours).token != token


class TestFile:
    """The file on a real web server with a real certificate."""

    @pytest.fixture
    def secure(self, tmp_path: Path) -> tuple[Any, Any]:
        return certified(tmp_path, HOST)

    @pytest.fixture
    def says(self, on: Runtime, ours: Enterprise, secure: tuple[Any, Any]) -> Iterator[Any]:
        """Claims the host at a server of ours, lets that say something, and returns what proving it found."""

        def run(make: Any) -> tuple[hosts.Host, Peer]:
            peer = ends.enter_context(serving(saying(), secure[0]))
            name = f"{HOST}:{peer.port}"
            host = claimed(on, ours, name)
            peer.talk = make(host.record[1])
            on.outbound = world({HOST: ["127.0.0.1"]}, {}, trust=secure[1], near=frozenset({name}))
            return hosts.prove(name, by=ours.actor(), on=on), peer

        with ExitStack() as ends:
            yield run

    def test_a_file_with_the_token_proves_it(self, says: Any) -> None:
        host, peer = says(lambda text: saying(f"# our site\r\n{text}\r\n".encode()))
        assert (host.state, host.by, host.file) == ("proven", "file", None)
        assert peer.asked() == ["GET /.well-known/truyxuat-verification.txt"]

    @pytest.mark.parametrize(
        ("talk", "code", "params"),
        [
            (saying(b"<html>not found"), "resolve.proof-file-other", {"found": "<html>not found"}),
            (saying(b""), "resolve.proof-file-other", {"found": "–"}),
            (saying(b"x", "404 Not Found"), "resolve.proof-file-status", {"status": 404}),
            (
                saying(b"", "301 Moved", Location="https://www.example.vn/"),
                "resolve.proof-file-redirects",
                {"to": "https://www.example.vn/"},
            ),
            (lambda _connection, _asked: None, "outbound.not-listening", {}),
        ],
    )
    def test_what_is_not_the_file_proves_nothing_and_is_told(self, says: Any, talk: Any, code: str, params: dict[str, Any]) -> None:
        host, _ = says(lambda _text: talk)
        assert host.state == "unproven"
        assert host.file.code == code
        assert params.items() <= host.file.params.items()

    def test_a_token_far_down_in_a_long_file_is_not_looked_for(self, says: Any) -> None:
        host, _ = says(lambda text: saying(b"x" * 5000 + b"\n" + text.encode()))
        assert host.state == "unproven"


class TestNight:
    def again(self, on: Runtime, count: int = 10) -> int:
        return hosts.look_again(count, threading.Event(), on=on)

    def test_a_proof_is_looked_at_again_once_a_night(self, on: Runtime, ours: Enterprise, clock: SetClock) -> None:
        proven(on, ours)
        assert self.again(on) == 0
        clock.advance(timedelta(hours=21))
        assert (self.again(on), self.again(on)) == (1, 0)
        assert hosts.host_of(HOST, by=ours.actor(), on=on).state == "proven"

    def test_a_proof_that_is_gone_warns_for_seven_days_and_then_lapses(self, on: Runtime, ours: Enterprise, clock: SetClock) -> None:
        proven(on, ours)
        clock.advance(timedelta(days=1))
        on.outbound = world({}, {})
        self.again(on)
        host = hosts.host_of(HOST, by=ours.actor(), on=on)
        assert (host.state, host.lapses_at) == ("failing", clock.now() + LAPSES_AFTER)
        assert trusted(on, ours.party_id)
        clock.advance(LAPSES_AFTER - timedelta(seconds=1))
        self.again(on)
        assert trusted(on, ours.party_id)
        clock.advance(timedelta(days=1))
        self.again(on)
        assert hosts.host_of(HOST, by=ours.actor(), on=on).state == "lapsed"
        assert not trusted(on, ours.party_id)

    def test_a_proof_that_comes_back_in_time_is_as_good_as_before(self, on: Runtime, ours: Enterprise, clock: SetClock) -> None:
        token = proven(on, ours).token
        clock.advance(timedelta(days=1))
        on.outbound = world({}, {})
        self.again(on)
        clock.advance(timedelta(days=6))
        with_record(on, token)
        self.again(on)
        host = hosts.host_of(HOST, by=ours.actor(), on=on)
        assert (host.state, host.proven_at, host.failed_since) == ("proven", NOW, None)

    def test_a_lapsed_proof_can_be_renewed(self, on: Runtime, ours: Enterprise, clock: SetClock) -> None:
        token = proven(on, ours).token
        on.outbound = world({}, {})
        for _ in range(9):
            clock.advance(timedelta(days=1))
            self.again(on)
        assert not trusted(on, ours.party_id)
        with_record(on, token)
        assert hosts.prove(HOST, by=ours.actor(), on=on).state == "proven"

    def test_without_a_network_of_our_own_no_proof_lapses(self, on: Runtime, ours: Enterprise, clock: SetClock) -> None:
        proven(on, ours)

        def silent(_name: str, _port: int) -> list[str]:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")

        made = world(None, None)
        on.outbound = Outbound(made.agent, look_up=silent, ask=made.ask)
        for _ in range(30):
            clock.advance(timedelta(days=1))
            self.again(on)
        assert hosts.host_of(HOST, by=ours.actor(), on=on).state == "proven"

    def test_looking_ends_when_the_server_stops(self, on: Runtime, ours: Enterprise, clock: SetClock) -> None:
        proven(on, ours)
        clock.advance(timedelta(days=1))
        stop = threading.Event()
        stop.set()
        assert hosts.look_again(5, stop, on=on) == 0


class TestOperator:
    def test_the_operators_word_counts_and_is_not_looked_at(self, on: Runtime, ours: Enterprise, clock: SetClock) -> None:
        assert hosts.vouch(HOST, ours.party_id, on=on).by == "operator"
        clock.advance(timedelta(days=30))
        assert hosts.look_again(5, threading.Event(), on=on) == 0
        assert trusted(on, ours.party_id)
        assert hosts.prove(HOST, by=ours.actor(), on=on).by == "operator"

    def test_the_operators_word_can_be_withdrawn(self, on: Runtime, ours: Enterprise) -> None:
        hosts.vouch(HOST, ours.party_id, on=on)
        assert hosts.vouch(HOST, ours.party_id, on=on, withdrawn=True).state == "unproven"
        with pytest.raises(hosts.NoSuchHost):
            hosts.vouch(HOST, ours.party_id, on=on, withdrawn=True)

    def test_a_word_for_nobody_is_refused(self, on: Runtime) -> None:
        with pytest.raises(NoSuchParty):
            hosts.vouch(HOST, 17, on=on)


@given(st.sampled_from([None, "dns", "file", "operator"]), st.booleans(), st.booleans(), st.integers(0, 20))
def test_a_look_never_makes_a_host_trusted_without_a_proof(by: str | None, found: bool, unclear: bool, days: int) -> None:
    looked = Looked("dns" if found else None, None, None, unclear and not found)
    proven_at = NOW if by else None
    since = NOW if by in {"dns", "file"} and days else None
    values = after_look(by, proven_at, since, looked, NOW + timedelta(days=days))
    after = values.get("proven_by", by)
    assert after in ({"dns", "operator"} if found else {by, None})
    if by in {"dns", "file"} and not found and not unclear:
        assert (after is None) == (since is not None and timedelta(days=days) >= LAPSES_AFTER)
    if by == "operator":
        assert after == "operator"


def test_the_record_and_the_file_are_named_after_the_host() -> None:
    assert host_proof.record_name("a.vn:8443") == "_truyxuat.a.vn"
    assert host_proof.file_url("a.vn:8443") == "https://a.vn:8443/.well-known/truyxuat-verification.txt"
