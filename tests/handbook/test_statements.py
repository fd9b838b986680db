"""What the pages state, compared with the program: commands, options, addresses, codes, settings, verdicts, columns, limits."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import MISSING, fields
from importlib.resources import files
from typing import Any

import click
import pytest
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from app.__main__ import COMMANDS, truyxuat
from app.capture import rules
from app.capture.read_document import DEPTH, LARGEST, loads
from app.capture.refusals import TooDeep
from app.capture.sheets import sheet_file
from app.capture.sheets.sheet_columns import COLUMNS
from app.label.drawing.design import LAYOUTS
from app.party.permissions import Role
from app.settings import Settings
from app.verify import scans
from app.verify.verdict import VERDICT_OF, Cause, Judgement
from app.words.translate import translator
from tests import ROOT
from tests.handbook import pages

_COMMAND = re.compile(r"truyxuat ([a-z]+(?:-[a-z]+)*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*")


def _options(command: str) -> set[str]:
    found = truyxuat.get_command(click.Context(truyxuat), command)
    if found is None:
        raise LookupError(command)
    below = list(found.commands.values()) if isinstance(found, click.Group) else []
    return {option for each in (found, *below) for parameter in each.params for option in parameter.opts} | {"--help"}


def test_every_command_below_another_that_is_mentioned_exists() -> None:
    found = {name: truyxuat.get_command(click.Context(truyxuat), name) for name in COMMANDS}
    groups = {name: set(command.commands) for name, command in found.items() if isinstance(command, click.Group)}
    assert "resolve" in groups
    for name, language in pages.EVERY:
        code = "\n".join([*pages.inline(name, language), *pages.blocks(name, language, "sh")])
        for group, commands in groups.items():
            assert set(re.findall(rf"truyxuat {group} ([a-z]+)", code)) <= commands, (name, group)


def _said(name: str, language: str) -> list[str]:
    """Lines that may name commands: of shell blocks and of prose with code in it."""
    shell = [line for body in pages.blocks(name, language, "sh") for line in body.replace("\\\n", " ").splitlines()]
    return shell + [line for line in pages.prose(name, language).splitlines() if "`" in line]


@pytest.mark.parametrize(("name", "language"), pages.EVERY)
def test_every_command_that_is_mentioned_exists(name: str, language: str) -> None:
    code = [*pages.inline(name, language), *pages.blocks(name, language, "sh")]
    named = {match for each in code for match in _COMMAND.findall(each)}
    assert named <= set(COMMANDS)


@pytest.mark.parametrize(("name", "language"), pages.EVERY)
def test_every_option_that_is_mentioned_belongs_to_its_command(name: str, language: str) -> None:
    everywhere = set().union(*(_options(command) for command in COMMANDS))
    wrong = []
    for line in _said(name, language):
        if "-m scanner" in line or re.match(r"\s*(?:\S.* \| )?curl ", line):
            continue
        commands = _COMMAND.findall(line)
        allowed = set().union(*(_options(command) for command in commands)) if commands else everywhere
        wrong += [(line, option) for option in _OPTION.findall(line) if option not in allowed]
    assert wrong == []


def test_the_scanner_takes_the_options_that_are_mentioned() -> None:
    told = subprocess.run([sys.executable, "-m", "scanner", "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [line for name, language in pages.EVERY for line in _said(name, language) if "-m scanner" in line]
    assert lines
    assert [line for line in lines for option in _OPTION.findall(line) if option not in told] == []


def test_every_command_is_explained_on_the_page_about_installation() -> None:
    explained = {match for each in pages.inline("installation", "en") for match in _COMMAND.findall(each)}
    assert explained == set(COMMANDS)


def _addresses(name: str, language: str) -> set[str]:
    """Paths of our own server that a page names, in sentences and in commands; the paths of its operator's disk left out."""
    told = {each for each in pages.inline(name, language) if re.match(r"/[a-z]", each)}
    shell = "\n".join(pages.blocks(name, language, "sh"))
    return told | set(re.findall(r'http://127\.0\.0\.1:8000(/[^"\s)]*)', shell.replace("/JOB/", "/1/")))


def _leads_somewhere(app: Any, path: str) -> bool:
    adapter = app.url_map.bind("example.test")
    path = path.split("?", 1)[0]
    path += "x" if path.endswith("/") else ""
    for method in ("GET", "POST", "OPTIONS"):
        try:
            adapter.match(path, method=method)
        except (MethodNotAllowed, RequestRedirect):
            continue
        except HTTPException:
            return False
        return True
    return False


def test_every_address_that_is_mentioned_leads_somewhere(app: Any) -> None:
    told = {(name, language, path) for name, language in pages.EVERY for path in _addresses(name, language)}
    assert [each for each in sorted(told) if not _leads_somewhere(app, each[2])] == []


def test_the_pages_do_name_addresses() -> None:
    assert {"/sign-up", "/console/labels", "/api/labels"} <= _addresses("first-batch", "vi")
    assert {"/log/key", "/api/bundle"} <= _addresses("check-it-yourself", "fr")


@pytest.mark.parametrize(("name", "language"), pages.EVERY)
def test_every_error_code_that_is_mentioned_is_in_the_catalogue(name: str, language: str) -> None:
    catalogue = tomllib.loads((files("schemas") / "errors.toml").read_text(encoding="utf-8"))
    spaces = {code.split(".", 1)[0] for code in catalogue}
    looks = [each for each in pages.inline(name, language) if re.fullmatch(r"[a-z]+\.[a-z0-9]+(?:-[a-z0-9]+)+", each)]
    assert [each for each in looks if each.split(".", 1)[0] in spaces and each not in catalogue] == []


@pytest.mark.parametrize(("name", "language"), pages.EVERY)
def test_every_setting_that_is_mentioned_exists(name: str, language: str) -> None:
    known = {f"TRUYXUAT_{item.name.upper()}" for item in fields(Settings)}
    assert set(re.findall(r"TRUYXUAT_[A-Z_]*[A-Z]", pages.text(name, language))) <= known


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_defaults_of_settings_are_told_as_they_are(language: str) -> None:
    defaults = {f"TRUYXUAT_{item.name.upper()}": item.default for item in fields(Settings)}
    told = [row for row in pages.rows(pages.prose("installation", language)) if row[0].startswith("`TRUYXUAT_")]
    assert len(told) >= 10
    for row in told:
        for name, found in zip(re.findall(r"TRUYXUAT_\w+", row[0]), re.findall(r"`([^`]*)`", row[1]), strict=False):
            if defaults[name] is not MISSING:
                assert found == (str(defaults[name]).lower() if isinstance(defaults[name], bool) else str(defaults[name]))


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_verdict_has_its_section_under_its_own_words_with_all_its_causes(language: str) -> None:
    t = translator(language)
    found = dict(pages.sections("verdicts", language))
    for verdict in Judgement:
        body = found[t(f"verify.verdict_{verdict}")]
        assert f"`{verdict}`" in body
        causes = {row[0].strip("`") for row in pages.rows(body)}
        assert causes == {cause for cause, leads_to in VERDICT_OF.items() if leads_to is verdict}
    assert set(Cause) == set(VERDICT_OF)


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_signals_of_copied_labels_are_told_with_their_figures(language: str) -> None:
    told = {row[0]: row[1] for row in pages.rows(pages.prose("verdicts", language)) if len(row) == 2}
    assert {str(scans.LEAST_KM), str(scans.FASTEST_KMH)} <= set(re.findall(r"\d+", told["`CLONE-GEO`"]))
    assert {str(scans.MOST_PROVINCES), str(scans.MOST_VIEWERS)} <= set(re.findall(r"\d+", told["`CLONE-COUNT`"]))


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_column_of_the_sheet_is_explained_in_order(language: str) -> None:
    keys = [column.key for column in COLUMNS]
    explained = [row[0].strip("`") for row in pages.rows(pages.prose("record-events", language))]
    assert [key for key in explained if key in keys] == keys
    needed = [f"`{column.key}`" for column in COLUMNS if column.needed]
    assert needed == ["`step`", "`time`", "`place`"]


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_limits_of_recording_are_told_as_they_are(language: str) -> None:
    body = re.sub(r"(?<=\d)[.,\u00a0\u202f ](?=\d{3}(?!\d))", "", pages.prose("record-events", language))
    body = re.sub(r"(?<=\d)[.,\u00a0\u202f ](?=\d{3})", "", body)
    settings = Settings()
    for limit in (
        settings.max_body_bytes,
        settings.max_document_bytes,
        settings.max_events,
        sheet_file.MOST_ROWS,
        sheet_file.MOST_COLUMNS,
        rules.LONGEST,
        LARGEST,
    ):
        assert re.search(rf"(?<!\d){limit}(?!\d)", body), limit


def test_json_may_be_as_deep_as_the_handbook_says() -> None:
    assert all(re.search(rf"\| {DEPTH} ", pages.prose("record-events", language)) for language in pages.LANGUAGES)
    with pytest.raises(TooDeep):
        loads(b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1))


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_layout_of_labels_is_told(language: str) -> None:
    told = {row[0].strip("`") for row in pages.rows(pages.prose("first-batch", language))}
    assert set(LAYOUTS) <= told


def test_the_roles_of_enterprises_are_told() -> None:
    told = " ".join(row[0] for row in pages.rows(pages.prose("first-batch", "en")))
    for role in (Role.MEMBER, Role.APPROVER, Role.OWNER, Role.CARRIER, Role.LABORATORY, Role.CERTIFICATION_BODY):
        assert str(role).replace("_", " ") in told
