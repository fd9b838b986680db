"""`truyxuat event-hash`: one line an event, whatever the file, and a line that stays where an event has no hash."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.capture.hashes.commands import event_hash as command
from app.capture.hashes.event_hash import CBV_2_0, CBV_2_1, context_of, event_hash, prehash
from app.cli import refused
from tests import ROOT, SHARED

CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://ns.example.vn/epcis/"}]
VECTORS = SHARED / "event-hash-vectors" if SHARED else None


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUYXUAT_LANGUAGE", "en")


def mango(**fields: Any) -> dict[str, Any]:
    return {"type": "ObjectEvent", "eventTime": "2026-11-22T08:00:00+07:00", "eventTimeZoneOffset": "+07:00", **fields}


def hashes(*events: dict[str, Any], context: Any = CONTEXT, profile: str = CBV_2_0) -> list[str]:
    return [event_hash(each, context_of(context), profile) for each in events]


def run(tmp_path: Path, content: Any, *options: str) -> int:
    file = tmp_path / "some.file"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return refused.run(command, [*options, str(file)])


def document(*events: Any) -> dict[str, Any]:
    return {"@context": CONTEXT, "type": "EPCISDocument", "epcisBody": {"eventList": list(events)}}


FIRST, SECOND = mango(action="ADD", **{"ex:note": "xoài"}), mango(action="DELETE", bizStep="shipping")


@pytest.mark.parametrize(
    "content",
    [
        document(FIRST, SECOND),
        {"@context": CONTEXT, "epcisBody": {"queryResults": {"resultsBody": {"eventList": [FIRST, SECOND]}}}},
        [{"@context": CONTEXT, "epcisBody": {"event": FIRST}}, {"@context": CONTEXT, **SECOND}],
        [{"@context": CONTEXT, **FIRST}, document(SECOND)],
    ],
)
def test_each_event_is_one_line_in_the_order_of_the_document(tmp_path: Path, content: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for profile in (CBV_2_0, CBV_2_1):
        assert run(tmp_path, content, "--profile", profile) == 0
        assert capsys.readouterr().out.splitlines() == hashes(FIRST, SECOND, profile=profile)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_document_is_read_in_every_encoding_of_json(tmp_path: Path, encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, json.dumps(document(FIRST), ensure_ascii=False).encode(encoding)) == 0
    assert capsys.readouterr().out.splitlines() == hashes(FIRST)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("7", "capture.not-an-event"),
        ("{}", "capture.not-an-event"),
        ('{"type": "ObjectEvent", "type": "AggregationEvent"}', "capture.duplicate-key"),
        ('{"type": "ObjectEvent", "ex:a": {"ex:b": 1, "ex:b": 2}}', "capture.duplicate-key"),
        ('{"type": "ObjectEvent", "ex:a": NaN}', "capture.number-not-finite"),
        ('{"type": "ObjectEvent", "ex:a": "\\ud800"}', "capture.lone-surrogate"),
        ('{"type": "ObjectEvent", "ex:a": ' + "9" * 5000 + "}", "capture.integer-too-large"),
        ('{"type": "ObjectEvent", "ex:a": ' + "[" * 250 + "]" * 250 + "}", "capture.too-deep"),
    ],
)
def test_an_event_without_a_hash_keeps_its_line(tmp_path: Path, wrong: str, code: str, capsys: pytest.CaptureFixture[str]) -> None:
    content = json.dumps(document(FIRST, "HERE", SECOND)).replace('"HERE"', wrong).encode()
    first, second = hashes(FIRST, SECOND)
    assert run(tmp_path, content) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [first, "-", second]
    assert "event 2: " in told.err
    assert run(tmp_path, content, "--json") == 1
    assert [json.loads(line).get("error", {}).get("code") for line in capsys.readouterr().out.splitlines()] == [None, code, None]


def test_a_key_said_twice_is_harmless_where_no_hash_depends_on_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(document(FIRST)).replace('"action"', '"eventID": "urn:x:1", "eventID": "urn:x:2", "action": "ADD", "action"')
    assert run(tmp_path, text.encode()) == 0
    assert capsys.readouterr().out.splitlines() == hashes(FIRST)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"epcisBody": ', "capture.malformed-json"),
        (b'{"epcisBody": {"eventList": []} \xff', "capture.not-utf8"),
        (b"[" * 100_000, "capture.too-deep"),
        (b'{"epcisBody": {}}', "capture.no-events"),
        (b'{"epcisBody": {"eventList": []}}', "capture.no-events"),
        (b'<a:EPCISDocument xmlns:a="urn:epcglobal:epcis:xsd:2"><EPCISBody/></a:EPCISDocument>', "capture.no-events"),
    ],
)
def test_a_file_that_cannot_be_read_has_no_line_and_is_told(
    tmp_path: Path, content: bytes, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, content) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "some.file: " in told.err
    assert run(tmp_path, content, "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_what_is_hashed_stays_one_line_and_json_keeps_it_exactly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    value = mango(**{"ex:note": "một\nhai\r\u2028ba"})
    text = prehash(value, context_of(CONTEXT))
    assert run(tmp_path, document(value), "--prehash") == 0
    assert capsys.readouterr().out == text.replace("\n", "\\n").replace("\r", "\\r") + "\n"
    assert run(tmp_path, document(value), "--prehash", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["event"], told["hash"], told["prehash"]) == (1, *hashes(value), text)


def test_standard_input_follows_files_and_one_without_events_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.json").write_text(json.dumps(document(FIRST)))
    (tmp_path / "b.json").write_text("[]")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(document(SECOND)).encode())))
    assert refused.run(command, [str(tmp_path / "a.json"), str(tmp_path / "b.json"), "-"]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == hashes(FIRST, SECOND)
    assert "b.json: " in told.err


def test_a_call_without_a_file_or_with_another_profile_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused.run(command, []) == 2
    assert run(tmp_path, [], "--profile", "CBV3.0") == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("profile", [CBV_2_0, CBV_2_1])
@pytest.mark.skipif(SHARED is None, reason="the reference's vectors are not beside the repository: put them at ../shared")
def test_xml_documents_print_the_vectors(profile: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert VECTORS
    files = sorted(VECTORS.glob("*/*.xml"))
    assert len(files) > 10
    for option, ending in (("--prehash", "prehashes"), ("--profile", "hashes")):
        expected = b"".join(Path(f"{path}.{profile}.{ending}").read_bytes() for path in files)
        options = ["--profile", profile, option] if option == "--prehash" else [option, profile]
        assert refused.run(command, [*options, *map(str, files)]) == 0
        assert capsysbinary.readouterr().out == expected


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("<EPCISBody><QueryResults><resultsBody>", "</resultsBody></QueryResults></EPCISBody>"),
        ("<queryName>x</queryName><resultsBody>", "</resultsBody>"),
        ("", ""),
    ],
)
def test_events_of_query_results_in_other_places_have_their_lines(
    tmp_path: Path, start: str, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root, event = "EPCISQueryDocument", "<eventTime>2026-06-20T03:00:00Z</eventTime><action>OBSERVE</action>"
    listed = f"{start}<EventList><ObjectEvent>{event}</ObjectEvent></EventList>{end}"
    text = f'<q:{root} xmlns:q="urn:epcglobal:epcis-query:xsd:2">{listed}</q:{root}>'
    assert run(tmp_path, text.encode(), "--prehash") == 0
    assert capsys.readouterr().out == "eventType=ObjectEventeventTime=2026-06-20T03:00:00.000Zaction=OBSERVE\n"


def test_xml_is_told_by_its_content_whatever_its_encoding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = "<ObjectEvent><eventTime>2026-11-22T08:00:00+07:00</eventTime><eventTimeZoneOffset>+07:00</eventTimeZoneOffset>"
    event += '<epcList/><action>ADD</action><ex:note xmlns:ex="https://ns.example.vn/epcis/">xoài</ex:note></ObjectEvent>'
    text = '<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0" creationDate="2026-11-22T08:00:00Z">'
    text += f"<EPCISBody><EventList>{event}</EventList></EPCISBody></e:EPCISDocument>"
    for content in (
        text.encode(),
        b"<?xml version='1.0'?><!-- - -->\n<!DOCTYPE\nproject >" + text.encode(),
        b"\xef\xbb\xbf \n" + text.encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"),
    ):
        assert run(tmp_path, content) == 0
        assert capsys.readouterr().out.splitlines() == hashes(FIRST)
    for doctype in ('<!DOCTYPE a [<!ENTITY b "c">]>', '<!DOCTYPE a SYSTEM "https://x.example/a.dtd">', "<!DOCTYPE a><!DOCTYPE a>"):
        assert run(tmp_path, doctype.encode() + text.encode(), "--json") == 1
        assert "DOCTYPE" in json.loads(capsys.readouterr().out)["error"]["detail"]


@pytest.mark.skipif(SHARED is None, reason="the reference's vectors are not beside the repository: put them at ../shared")
def test_every_process_and_time_zone_prints_the_vectors() -> None:
    """Two processes of other hash seeds and time zones, the files in opposite order: nothing is remembered from one to the next."""
    assert VECTORS
    files = sorted(path for path in VECTORS.glob("*/*") if path.suffix in {".json", ".jsonld"})
    for zone, seed, order in (("Asia/Ho_Chi_Minh", "1", files), ("America/New_York", "2", files[::-1])):
        expected = "".join(Path(f"{path}.CBV2.1.prehashes").read_text(encoding="utf-8") for path in order)
        told = subprocess.run(
            [sys.executable, "-m", "app", "event-hash", "--profile", "CBV2.1", "--prehash", *map(str, order)],
            capture_output=True, check=True, cwd=ROOT, env=os.environ | {"TZ": zone, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert told.stdout.decode() == expected
