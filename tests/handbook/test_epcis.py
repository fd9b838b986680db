"""The page for programs: every command prints what stands below it, and every header, filter, type and limit is the program's own."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.__main__ import truyxuat
from app.api.epcis import BEHAVIOURS
from app.capture.binding.targets import TARGETS
from app.capture.jobs import submit, work
from app.capture.jobs.api import MOST_TOLD
from app.capture.reading import JSON_TYPES, TYPES
from app.capture.spelling import EpcFormat, WordForm
from app.errors import children
from app.identify.item_key import item_key
from app.query import api as query
from app.query.filters import KNOWN
from app.runtime import Runtime
from tests.builders import make_api_key, make_enterprise
from tests.handbook import pages

PAGE = "epcis"
ROOT = "http://127.0.0.1:8000"
JOB = "912556818566369823"
FILES = ("event.json", "new.xml", "old.xml", "document.json", "dialect.json", "wrong.json")
"""The blocks that a reader saves, in the order of the page."""


class Shell:
    """A reader's shell in a folder: curl reaches the test's server, `truyxuat` is called, everything else is the real thing."""

    def __init__(self, folder: Path, client: Any, key: dict[str, str]) -> None:
        self._folder, self._client, self._key = folder, client, key
        self._job = ""
        for name, text in zip(FILES, self._saved(), strict=True):
            (folder / name).write_text(text, encoding="utf-8")

    @staticmethod
    def _saved() -> list[str]:
        """Code blocks that are no command and do not follow one."""
        found = re.findall(r"^```(\w+)\n(.*?)^```$", pages.text(PAGE, "en"), re.MULTILINE | re.DOTALL)
        return [
            body for (before, _), (kind, body) in zip([("", ""), *found], found, strict=False) if kind in {"json", "xml"} and before != "sh"
        ]

    def run(self, line: str) -> str:
        """What a line prints; its parts are joined by pipes."""
        piped = b""
        for part in re.split(r"\s\|\s", line):
            piped = self._part(part.strip(), piped)
        return piped.decode()

    def _part(self, part: str, piped: bytes) -> bytes:
        if part.startswith("curl "):
            return self._curl(shlex.split(part)[1:], piped)
        if part.startswith("truyxuat "):
            words = [str(self._folder / word) if word in FILES else word for word in shlex.split(part)[1:]]
            return CliRunner().invoke(truyxuat, words, standalone_mode=False).stdout_bytes
        done = subprocess.run(["/bin/sh", "-c", part], input=piped, cwd=self._folder, capture_output=True, check=False)
        return done.stdout

    def _curl(self, words: list[str], piped: bytes) -> bytes:
        headers, method, body, target, dump = dict[str, str](), "GET", None, "", False
        rest = iter(words)
        for word in rest:
            if word == "-H":
                name, value = next(rest).split(": ", 1)
                headers[name] = value
            elif word == "--data-binary":
                name = next(rest).removeprefix("@")
                method, body = "POST", piped if name == "-" else (self._folder / name).read_bytes()
            elif word in {"-X", "-D", "-o"}:
                value = next(rest)
                method = value if word == "-X" else method
                dump = dump or word == "-D"
            elif word.startswith(ROOT):
                target = word.removeprefix(ROOT)
            elif word != "-s":
                raise LookupError(word)
        assert headers.pop("Authorization") == "Bearer $KEY"
        answer = self._client.open(target.replace(JOB, self._job), method=method, data=body, headers=headers | self._key)
        if headers.get("Prefer") == "respond-async":
            self._job = answer.json["captureID"]
        told = "".join(f"{name.lower()}: {value}\n" for name, value in answer.headers).encode() if dump else b""
        return told + (b"" if dump else answer.data.replace(self._job.encode() or b"\0", JOB.encode()))


def _matches(found: Any, wanted: Any) -> bool:
    """Whether a value is as the page shows it, where … stands for anything."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and found.keys() == wanted.keys() and all(_matches(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(_matches, found, wanted))
    if isinstance(wanted, str) and isinstance(found, str):
        return re.fullmatch(re.escape(wanted).replace("…", ".*"), found, re.DOTALL) is not None
    return bool(found == wanted)


def _lines(block: str) -> list[str]:
    return block.replace("\\\n", " ").splitlines()


def test_every_command_of_the_page_prints_what_stands_below_it(client: Any, on: Runtime, tmp_path: Path) -> None:
    shell = Shell(tmp_path, client, make_api_key(on, make_enterprise(on)))
    for commands, kind, wanted in pages.pairs(PAGE):
        found = "".join(map(shell.run, _lines(commands)))
        if kind == "json":
            assert _matches(json.loads(found), json.loads(wanted)), (commands, found)
        else:
            assert _matches(found, wanted), (commands, found)
        if "respond-async" in commands:
            assert work.step(on)


def test_an_event_and_a_document_of_the_page_are_judged_at_the_address_that_is_told(client: Any, on: Runtime) -> None:
    key = make_api_key(on, make_enterprise(on))
    event, *_ = pages.values(PAGE)
    document = next(value for value in pages.values(PAGE) if value.get("type") == "EPCISDocument")
    for path, body in (("/api/capture/check?bare=true", event), ("/api/capture/check", document)):
        assert client.post(path, json=body, headers=key).json["valid"]
    assert all("/api/capture/check?bare=true" in pages.inline(PAGE, language) for language in pages.LANGUAGES)


def test_every_shell_block_of_the_page_shows_what_it_prints() -> None:
    assert [block for block, _, _ in pages.pairs(PAGE)] == pages.blocks(PAGE, kind="sh")


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_page_names_every_filter_format_binding_and_behaviour(language: str) -> None:
    told = set(pages.inline(PAGE, language))
    assert set(KNOWN) <= told
    assert {*EpcFormat, *WordForm, *TARGETS, *BEHAVIOURS, *TYPES, *JSON_TYPES} <= told


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_page_names_every_repair_of_the_lenient_reader(language: str) -> None:
    catalogue = tomllib.loads((files("schemas") / "errors.toml").read_text(encoding="utf-8"))
    told = {each for each in pages.inline(PAGE, language) if each.startswith("lenient.")}
    assert told == {code for code in catalogue if code.startswith("lenient.")}


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_types_of_problems_are_those_of_refusals_with_this_status(app: Any, language: str) -> None:
    assert app
    known = {(str(kind.status), kind.epcis) for kind in children()}
    told = re.findall(r"^- (\d{3}.*)$", pages.prose(PAGE, language), re.MULTILINE)
    assert len(told) >= 10
    for line in told:
        statuses, types = re.findall(r"\b\d{3}\b", line), re.findall(r"`(\w+Exception)`", line)
        assert types, line
        assert all(any((status, kind) in known for status in statuses) for kind in types), line
        assert all(any((status, kind) in known for kind in types) for status in statuses), line


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_figures_of_the_page_are_the_programs(language: str, on: Runtime) -> None:
    body = re.sub(r"(?<=\d)[.,\u00a0\u202f ](?=\d{3}(?!\d))", "", pages.prose(PAGE, language))
    for figure in (MOST_TOLD, submit.MOST_OPEN, query.USUAL_PAGE, query.LARGEST_PAGE, on.settings.capture_at_once_bytes // 1_000_000):
        assert re.search(rf"(?<!\d){figure}(?!\d)", body), figure


def test_the_spellings_of_an_item_on_the_page_are_one_item() -> None:
    spelled = [row[1].strip("`") for row in pages.rows(dict(pages.sections(PAGE, "en"))["One identity"])]
    assert item_key(spelled[0]) == item_key(spelled[1])


def test_what_the_page_says_is_not_there_is_refused_as_it_says(client: Any, on: Runtime) -> None:
    key = make_api_key(on, make_enterprise(on))
    later = client.post("/epcis/queries", json={}, headers=key)
    assert (later.status_code, later.json["type"]) == (501, "epcisException:ImplementationException")
    assert client.options("/epcis/queries", headers=key).status_code == 204
    filtered = client.get("/epcis/events?GE_quantity=3", headers=key)
    assert (filtered.status_code, filtered.json["code"]) == (400, "query.parameter-later")
