"""Hosts and link checks through pages, API and commands: what people and programs are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import click
import pytest
from click.testing import CliRunner

from app.clock import SetClock
from app.outbound import NameUnknown
from app.party.permissions import Role
from app.resolve import declare, hosts
from app.resolve.alone import CheckUnderWay, alone
from app.resolve.due_links import AGAIN
from app.resolve.link_check import public_link
from app.resolve.link_state import State, link_answers
from app.resolve.links import DEFAULT, Link, Registration
from app.resolve.proof import commands
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key, make_enterprise, signed_in
from tests.conftest import NOW
from tests.outbound.peers import saying, world
from tests.resolve.sites import Street, street

HOST = "nong-san.example.vn"


@pytest.fixture
def ours(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def owner(client: Any, on: Runtime, ours: Enterprise) -> Any:
    return signed_in(client, on, ours)


def text(answer: Any) -> str:
    found: str = answer.get_data(as_text=True)
    return found


class TestPages:
    def test_the_list_is_empty_at_first_and_says_what_to_do(self, owner: Any) -> None:
        page = text(owner.get("/console/links/hosts?lang=en"))
        assert "No host yet" in page
        assert 'action="/console/links/hosts"' in page

    def test_claiming_leads_to_what_to_put_where(self, owner: Any, on: Runtime, ours: Enterprise) -> None:
        answer = owner.post("/console/links/hosts", data={"host": "https://Nong-San.example.vn/x"})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/console/links/hosts/{HOST}")
        page = text(owner.get(answer.headers["Location"] + "?lang=vi"))
        host = hosts.host_of(HOST, by=ours.actor(), on=on)
        for copied in (*host.record, *host.page):
            assert copied in page
        assert "Kiểm tra ngay" in page

    @pytest.mark.parametrize(
        ("language", "said"), [("vi", "không phải là tên máy chủ"), ("en", "is not the name of a host"), ("fr", "pas un nom d&#39;hôte")]
    )
    def test_a_wrong_name_comes_back_with_what_is_wrong_beside_it(self, owner: Any, language: str, said: str) -> None:
        answer = owner.post(f"/console/links/hosts?lang={language}", data={"host": "sai tên"})
        assert answer.status_code == 400
        assert said in text(answer)
        assert 'value="sai tên"' in text(answer)

    @pytest.mark.parametrize(
        ("language", "said"),
        [("vi", "DNS chưa có bản ghi TXT"), ("en", "The DNS has no TXT record"), ("fr", "Le DNS n&#39;a encore aucun enregistrement TXT")],
    )
    def test_looking_in_vain_tells_both_ways_in_plain_words(self, owner: Any, on: Runtime, language: str, said: str) -> None:
        owner.post("/console/links/hosts", data={"host": HOST})
        on.outbound = world({}, {})
        answer = owner.post(f"/console/links/hosts/{HOST}/prove")
        assert answer.headers["Location"].endswith("?done=looked")
        page = text(owner.get(f"/console/links/hosts/{HOST}?done=looked&lang={language}"))
        assert said in page
        assert HOST in page
        assert "outbound." not in page

    def test_looking_twice_at_once_is_refused_on_the_page(self, owner: Any) -> None:
        owner.post("/console/links/hosts", data={"host": HOST})
        owner.post(f"/console/links/hosts/{HOST}/prove")
        answer = owner.post(f"/console/links/hosts/{HOST}/prove?lang=en")
        assert answer.status_code == 429
        assert "Wait ten seconds" in text(answer)

    def test_a_proven_host_says_so_and_can_be_given_up(self, owner: Any, on: Runtime, ours: Enterprise) -> None:
        owner.post("/console/links/hosts", data={"host": HOST})
        name, said = hosts.host_of(HOST, by=ours.actor(), on=on).record
        on.outbound = world({}, {name: (said,)})
        owner.post(f"/console/links/hosts/{HOST}/prove")
        assert "by a DNS record" in text(owner.get(f"/console/links/hosts/{HOST}?lang=en"))
        assert "Proven" in text(owner.get("/console/links/hosts?lang=en"))
        assert owner.post(f"/console/links/hosts/{HOST}/forget").headers["Location"] == "/console/links/hosts?done=forgotten"
        assert owner.get(f"/console/links/hosts/{HOST}").status_code == 404

    def test_a_member_reads_and_changes_nothing(self, client: Any, on: Runtime, ours: Enterprise) -> None:
        hosts.claim(HOST, by=ours.actor(), on=on)
        member = signed_in(client, on, ours, Role.MEMBER)
        page = text(member.get(f"/console/links/hosts/{HOST}?lang=en"))
        assert "Only an owner" in page
        assert "/prove" not in page
        assert member.post(f"/console/links/hosts/{HOST}/forget").status_code == 403

    def test_a_word_of_the_operator_needs_nothing_put_anywhere(self, owner: Any, on: Runtime, ours: Enterprise) -> None:
        hosts.vouch(HOST, ours.party_id, on=on)
        page = text(owner.get(f"/console/links/hosts/{HOST}?lang=en"))
        assert "the operator&#39;s word" in page
        assert "TXT" not in page


class Ticking(SetClock):
    """A clock of which a microsecond passes whenever somebody looks at it."""

    def now(self) -> datetime:
        self.advance(timedelta(microseconds=1))
        return super().now()


@pytest.fixture
def here(on: Runtime) -> Iterator[Street]:
    with street(on) as found:
        on.clock = Ticking(NOW)
        del found.ours.pages[f"/01/{found.gtins[0]}"]  # on our own address no pause lies between two requests
        yield found


def run(on: Runtime, monkeypatch: pytest.MonkeyPatch, command: Any, *arguments: str) -> Any:
    """Run a command on this installation."""
    monkeypatch.setattr("app.api.opening.local_installation", lambda: on)
    monkeypatch.setattr(Runtime, "close", lambda _self: None)
    return CliRunner().invoke(command, list(arguments), standalone_mode=False, catch_exceptions=False)


class TestChecks:
    def check(self, here: Street, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        done = run(here.on, monkeypatch, commands.check, "--json", "--again", "0", *arguments)
        return done.return_value, [json.loads(line) for line in done.stdout.splitlines()]

    def test_the_command_tells_each_link_and_the_counts(self, here: Street, monkeypatch: pytest.MonkeyPatch) -> None:
        code, lines = self.check(here, monkeypatch, "--all")
        assert (code, lines[-1]) == (1, {"answers": 2, "fails": 1, "unchecked": 0})
        first = lines[0]
        assert (first["gtin"], first["outcome"], first["dead"], first["status"]) == (here.gtins[0], "fails", False, 404)
        assert (first["code"], first["url"]) == ("resolve.link-status", public_link(here.on, here.gtins[0]))
        asked = [each for each in here.ours.peer.asked() if here.gtins[0] in each]
        assert asked == [f"HEAD /01/{here.gtins[0]}", f"GET /01/{here.gtins[0]}"] * 2

    def test_one_product_may_be_asked_for_as_it_is_printed(self, here: Street, monkeypatch: pytest.MonkeyPatch) -> None:
        code, lines = self.check(here, monkeypatch, "--gtin", here.gtins[1].lstrip("0"))
        assert (code, [line.get("gtin") for line in lines]) == (0, [here.gtins[1], None])

    def test_what_was_tried_today_is_left_alone_without_all(self, here: Street, monkeypatch: pytest.MonkeyPatch) -> None:
        self.check(here, monkeypatch, "--party", here.owner.name)
        assert self.check(here, monkeypatch) == (0, [{"answers": 0, "fails": 0, "unchecked": 0}])

    def test_without_a_server_the_command_judges_nothing(self, here: Street, monkeypatch: pytest.MonkeyPatch) -> None:
        from app.resolve.link_check import OwnAddressSilent

        here.ours.pages.clear()
        with pytest.raises(OwnAddressSilent):
            self.check(here, monkeypatch, "--all")

    def test_a_product_nobody_registered_is_refused(self, here: Street, monkeypatch: pytest.MonkeyPatch) -> None:
        from app.catalogue.find import NoSuchProduct

        with pytest.raises(NoSuchProduct):
            self.check(here, monkeypatch, "--gtin", "09521999000013")

    def test_a_second_check_at_the_same_time_is_refused(self, here: Street, monkeypatch: pytest.MonkeyPatch) -> None:
        with alone(here.on), pytest.raises(CheckUnderWay):
            self.check(here, monkeypatch, "--all")

    def test_a_link_that_the_command_saw_fail_twice_is_dead_a_quarter_of_an_hour_later_only(
        self, here: Street, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def kept() -> State:
            with here.on.store.reading() as connection:
                return link_answers(connection, here.owner.party_id).products[here.gtins[0]].state

        assert self.check(here, monkeypatch, "--all")[1][0]["dead"] is False
        assert kept() is State.UNCHECKED
        here.on.clock.advance(AGAIN)  # type: ignore[attr-defined]  # the clock of this street ticks by hand
        assert self.check(here, monkeypatch, "--all")[1][0]["dead"] is True
        assert kept() is State.SILENT

    def test_people_read_sentences(self, here: Street, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRUYXUAT_LANGUAGE", "vi")
        done = run(here.on, monkeypatch, commands.check, "--all", "--again", "0")
        assert "trả lời mã 404 thay vì một trang" in done.stdout
        assert "Trả lời: 2 · Không trả lời: 1 · Chưa kiểm tra: 0" in done.stdout
        assert "sau ít nhất mười lăm phút" in done.stdout

    @pytest.mark.parametrize(
        ("language", "said"), [("vi", "thử lại sau 0 giây"), ("en", "trying them again in 0 s"), ("fr", "nouvel essai dans 0 s")]
    )
    def test_progress_is_told_in_the_language_of_the_terminal(
        self, here: Street, monkeypatch: pytest.MonkeyPatch, language: str, said: str
    ) -> None:
        monkeypatch.setenv("TRUYXUAT_LANGUAGE", language)
        assert said in run(here.on, monkeypatch, commands.check, "--all", "--again", "0").stderr

    def test_an_unproven_host_is_told_on_the_page_by_the_api_and_by_the_command(
        self, here: Street, client: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        link = Link(DEFAULT, here.there("/p"), "Vải")
        declare.declare(Registration((("01", here.gtins[0]),), "Vải", link, ()), by=here.owner.actor(), on=here.on)
        path = f"/leaving/01/{here.gtins[0]}"
        here.leads(0, here.on.settings.public_url() + path)
        here.ours.pages[path] = here.theirs.pages["/p"] = saying(b"<html>")
        host = f"theirs.test:{here.theirs.peer.port}"
        monkeypatch.setenv("TRUYXUAT_LANGUAGE", "en")
        assert f"Visitors are asked before {host} opens." in run(here.on, monkeypatch, commands.check, "--all").stdout
        page = text(signed_in(client, here.on, here.owner).get("/console/links/checks?lang=en"))
        assert "Asks before it opens" in page
        assert f"nobody has proven that {host} is the organisation&#39;s" in page
        found = client.get("/api/link-checks", headers=make_api_key(here.on, here.owner)).get_json()["products"][0]
        assert (found["state"], found["problem"], found["unproven"]["code"]) == ("answers", None, "resolve.link-unproven")

    def test_pages_and_api_show_what_was_found(self, here: Street, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        owner = signed_in(client, here.on, here.owner)
        assert "Chưa kiểm tra: 3" in text(owner.get("/console/links/checks?lang=vi"))
        self.check(here, monkeypatch, "--all")
        here.on.clock.advance(AGAIN)  # type: ignore[attr-defined]  # the clock of this street ticks by hand
        self.check(here, monkeypatch, "--all")
        page = text(owner.get("/console/links/checks?lang=en"))
        assert "Answers: 2 · No answer: 1 · Not checked: 0" in page
        assert "answers with status 404 instead of a page" in page
        assert page.index("No answer</span>") < page.index("Answers</span>")
        assert "No answer" in text(owner.get(f"/console/products/{here.gtins[0]}?lang=en"))
        assert "Answers" in text(owner.get(f"/console/products/{here.gtins[1]}?lang=en"))
        found = client.get("/api/link-checks", headers=make_api_key(here.on, here.owner)).get_json()
        assert (found["answers"], found["silent"], found["unchecked"]) == (2, 1, 0)
        assert found["products"][0]["problem"]["code"] == "resolve.link-status"

    def test_an_organisation_without_products_is_told_what_to_do(self, owner: Any) -> None:
        assert "No product yet" in text(owner.get("/console/links/checks?lang=en"))


class TestVouch:
    def test_the_operator_vouches_by_name_and_takes_it_back(self, on: Runtime, ours: Enterprise, monkeypatch: pytest.MonkeyPatch) -> None:
        done = run(on, monkeypatch, commands.vouch, HOST, "--party", ours.name, "--json")
        assert json.loads(done.stdout) == {"host": HOST, "party": ours.party_id, "state": "proven", "provenBy": "operator"}
        monkeypatch.setenv("TRUYXUAT_LANGUAGE", "en")
        done = run(on, monkeypatch, commands.vouch, HOST, "--party", str(ours.party_id), "--withdraw")
        assert done.stdout == f"{HOST} ({ours.name}): Not proven\n"

    def test_an_organisation_that_is_none_or_several_is_a_wrong_call(
        self, on: Runtime, ours: Enterprise, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TRUYXUAT_LANGUAGE", "vi")
        with pytest.raises(click.BadParameter, match="Không có tổ chức Không ai"):
            run(on, monkeypatch, commands.vouch, HOST, "--party", "Không ai")
        make_enterprise(on, ours.name, "9521999")
        with pytest.raises(click.BadParameter, match="Có nhiều tổ chức"):
            run(on, monkeypatch, commands.vouch, HOST, "--party", ours.name)


def test_the_api_tells_a_program_the_same(client: Any, on: Runtime, ours: Enterprise) -> None:
    key = make_api_key(on, ours)
    made = client.post("/api/link-hosts", json={"host": HOST}, headers=key)
    assert (made.status_code, made.headers["Location"]) == (201, f"/api/link-hosts/{HOST}")
    body = made.get_json()
    on.outbound = world({}, {body["dns"]["name"]: (body["dns"]["text"],)})
    proven = client.post(f"/api/link-hosts/{HOST}/prove", headers=key).get_json()
    assert (proven["state"], proven["provenBy"], proven["dns"]["problem"]) == ("proven", "dns", None)
    assert proven["file"]["problem"]["code"] == "outbound.name-unknown"
    assert client.get("/api/link-hosts", headers=key).get_json()["hosts"] == [proven]
    assert client.delete(f"/api/link-hosts/{HOST}", headers=key).status_code == 204
    assert client.get(f"/api/link-hosts/{HOST}", headers=key).status_code == 404


def test_no_test_asks_servers_of_others_unless_it_makes_some(on: Runtime) -> None:
    assert not on.outbound.network()
    with pytest.raises(NameUnknown):
        on.outbound.fetch("https://example.com/")
