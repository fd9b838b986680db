from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from app.capture import find
from app.capture.commands import capture
from app.capture.sheets.sheet_file import XLSX, read
from app.cli import refused
from app.ledger import find as ledger
from app.runtime import Runtime
from tests.builders import Enterprise, document, make_api_key, make_enterprise, object_event, raw
from tests.capture.jobs.small_xml import event as xml_event
from tests.capture.jobs.small_xml import xml
from tests.capture.sheets.sheets import as_csv, as_xlsx, harvest

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, on: Runtime) -> None:
    """The command finds the installation of this test, and speaks English."""
    for name, value in (("HOME", str(on.settings.home)), ("DATABASE_URL", on.settings.url()), ("LANGUAGE", "en")):
        monkeypatch.setenv(f"TRUYXUAT_{name}", value)


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def run(*arguments: str | Path) -> int:
    return refused.run(capture, [str(each) for each in arguments])


def lines(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def count(on: Runtime, firm: Enterprise) -> int:
    with on.store.reading() as connection:
        return sum(row.event_count for row in find.documents(connection, firm.party_id, 100))


def test_files_of_every_kind_are_captured_with_one_line_each(
    tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [
        write(tmp_path, "document.json", raw(document(object_event(), object_event(bizStep="receiving")))),
        write(tmp_path, "bare.jsonld", raw(object_event(**{"@context": CONTEXT, "bizStep": "storing"}))),
        write(tmp_path, "sheet.csv", as_csv(harvest())),
        write(tmp_path, "sheet.xlsx", as_xlsx(harvest(lot="L2"))),
    ]
    assert run(*files, "--json") == 0
    told = lines(capsys)
    assert [(each["file"], each["ok"], len(each["events"]), each["findings"]) for each in told] == [
        (str(path), True, number, []) for path, number in zip(files, (2, 1, 1, 1), strict=True)
    ]
    assert all(each["captureID"].isdecimal() for each in told)
    assert count(on, firm) == 5


def test_what_is_captured_is_in_the_log_when_the_command_ends(tmp_path: Path, on: Runtime, firm: Enterprise) -> None:
    assert run(write(tmp_path, "a.csv", as_csv(harvest())), "--party", firm.name) == 0
    with on.store.reading() as connection:
        latest = ledger.latest_checkpoint(connection)
    assert latest is not None
    assert latest.size >= 2


def test_the_same_file_again_is_known(tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a.csv", as_csv(harvest()))
    assert (run(path, "--json"), run(path, "--json")) == (0, 0)
    first, second = lines(capsys)
    assert (second["captureID"], second["events"][0]["known"]) == (first["captureID"], True)
    assert count(on, firm) == 1


def test_one_refused_file_makes_the_exit_code_one_and_stops_no_other(
    tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write(tmp_path, "bad.json", raw(document(object_event(), object_event(action="MOVE"))))
    broken = write(tmp_path, "broken.json", b'{"a": 1, "a": 2}')
    sheet = write(tmp_path, "bad.csv", as_csv(harvest(quantity="1.236")))
    odd = write(tmp_path, "photo.jpg", b"x")
    good = write(tmp_path, "good.csv", as_csv(harvest()))
    assert run(bad, broken, sheet, odd, good, "--json") == 1
    told = lines(capsys)
    assert [each["ok"] for each in told] == [False, False, False, False, True]
    finding = told[0]["findings"][0]
    assert (finding["event"], finding["pointer"]) == (2, "/epcisBody/eventList/1/action")
    assert finding["remedy"]
    assert [each["error"]["code"] for each in told[:4]] == [
        "capture.document-invalid", "capture.duplicate-key", "capture.sheet-invalid", "capture.file-kind",
    ]  # fmt: skip
    assert all(each["findings"] and each["findings"][0]["message"] for each in told[:4])
    assert told[2]["findings"][0]["pointer"] == "row=2 column=F"
    assert count(on, firm) == 1


def test_a_check_keeps_nothing(tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path, "good.json", raw(document(object_event())))
    assert run(good, "--check", "--json") == 0
    assert (lines(capsys)[0]["ok"], count(on, firm)) == (True, 0)
    assert run(write(tmp_path, "bad.csv", as_csv(harvest(step="bay"))), "--check") == 1


def test_people_read_what_is_wrong_and_what_to_do(tmp_path: Path, firm: Enterprise, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(write(tmp_path, "bad.csv", as_csv(harvest(quantity="1.236"))), "--party", str(firm.party_id)) == 1
    told = capsys.readouterr().err
    assert "row=2 column=F: “1.236” could mean 1236 or 1,236. Write 1236 or 1,236." in told
    assert "Correct each cell" in told


def test_who_records_is_guessed_only_when_there_is_no_doubt(
    tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "a.csv", as_csv(harvest()))
    assert run(path) == 0
    assert f"recording for {firm.name}" in capsys.readouterr().err
    other = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003")
    assert run(write(tmp_path, "b.csv", as_csv(harvest(lot="L2")))) == 0
    assert f"recording for {firm.name}" in capsys.readouterr().err  # the demo manufacturer among several
    assert run(write(tmp_path, "c.csv", as_csv(harvest(lot="L3"))), "--party", "nuoc mam van van co") == 0
    assert (count(on, firm), count(on, other)) == (2, 1)


def test_without_anybody_to_record_for_the_call_is_wrong(tmp_path: Path, on: Runtime, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a.csv", as_csv(harvest()))
    assert run(path) == 2
    make_enterprise(on, "Một", "9521002")
    make_enterprise(on, "Hai", "9521003")
    assert run(path) == 2
    assert run(path, "--party", "Ba") == 2
    assert "Hai (" in capsys.readouterr().err


def test_a_key_says_who_records(tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]) -> None:
    other = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003")
    key = make_api_key(on, other)["Authorization"].removeprefix("Bearer ")
    assert run(write(tmp_path, "a.csv", as_csv(harvest())), "--api-key", key) == 0
    assert (count(on, firm), count(on, other)) == (0, 1)
    assert run(write(tmp_path, "a.csv", as_csv(harvest())), "--api-key", "tx_none_none", "--json") == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == "party.api-key-invalid"


@pytest.mark.parametrize("arguments", [[], ["missing.csv"], ["--server", "http://127.0.0.1:1", __file__], ["--party"]])
def test_a_wrong_call_ends_with_two(arguments: list[str]) -> None:
    assert run(*arguments) == 2


def test_the_template_is_written(tmp_path: Path) -> None:
    assert run("--template", tmp_path / "t.xlsx") == 0
    assert len(read((tmp_path / "t.xlsx").read_bytes(), XLSX).rows) > 5


def test_sheets_with_mistakes_are_written_explained(tmp_path: Path, firm: Enterprise, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path, "good.csv", as_csv(harvest(lot="L2")))
    bad = write(tmp_path, "bad.csv", as_csv(harvest(quantity="1.236")))
    assert run(good, bad, "--errors", tmp_path / "errors", "--party", firm.name, "--json") == 1
    told = lines(capsys)
    assert [each["ok"] for each in told] == [True, False]
    table = read(Path(told[1]["errorFile"]).read_bytes(), XLSX)
    assert "1236" in str(table.rows[1][-1])


@pytest.fixture
def server(app: Any) -> Iterator[str]:
    """The application on a port of its own."""
    serving = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{serving.port}"
    serving.shutdown()
    thread.join(timeout=10)
    serving.server_close()


def test_files_are_sent_to_a_server(tmp_path: Path, on: Runtime, firm: Enterprise, server: str, capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        write(tmp_path, "document.json", raw(document(object_event(), object_event(bizStep="receiving")))),
        write(tmp_path, "bare.json", raw(object_event(**{"@context": CONTEXT, "bizStep": "storing"}))),
        write(tmp_path, "sheet.csv", as_csv(harvest())),
        write(tmp_path, "sheet.xlsx", as_xlsx(harvest(lot="L2"))),
        write(tmp_path, "bad.json", raw(document(object_event(action="MOVE")))),
        write(tmp_path, "bad.csv", as_csv(harvest(step="bay"))),
        write(tmp_path, "broken.json", b"{"),
    ]
    key = make_api_key(on, firm)["Authorization"].removeprefix("Bearer ")
    assert run(*files, "--server", server + "/", "--api-key", key, "--check", "--json") == 1
    assert [(each["ok"], len(each["events"])) for each in lines(capsys)] == [
        (True, 2),
        (True, 1),
        (True, 1),
        (True, 1),
        (False, 0),
        (False, 0),
        (False, 0),
    ]
    assert count(on, firm) == 0
    assert run(*files, "--server", server, "--api-key", key, "--json") == 1
    told = lines(capsys)
    assert [each["ok"] for each in told] == [True, True, True, True, False, False, False]
    assert told[4]["findings"][0]["pointer"] == "/epcisBody/eventList/0/action"
    assert told[5]["findings"][0]["pointer"] == "row=2 column=A"
    assert count(on, firm) == 5


def test_a_server_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a.csv", as_csv(harvest()))
    for address, code in (("http://127.0.0.1:9", "capture.server-unreachable"), ("ftp://example.test", "capture.server-url")):
        assert run(path, "--server", address, "--api-key", "tx_a_b", "--json") == 1
        assert lines(capsys)[0]["error"]["code"] == code


def test_xml_is_captured_and_its_changes_are_listed_when_it_is_lenient(
    tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path, "a.xml", xml([xml_event(1)]))
    dialect = write(tmp_path, "b.json", raw(document(object_event(bizStep="urn:epcglobal:cbv:bizstep:packing"))))
    assert run("--json", good, dialect) == 1
    assert [line["ok"] for line in lines(capsys)] == [True, False]
    assert run("--json", "--lenient", dialect) == 0
    assert [change["code"].partition(".")[0] for change in lines(capsys)[0]["changes"]] == ["lenient"]
    assert count(on, firm) == 2


def test_with_proceed_the_good_events_are_recorded_and_the_exit_code_is_one(
    tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "a.xml", xml([xml_event(1), xml_event(2, action="MOVE"), xml_event(3)]))
    assert run("--json", "--proceed", file) == 1
    [told] = lines(capsys)
    assert (told["ok"], len(told["events"]), told["error"]["code"]) == (False, 2, "capture.events-left-out")
    assert [item["pointer"] for item in told["findings"]] == ["/epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent[2]/action"]
    assert told["captureID"]
    assert count(on, firm) == 2


def test_a_file_is_handed_in_and_waited_for_or_not(
    tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "a.json", raw(document(object_event(), object_event(bizStep="receiving"))))
    assert run("--json", "--asynchronous", file) == 0
    [told] = lines(capsys)
    assert (told["ok"], told["running"], count(on, firm)) == (True, True, 0)
    assert run("--json", "--asynchronous", "--wait", file) == 0
    [told] = lines(capsys)
    assert (told["ok"], told["running"], told["progress"]) == (True, False, {"total": 2, "seen": 2, "recorded": 2, "refused": 0})
    assert count(on, firm) == 2


def test_a_large_file_is_handed_in_by_itself_and_told_when_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUYXUAT_CAPTURE_AT_ONCE_BYTES", "1000")
    events = [object_event(eventID=f"urn:x:{number}", action="MOVE" if number == 4 else "OBSERVE") for number in range(6)]
    file = write(tmp_path, "a.json", raw(document(*events)))
    assert run("--json", file) == 1
    [told] = lines(capsys)
    assert (told["error"]["code"], told["progress"]["recorded"], [item["event"] for item in told["findings"]]) == (
        "capture.document-invalid", 0, [5],
    )  # fmt: skip
    assert run("--json", "--proceed", file) == 1
    [told] = lines(capsys)
    assert (told["error"]["code"], told["progress"]["recorded"]) == ("capture.events-left-out", 5)
    assert count(on, firm) == 5


def test_what_does_not_fit_together_is_told_and_no_refusal(
    tmp_path: Path, on: Runtime, firm: Enterprise, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "a.json", raw(document(object_event(eventID="urn:x:1"))))
    assert run("--json", file) == 0
    [told] = lines(capsys)
    assert [flag["eventID"] for flag in told["flags"]] == ["urn:x:1"]
    assert all(flag["message"] for flag in told["flags"])
    assert count(on, firm) == 1
