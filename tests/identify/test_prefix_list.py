"""The operator's list of company prefix lengths, from the setting to what people and programs see."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from app.api.opening import open_installation
from app.cli import refused
from app.identify.commands import identify
from app.identify.company_prefix import PrefixListUnreadable
from app.identify.fault import Fault
from app.identify.linters import lint_component
from app.identify.prefix_list import PrefixListMissing, known
from app.runtime import Runtime
from tests.builders import make_enterprise

GTIN = "09521234543213"
ITEM = f"(01){GTIN}(21)S"
URN = "urn:epc:id:sgtin:952123454.0321.S"


@pytest.fixture
def listed(tmp_path: Path) -> str:
    """A list in which prefixes that begin with 9521234 have nine digits, and 9529 is not issued."""
    entries = [{"prefix": "9521234", "gcpLength": 9}, {"prefix": "9529", "gcpLength": 0}]
    path = tmp_path / "lengths.json"
    path.write_text(json.dumps({"GCPPrefixFormatList": {"date": "2026-11-01", "entry": entries}}), encoding="utf-8")
    return str(path)


def test_a_list_is_read_once(listed: str) -> None:
    found = known(listed)
    Path(listed).unlink()
    assert known(listed) is found
    assert (found.length_in("01", GTIN), found.date) == (9, "2026-11-01")


def test_without_a_list_nothing_is_known() -> None:
    assert known("").length_in("01", GTIN) is None


def test_a_list_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    path = str(tmp_path / "lost.json")
    with pytest.raises(PrefixListMissing) as missing:
        known(path)
    words = tomllib.loads((files("schemas") / "errors.toml").read_text(encoding="utf-8"))[PrefixListMissing.code]
    for language in ("vi", "en", "fr"):
        assert path in words[language].format(**missing.value.params)


def test_a_folder_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(PrefixListMissing):
        known(str(tmp_path))


def test_the_check_of_a_key_can_ask_the_list(listed: str) -> None:
    allots = known(listed).allots
    assert lint_component("gcppos2", GTIN, allots) is None
    assert lint_component("gcppos1", "9521234", allots) == Fault("invalid-gcp-prefix", 0, 7)  # shorter than the prefix itself
    assert lint_component("gcppos1", "952912345", allots) == Fault("invalid-gcp-prefix", 0, 9)
    assert lint_component("gcppos1", "953012345", allots) == Fault("invalid-gcp-prefix", 0, 9)


def test_a_server_with_a_wrong_list_does_not_start(on: Runtime, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{", encoding="utf-8")
    on.settings = replace(on.settings, prefix_list=str(wrong))
    with pytest.raises(PrefixListUnreadable):
        open_installation(on)


def test_the_command_shows_the_company_prefix(listed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TRUYXUAT_PREFIX_LIST", listed)
    assert refused.run(identify, ["--lang", "en", ITEM]) == 0
    told = capsys.readouterr().out
    assert "Company prefix (9 digits): 952123454" in told
    assert URN in told
    assert refused.run(identify, ["--json", ITEM]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["prefix_length"], answer["epc_urn"]) == (9, URN)
    parts = {"indicator": "0", "prefix": "952123454", "reference": "321", "check": "3", "serial": "", "pieces": ""}
    assert answer["parts"] == parts


def test_the_command_says_what_is_wrong_with_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUYXUAT_PREFIX_LIST", str(tmp_path / "lost.json"))
    assert refused.run(identify, [ITEM]) == 1
    assert "lost.json" in capsys.readouterr().err


def test_page_and_api_take_the_company_s_own_word_first_and_then_the_list(client: Any, on: Runtime, listed: str) -> None:
    on.settings = replace(on.settings, prefix_list=listed)
    page = client.get("/identify", query_string={"code": ITEM, "lang": "en"}).get_data(as_text=True)
    assert "Company prefix (9 digits)" in page
    assert URN in page
    assert client.get("/api/identify", query_string={"code": ITEM}).get_json()["parts"]["prefix"] == "952123454"
    make_enterprise(on, "HTX Thử", "9521234")
    answer = client.get("/api/identify", query_string={"code": ITEM}).get_json()
    assert (answer["parts"]["prefix"], answer["epc_urn"]) == ("9521234", "urn:epc:id:sgtin:9521234.054321.S")
