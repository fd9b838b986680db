"""The doors of the flags: the JSON door, the pages, the command."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.capture.accept import accept
from app.cli import refused
from app.errors import Refusal
from app.journey.flags import rules, tell
from app.journey.flags.commands import flags
from app.journey.flags.rules import CODES
from app.runtime import Runtime
from app.words.refusals import catalogue, describe_finding
from tests.builders import Enterprise, document, make_api_key, make_enterprise, raw, signed_in
from tests.journey.flags.lives import BOTTLE, CASE, OTHER, made, packed, retired, seen
from tests.journey.flags.test_follow import record

URN = "urn:epc:id:sgtin:9521002.000001.K7M2Q9"


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    """Somebody whose bottle was sold after its end, and another of unknown beginning."""
    firm = make_enterprise(on)
    record(on, firm, made(1), retired(2), seen(3, "retail_selling"), seen(4, "shipping", OTHER))
    return firm


def test_a_program_reads_its_flags_page_by_page(on: Runtime, client: Any, firm: Enterprise) -> None:
    key = make_api_key(on, firm)
    first = client.get("/api/flags?count=1", headers=key).get_json()
    second = client.get(f"/api/flags?count=1&before={first['next']}", headers=key).get_json()
    assert [flag["code"] for flag in first["flags"] + second["flags"]] == [rules.NO_BEGINNING, rules.AFTER_END]
    assert (second["next"], second["waiting"]) == (None, 0)
    told = second["flags"][0]
    assert (told["item"], told["otherParty"], bool(told["otherEvent"])) == (BOTTLE, False, True)


@pytest.mark.parametrize("item", [BOTTLE, URN, "(01)09521002000016(21)K7M2Q9"])
def test_flags_of_an_item_are_found_in_every_spelling(on: Runtime, client: Any, firm: Enterprise, item: str) -> None:
    found = client.get("/api/flags", query_string={"item": item}, headers=make_api_key(on, firm)).get_json()["flags"]
    assert [flag["code"] for flag in found] == [rules.AFTER_END]


def test_flags_of_one_code_are_found_and_others_are_refused_by_name(on: Runtime, client: Any, firm: Enterprise) -> None:
    key = make_api_key(on, firm)
    found = client.get(f"/api/flags?code={rules.NO_BEGINNING}", headers=key).get_json()["flags"]
    assert [flag["item"] for flag in found] == [OTHER]
    assert client.get("/api/flags?code=life.wrong", headers=key).get_json()["code"] == "flags.no-such-code"


@pytest.mark.parametrize("token", ["x", "bnVsbA", "WzFd", "WyJhIiwiYiIsImMiXQ", "é", "Wy0xLCIiLCIiXQ", "W10", "WzEsIlx1MDAwMCIsIiJd"])
def test_a_page_that_nobody_was_told_of_is_refused(on: Runtime, client: Any, firm: Enterprise, token: str) -> None:
    answer = client.get("/api/flags", query_string={"before": token}, headers=make_api_key(on, firm))
    assert (answer.status_code, answer.get_json()["code"]) == (400, "flags.page-unknown")


@pytest.mark.usefixtures("firm")
def test_nobody_else_reads_them(on: Runtime, client: Any) -> None:
    stranger = make_enterprise(on, "Cửa hàng Đồng Tháp", "9521005")
    assert client.get("/api/flags", headers=make_api_key(on, stranger)).get_json()["flags"] == []
    assert client.get("/api/flags").status_code == 401


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Xuất hiện sau khi kết thúc"), ("en", "Seen after its end"), ("fr", "Vu après sa fin")]
)
def test_people_read_what_to_look_at(on: Runtime, client: Any, firm: Enterprise, language: str, words: str) -> None:
    page = signed_in(client, on, firm).get(f"/console/flags?lang={language}").get_data(as_text=True)
    assert words in page
    assert BOTTLE in page
    kept = client.get(f"/console/flags?lang={language}&code={rules.NO_BEGINNING}").get_data(as_text=True)
    assert (BOTTLE in kept, OTHER in kept) == (False, True)


def test_a_firm_without_flags_is_told_so(on: Runtime, client: Any) -> None:
    firm = make_enterprise(on)
    record(on, firm, made(1), seen(2, "retail_selling"))
    assert "Everything fits together" in signed_in(client, on, firm).get("/console/flags?lang=en").get_data(as_text=True)


def test_the_event_page_says_what_does_not_fit_and_leads_to_the_other_event(on: Runtime, client: Any, firm: Enterprise) -> None:
    (flag,) = tell.newest(by=firm.actor(), on=on, item=BOTTLE)[0]
    page = signed_in(client, on, firm).get(f"/console/events/{flag.event_id}?lang=en").get_data(as_text=True)
    assert "Seen after its end" in page
    assert f"/console/events/{flag.other}" in page
    assert "to check" not in client.get(f"/console/events/{flag.other}?lang=en").get_data(as_text=True)
    assert client.get("/console/events?lang=en").get_data(as_text=True).count("to check: 1") == 2


def test_the_command_lists_flags_of_what_was_just_captured(on: Runtime) -> None:
    firm = make_enterprise(on)
    record(on, firm, made(1), packed(2, CASE))
    with on.store.reading() as connection:
        ids = list(connection.exec_driver_sql("SELECT id FROM event").scalars())
    assert tell.after_capture(ids, by=firm.actor(), on=on) == []
    record(on, firm, seen(3, "retail_selling"))
    with on.store.reading() as connection:
        ids = list(connection.exec_driver_sql("SELECT id FROM event").scalars())
    (flag,) = tell.after_capture(ids, by=firm.actor(), on=on)
    assert tell.as_json(flag) | {"eventID": "", "otherEvent": "", "foundAt": 0} == {
        "code": rules.ALONE, "eventID": "", "item": BOTTLE, "otherEvent": "", "otherParty": False, "foundAt": 0,
    }  # fmt: skip


@pytest.mark.parametrize("arguments", [[], ["--rebuild"]])
def test_the_operator_has_everything_judged(
    on: Runtime, firm: Enterprise, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = {"HOME": str(on.settings.home), "DATABASE_URL": on.settings.url(), "BASE_URL": on.settings.base_url, "LANGUAGE": "en"}
    for name, value in ours.items():
        monkeypatch.setenv(f"TRUYXUAT_{name}", value)
    accept(raw(document(seen(5, "retail_selling", OTHER), seen(6, "retail_selling"))), by=firm.actor(), on=on)
    assert refused.run(flags, [*arguments, "--json"]) == 0
    judged = 2 + 5 * len(arguments)  # four events and a key were there before
    assert json.loads(capsys.readouterr().out) == {"judged": judged, "flags": {rules.AFTER_END: 2, rules.NO_BEGINNING: 1}}
    assert refused.run(flags, []) == 0
    assert capsys.readouterr().out.splitlines() == ["Judged 0 entries of the log.", "life.after-end: 2", "life.no-beginning: 1"]


def test_every_flag_has_words_and_a_remedy() -> None:
    from app.journey.flags.find import Flag

    for code in CODES:
        told = describe_finding(Flag(1, "", code, BOTTLE, 0, "", 0).finding, "vi")
        assert told["message"].startswith(BOTTLE)
        assert catalogue()[code]["do_vi"] == told["remedy"]


def test_a_refusal_of_the_flags_is_one_for_the_verbs_too(on: Runtime, firm: Enterprise) -> None:
    with pytest.raises(Refusal):
        tell.newest(by=firm.actor(), on=on, code="x")
