"""The JSON doors of verification, the bundle a stranger takes home, and the small pure parts."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import qrcode
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from app.catalogue.model import Lot
from app.identify.read import identify
from app.ledger import log_key
from app.party.model import Party
from app.settings import load
from app.verify import commands, offline
from app.verify.address import code_of, foremost, link_of, page_of, raw_path
from app.verify.bundle import NoEvidence, evidence_of
from app.verify.dates import day_of_code
from app.verify.limit import MOST_CLIENTS, Limit, client_of
from tests.builders import make_enterprise, object_event
from tests.verify.world import GTIN, LOT, SERIAL, World, commissioning

ITEM = f"/v/01/{GTIN}/10/{LOT}/21/{SERIAL}"
ALPHABET = "ABCabc019!\"%&'()*+,-./:;<=>?_"


# ------------------------------------------------------------------------------------------------ GET /api/verify


def test_a_program_gets_everything_behind_a_verdict(world: World, client: Any) -> None:
    world.commission()
    answer = client.get("/api/verify", query_string={"code": world.link(ai17="260712")}, headers={"Accept-Language": "en"}).json
    assert {name: answer[name] for name in ("verdict", "cause", "level", "expiry")} == {
        "verdict": "verified",
        "cause": "VERIFIED-ITEM",
        "level": "item",
        "expiry": "2026-07-12",
    }
    assert answer["code"]["page"] == f"{ITEM}?17=260712"
    assert (answer["product"]["name"], answer["producer"]["name"], answer["lot"]["lot"]) == (
        "Vải thiều Thanh Hà 1 kg",
        "Sông Thái Bình",
        LOT,
    )
    (step,) = answer["journey"]["steps"]
    assert (step["bizStep"], step["eventTime"], step["place"]["commune"], step["proof"]["signature"], step["proof"]["log"]) == (
        "commissioning",
        "2026-06-12T10:00:00+07:00",
        "Thanh Hà",
        "passed",
        "passed",
    )
    assert (answer["log"]["size"], answer["log"]["vkey"]) == (2, log_key.signer(world.on).verifier.vkey)


@pytest.mark.parametrize(("language", "word"), [("vi", "Không tìm thấy"), ("en", "Not found"), ("fr", "Introuvable")])
def test_the_sentences_come_in_the_readers_language(client: Any, language: str, word: str) -> None:
    answer = client.get(f"/api/verify?code=(01)09521003000015&lang={language}")
    assert (answer.status_code, answer.json["word"], answer.headers["Content-Language"]) == (200, word, language)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("", "verify.code-missing"),
        ("x" * 2_001, "verify.code-missing"),
        ("09521002000017", "identify.wrong-check-digit"),
        ("hello", "identify.not-recognised"),
    ],
)
def test_a_code_that_cannot_be_understood_is_refused_and_not_judged(client: Any, code: str, found: str) -> None:
    answer = client.get("/api/verify", query_string={"code": code})
    assert (answer.status_code, answer.json["code"]) == (400, found)


# ------------------------------------------------------------------------------------------------ bundles


def test_a_downloaded_bundle_is_proven_by_the_offline_verifier(world: World, client: Any) -> None:
    lot = {"epcClass": f"https://id.gs1.org/01/{GTIN}/10/{LOT}", "quantity": 1100, "uom": "KGM"}
    world.capture(commissioning(epcList=None, quantityList=[lot], eventTime="2026-06-12T09:00:00+07:00"), commissioning())
    world.capture(object_event(epcList=[f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"]))
    answer = client.get("/api/bundle", query_string={"code": world.link()})
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{GTIN}-{LOT}-{SERIAL}.bundle"'
    proven = offline.verify_bundle(answer.data, log_vkey=client.get("/log/key").text, expect_item=world.link())
    assert [event.about for event in proven.events] == ["lot", "item", "item"]
    assert (proven.trusted_log, proven.size) == (True, 4)


def test_a_changed_bundle_is_not_proven(world: World) -> None:
    world.commission()
    changed = evidence_of(identify(world.link()), on=world.on).replace(b"commissioning", b"decommissioning")
    with pytest.raises(offline.NotProven):
        offline.verify_bundle(changed)


def test_events_of_enterprises_that_publish_nothing_stay_out_of_bundles(world: World) -> None:
    carrier = make_enterprise(world.on, "Vận tải lạnh", "9521005")
    world.commission()
    world.capture(object_event(epcList=[f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}"]), by=carrier)
    world.write(update(Party).where(Party.party_id == carrier.party_id).values(publishes=False))
    proven = offline.verify_bundle(evidence_of(identify(world.link()), on=world.on))
    assert [event.step for event in proven.events] == ["commissioning"]


def test_an_event_that_names_the_item_and_its_batch_is_about_the_item(world: World) -> None:
    item, batch = f"https://id.gs1.org/01/{GTIN}/21/{SERIAL}", f"https://id.gs1.org/01/{GTIN}/10/{LOT}"
    world.capture(object_event(action="ADD", bizStep="commissioning", epcList=[item], quantityList=[{"epcClass": batch, "quantity": 1}]))
    assert [event.relation for event in world.check().history.events] == ["item"]
    assert offline.verify_bundle(evidence_of(identify(world.link()), on=world.on)).events


def test_an_item_known_by_its_batch_alone_has_the_evidence_of_its_batch(world: World) -> None:
    batch = f"https://id.gs1.org/01/{GTIN}/10/{LOT}"
    world.capture(object_event(action="ADD", bizStep="commissioning", epcList=None, quantityList=[{"epcClass": batch, "quantity": 9}]))
    proven = offline.verify_bundle(evidence_of(identify(world.link()), on=world.on))
    assert "item-not-named" in proven.notes


def test_a_code_that_cannot_be_read_is_a_problem_and_a_verdict(client: Any) -> None:
    answer = client.get("/api/verify", query_string={"code": "https://id.gs1.org/01/09521002000017"})
    told = (answer.json["verdict"], answer.json["cause"], answer.json["code"])
    assert (answer.status_code, told) == (400, ("cannot_check", "UNREADABLE", "identify.wrong-check-digit"))


def test_an_item_without_events_has_no_bundle(world: World, client: Any) -> None:
    with pytest.raises(NoEvidence):
        evidence_of(identify(world.link()), on=world.on)
    answer = client.get("/api/bundle", query_string={"code": world.link()})
    assert (answer.status_code, answer.json["code"]) == (404, "verify.no-evidence")


# ------------------------------------------------------------------------------------------------ POST /api/scan


def _qr(text: str, kind: str = "PNG") -> bytes:
    held = io.BytesIO()
    qrcode.make(text, box_size=6).convert("L").save(held, kind)
    return held.getvalue()


@pytest.mark.parametrize(("kind", "mimetype"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_a_frame_is_read_with_its_meaning_and_the_way_to_its_verdict(client: Any, kind: str, mimetype: str) -> None:
    code = f"https://id.gs1.org/01/{GTIN}/10/{LOT}/21/{SERIAL}?17=260712"
    (reading,) = client.post("/api/scan", data=_qr(code, kind), content_type=mimetype).json["readings"]
    assert (reading["text"], reading["page"], reading["confirmed"]) == (code, f"{ITEM}?17=260712", True)
    assert reading["gs1"]["path"] == [["01", GTIN], ["10", LOT], ["21", SERIAL]]


def test_a_code_that_is_not_gs1_has_no_verdict_page(client: Any) -> None:
    (reading,) = client.post("/api/scan", data=_qr("https://example.com/shop"), content_type="image/png").json["readings"]
    assert (reading["page"], reading["gs1"]) == (None, None)


@pytest.mark.parametrize(
    ("content", "mimetype", "status", "code"),
    [
        (b"", "image/png", 400, "verify.picture-missing"),
        (b"%PDF-1.4", "image/png", 415, "scanner.not-an-image"),
        (b"x", "text/plain", 415, "api.media-type"),
        (b"\x89PNG\r\n\x1a\n", "image/png", 400, "scanner.image-damaged"),
        (b"\xff" * 12_000_001, "image/jpeg", 413, "verify.picture-too-large"),
    ],
)
def test_what_is_no_picture_is_refused(client: Any, content: bytes, mimetype: str, status: int, code: str) -> None:
    answer = client.post("/api/scan", data=content, content_type=mimetype)
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_one_address_that_sends_pictures_in_a_loop_is_told_to_wait(client: Any) -> None:
    answers = [client.post("/api/scan", data=b"", content_type="image/png") for _ in range(60)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert (refused[0].json["code"], int(refused[0].headers["Retry-After"]) >= 1) == ("verify.too-many-pictures", True)


# ------------------------------------------------------------------------------------------------ the commands


@pytest.fixture
def terminal(world: World, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A terminal whose environment names the test's installation."""
    monkeypatch.setenv("TRUYXUAT_HOME", str(world.on.settings.home))
    monkeypatch.setenv("TRUYXUAT_DATABASE_URL", world.on.settings.database_url)
    monkeypatch.setenv("TRUYXUAT_BASE_URL", world.on.settings.base_url)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    assert load().database_url == world.on.settings.database_url
    return CliRunner()


def test_the_command_scan_prints_one_verdict_an_image(world: World, terminal: CliRunner, tmp_path: Path) -> None:
    world.commission()
    world.write(update(Lot).values(expires_on="2999-12-31"))  # the command asks the machine's clock, not the test's
    label, bad = tmp_path / "label.png", tmp_path / "notes.jpg"
    label.write_bytes(_qr(world.link()))
    bad.write_text("not a picture")
    result = terminal.invoke(commands.scan, [str(label), str(bad), "--json"], standalone_mode=False)
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["file"], first["verdict"]["verdict"], first["readings"][0]["gs1"]["kind"]) == (str(label), "verified", "GTIN")
    assert (second["verdict"], second["error"]["code"], result.return_value) == (None, "scanner.not-an-image", 1)


def test_the_command_scan_tells_people_the_verdict_in_words(world: World, terminal: CliRunner, tmp_path: Path) -> None:
    label = tmp_path / "label.png"
    label.write_bytes(_qr(world.link("INVENTED")))
    result = terminal.invoke(commands.scan, [str(label)], standalone_mode=False)
    assert ("Not found" in result.stdout, "UNKNOWN-SERIAL" in result.stdout, result.return_value) == (True, True, 0)


def test_the_command_scan_says_when_the_server_does_not_answer(world: World, terminal: CliRunner, tmp_path: Path) -> None:
    label = tmp_path / "label.png"
    label.write_bytes(_qr(world.link()))
    result = terminal.invoke(commands.scan, [str(label), "--json", "--server", "http://127.0.0.1:9"], standalone_mode=False)
    found = json.loads(result.stdout)
    assert (found["verdict"], found["error"]["code"], result.return_value) == (None, "capture.server-unreachable", 1)


@pytest.fixture
def bundle_file(world: World, tmp_path: Path) -> Path:
    """A bundle of the printed item as a browser saves it."""
    world.commission()
    path = tmp_path / "item.bundle"
    path.write_bytes(evidence_of(identify(world.link()), on=world.on))
    return path


def test_the_command_verify_bundle_says_when_the_key_came_with_the_file(terminal: CliRunner, bundle_file: Path) -> None:
    result = terminal.invoke(commands.verify_bundle, [str(bundle_file)], standalone_mode=False)
    assert (result.return_value, "PROVEN" in result.stdout, "compared with nothing" in result.stdout) == (0, True, True)


@pytest.mark.parametrize("as_file", [False, True])
def test_the_command_verify_bundle_compares_the_published_key(
    world: World, terminal: CliRunner, bundle_file: Path, tmp_path: Path, as_file: bool
) -> None:
    key = log_key.signer(world.on).verifier.vkey
    given = key
    if as_file:
        (tmp_path / "log.vkey").write_text(key + "\n")
        given = str(tmp_path / "log.vkey")
    result = terminal.invoke(commands.verify_bundle, [str(bundle_file), "--log-key", given, "--json"], standalone_mode=False)
    found = json.loads(result.stdout)
    assert (result.return_value, found["proven"], found["trustedLog"], found["events"][0]["step"]) == (0, True, True, "commissioning")


def test_the_command_verify_bundle_fails_for_another_log_another_item_or_a_changed_file(
    world: World, terminal: CliRunner, bundle_file: Path
) -> None:
    key = log_key.signer(world.on).verifier.vkey
    other = key.replace("example.test", "other.example")
    changed = bundle_file.with_name("changed.bundle")
    changed.write_bytes(bundle_file.read_bytes().replace(b"active", b"recalled"))
    runs = {
        "verify.bundle-other-log": [str(bundle_file), "--log-key", other],
        "verify.bundle-unexpected-item": [str(bundle_file), "--item", world.link("OTHER")],
        "verify.bundle-hash": [str(changed), "--log-key", key],
    }
    for code, arguments in runs.items():
        result = terminal.invoke(commands.verify_bundle, [*arguments, "--json"], standalone_mode=False)
        found = json.loads(result.stdout)
        assert (result.return_value, found["proven"], found["error"]["code"]) == (1, False, code)


# ------------------------------------------------------------------------------------------------ addresses, days, limits


@given(st.text(ALPHABET, min_size=1, max_size=20), st.text(ALPHABET, min_size=1, max_size=20))
def test_the_address_of_a_page_means_the_code_it_was_made_from(lot: str, serial: str) -> None:
    identified = identify(f"01{GTIN}10{lot}\x1d21{serial}\x1d17260712")
    path, _, query = page_of(identified).partition("?")
    assert code_of(raw_path(path, ""), query) == identified
    assert link_of(identified) == "https://id.gs1.org" + page_of(identified).removeprefix("/v")


def test_attributes_that_no_link_can_carry_are_left_out_of_the_address() -> None:
    assert page_of(identify(f"(01){GTIN}(235)TPX(10){LOT}(17)260712")) == f"/v/01/{GTIN}/10/{LOT}?17=260712"


@pytest.mark.parametrize(
    ("raw", "info", "path"),
    [
        ("/v/01/1/21/A%2FB?x=1", "/v/01/1/21/A/B", "/v/01/1/21/A%2FB"),
        ("http://host/v/01/1?x=1", "/v/01/1", "/v/01/1"),
        (None, "/v/01/1/21/A B", "/v/01/1/21/A%20B"),
        ("", "/v/01/1", "/v/01/1"),
    ],
)
def test_the_path_is_taken_as_it_was_sent(raw: str | None, info: str, path: str) -> None:
    assert raw_path(raw, info) == path


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("260712", date(2026, 7, 12)),
        ("260200", date(2026, 2, 28)),
        ("280200", date(2028, 2, 29)),
        ("760101", date(2076, 1, 1)),
        ("770101", date(1977, 1, 1)),
        ("000101", date(2000, 1, 1)),
    ],
)
def test_a_day_of_six_digits_falls_into_the_nearest_century(text: str, day: date) -> None:
    assert day_of_code(text, date(2026, 6, 20)) == day


def test_the_century_turns_with_the_years() -> None:
    assert day_of_code("050101", date(2099, 6, 20)) == date(2105, 1, 1)


def test_a_client_may_burst_and_then_waits_its_turn() -> None:
    limit = Limit(rate=2.0, burst=3.0)
    assert [limit.wait("a", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limit.wait("a", 0.0) == pytest.approx(0.5)
    assert (limit.wait("b", 0.0), limit.wait("a", 0.5)) == (0.0, 0.0)


def test_the_memory_of_clients_is_bounded() -> None:
    limit = Limit(rate=1.0, burst=1.0)
    for number in range(MOST_CLIENTS + 10):
        limit.wait(str(number), 0.0)
    assert (limit.wait("0", 0.0), limit.wait(str(MOST_CLIENTS + 9), 0.0) > 0) == (0.0, True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        (None, "", True),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(one: str | None, other: str, same: bool) -> None:
    assert (client_of(one) == client_of(other)) is same


def test_of_two_addresses_of_one_product_the_more_exact_one_counts() -> None:
    product, item, other = f"/v/01/{GTIN}", f"/v/01/{GTIN}/10/{LOT}/21/A1?17=290601", "/v/01/09521008000010"
    assert foremost([product, item]) == {item}
    assert foremost([product, f"/v/01/{GTIN}/21/A1", item]) == {item}
    assert foremost([item, other]) == {item, other}
    assert foremost([f"/v/01/{GTIN}/21/A1", f"/v/01/{GTIN}/21/B2"]) == {f"/v/01/{GTIN}/21/A1", f"/v/01/{GTIN}/21/B2"}
    assert foremost([]) == set()
