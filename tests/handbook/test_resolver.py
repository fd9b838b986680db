"""The pages on identifiers, printing and the resolver: every command prints what stands below it, every figure is calculated."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from app.__main__ import truyxuat
from app.identify import keys
from app.label.symbols.qr import qr
from app.label.symbols.symbol import raster
from app.party import find as parties
from app.party.permissions import Actor, Role
from app.resolve import declare, host_proof, link_sheet, link_types
from app.resolve.answer import LEAVING
from app.resolve.links import Registration
from app.runtime import Runtime
from app.web.pictures import sizes
from app.web.pictures.codes import LINK
from app.web.pictures.drawing import number
from tests import ROOT as ROOT_FOLDER
from tests.handbook import pages
from tests.handbook.walk import walk
from tests.resolve.scenarios import OPERATOR, Answer, send

ROOT = "http://127.0.0.1:8000"


@pytest.fixture
def printed(client: Any, on: Runtime) -> list[Registration]:
    """The product of the first batch and the links of the page about links, as an operator loads them."""
    walk(client, on)
    (sheet,) = pages.blocks("links", kind="csv")
    items = link_sheet.read(sheet.encode(), link_sheet.CSV).items
    loaded = declare.declare_many(items, by=OPERATOR, on=on)
    assert (loaded.created, loaded.findings, loaded.hosts) == (2, (), ("htx.example.vn",))
    return [item.registration for item in items if item.registration is not None]


def _curl(app: Any, on: Runtime, line: str) -> str:
    """What a curl of the handbook prints, with the address of the handbook in place of this installation's."""
    words = iter(shlex.split(line.partition(" | ")[0])[1:])
    headers, target, shape, dump = dict[str, str](), "", "", False
    for word in words:
        if word == "-H":
            name, value = next(words).split(": ", 1)
            headers[name.lower()] = value
        elif word == "-w":
            shape = next(words)
        elif word in {"-o", "-D"}:
            dump = next(words) == "-" or dump
        elif word.startswith(ROOT):
            target = word.removeprefix(ROOT)
        elif word != "-s":
            raise LookupError(word)
    root = on.settings.public_url()
    answer = send(app, "GET", target, headers, root)
    return _shown(answer, shape, dump=dump).replace(root, ROOT)


def _shown(answer: Answer, shape: str, *, dump: bool) -> str:
    if dump:
        return "\n".join(f"{name}: {value}" for name, value in answer.headers)
    if not shape:
        return answer.body.decode()
    told = {"http_code": str(answer.status), "redirect_url": answer.header("location"), "content_type": answer.header("content-type")}
    return re.sub(r"%\{(\w+)\}", lambda match: told[match[1]], shape).replace("\\n", "\n")


def _piped(line: str, printed: str) -> str:
    """The part of the output that the command behind the pipe, `grep -o`, lets through."""
    command, _, wanted = line.partition(" | ")
    if not wanted:
        return printed
    assert command
    return "\n".join(re.findall(shlex.split(wanted)[2], printed)) + "\n"


@pytest.mark.parametrize("place", range(len(pages.pairs("resolver"))))
def test_a_request_of_the_page_is_answered_as_the_page_says(app: Any, on: Runtime, printed: list[Registration], place: int) -> None:
    commands, kind, wanted = pages.pairs("resolver")[place]
    found = "".join(_piped(line, _curl(app, on, line)) for line in commands.replace("\\\n", " ").splitlines())
    assert printed
    assert json.loads(found) == json.loads(wanted) if kind == "json" else found == wanted


def test_every_shell_block_of_the_page_shows_what_it_prints() -> None:
    assert [block for block, _, _ in pages.pairs("resolver")] == pages.blocks("resolver", kind="sh")


def test_the_table_of_status_codes_holds(app: Any, on: Runtime, printed: list[Registration]) -> None:
    told = {int(row[0]) for row in pages.rows(pages.prose("resolver", "vi")) if row[0].isdigit()}
    asked = [
        ("GET", "/01/09521001000024"), ("GET", "/01/09521001000024?linkType=linkset"), ("GET", "/01/09521001000024?linkType=gs1:pip"),
        ("OPTIONS", "/01/09521001000024"), ("GET", "/01/09521001000025"), ("GET", "/01/09521001000031"), ("POST", "/01/09521001000024"),
    ]  # fmt: skip
    found = {send(app, method, target, {}, on.settings.public_url()).status for method, target in asked}
    assert (found, bool(printed)) == (told, True)


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_page_names_every_primary_key(language: str) -> None:
    assert set(keys.QUALIFIERS) <= set(pages.inline("resolver", language))


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_scans_of_the_table_lead_where_it_says(app: Any, on: Runtime, printed: list[Registration], language: str) -> None:
    root = on.settings.public_url()
    leads = [
        send(app, "GET", target, {}, root).header("location")
        for target in ("/01/09521001000024", "/01/09521001000024/10/H2606121/21/COPIED", "/01/09521001000024/10/H2606121")
    ]
    assert leads == [
        "https://htx.example.vn/vai-say",
        f"{root}/v/01/09521001000024/10/H2606121/21/COPIED",
        f"{root}/v/01/09521001000024/10/H2606121",
    ]
    told = [row[1] for row in pages.rows(dict(pages.sections("links", language))[_second(language)])]
    assert [bool(printed), *(f"`{leads[0]}`" in row for row in told)] == [True, True, False, False]


def _second(language: str) -> str:
    return pages.sections("links", language)[1][0]


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_link_types_that_are_told_exist(language: str) -> None:
    told = [row[0].strip("`") for row in pages.rows(pages.prose("links", language)) if row[0].strip("`").isalpha() and "`" in row[0]]
    assert len(told) == 8
    assert [name for name in told if link_types.TYPES.get(name) != "stable"] == []


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_proof_of_a_host_is_told_as_it_is_looked_for(language: str) -> None:
    body = pages.prose("links", language)
    assert f"`{host_proof.record_name('htx.example.vn')}`" in body
    assert f"`{host_proof.file_url('htx.example.vn')}`" in body
    assert f"`{host_proof.record_text('')}`" in body
    assert f" {host_proof.LAPSES_AFTER.days} " in body


def test_a_host_that_nobody_has_proven_is_asked_about_first(app: Any, client: Any, on: Runtime) -> None:
    key = walk(client, on).key
    assert key
    (sheet,) = pages.blocks("links", kind="csv")
    items = link_sheet.read(sheet.encode(), link_sheet.CSV).items
    owner = _owner(on)
    declare.declare_many(items, by=owner, on=on)
    found = send(app, "GET", "/01/09521001000024", {}, on.settings.public_url()).header("location")
    assert found == f"{on.settings.public_url()}{LEAVING}/01/09521001000024"
    assert all(f"`{LEAVING}/…`" in pages.prose("resolver", language) for language in pages.LANGUAGES)


def _owner(on: Runtime) -> Any:
    with on.store.reading() as connection:
        holder = parties.holder_of(connection, "9521001000024")
    return Actor(Role.OWNER, holder or 0)


def test_the_commands_about_links_do_what_is_said_beside_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRUYXUAT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (sheet,) = pages.blocks("links", kind="csv")
    Path("links.csv").write_text(sheet, encoding="utf-8")
    told = [_command(line) for line in pages.blocks("links", kind="sh")[1].splitlines()]
    assert "https://htx.example.vn/vai-say" in told[2]
    assert "https://htx.example.vn/kq/H2606121.pdf" in Path("all-links.csv").read_text(encoding="utf-8")
    assert json.loads(_command("truyxuat resolve import links.csv --json"))["unchanged"] == 2
    _command("truyxuat resolve template links.xlsx")
    assert Path("links.xlsx").read_bytes().startswith(b"PK")
    removed = json.loads(_command("truyxuat resolve remove /01/09521001000024/10/H2606121 --json"))
    assert json.loads(_command(f"truyxuat resolve undo {removed['change']} --json"))["undone"] == removed["change"]


def test_a_file_of_links_is_sent_by_a_program_as_the_page_says(client: Any, on: Runtime) -> None:
    key = walk(client, on).key
    (sheet,) = pages.blocks("links", kind="csv")
    shell = pages.blocks("links", kind="sh")[0].replace("\\\n", " ")
    told = []
    for line in shell.splitlines():
        words = shlex.split(line)
        (target,) = (word.removeprefix(ROOT) for word in words if word.startswith(ROOT))
        assert "@links.csv" in words
        told.append(client.post(target, data=sheet.encode(), headers=key, content_type="text/csv").json)
    assert [(each["checkedOnly"], each["created"], each["findings"]) for each in told] == [(True, 2, []), (False, 2, [])]
    assert client.get("/api/links/key?code=9521001000024", headers=key).json["default"]["href"] == "https://htx.example.vn/vai-say"


def _command(line: str) -> str:
    """What a command of the program prints."""
    result = CliRunner().invoke(truyxuat, shlex.split(line)[1:])
    assert result.exit_code == 0, (line, result.output)
    return result.output


def test_a_photograph_is_read_as_the_page_about_printing_says(tmp_path: Path) -> None:
    from PIL import Image

    photo = tmp_path / "photo.png"
    Image.fromarray(raster(qr(LINK), 4)).save(photo)
    (block,) = [each for each in pages.blocks("printing", kind="sh") if "-m scanner" in each]
    command, _ = block.splitlines()
    words = [sys.executable, *shlex.split(command)[1:-1], str(photo)]
    told = subprocess.run(words, cwd=ROOT_FOLDER, capture_output=True, text=True, check=True).stdout
    assert LINK in told


def _json(line: str) -> str:
    """What the identify command of a line prints."""
    echo, _, command = line.rpartition(" | ")
    words = shlex.split(command)[1:]
    result = CliRunner().invoke(truyxuat, words, input=shlex.split(echo)[1] + "\n" if echo else "")
    assert result.exit_code == 0, result.output
    return result.output


def test_every_code_of_the_page_about_identifiers_is_explained() -> None:
    first, second = pages.blocks("identifiers", kind="sh")
    told = [_json(line + " --lang en") for line in first.splitlines()]
    assert all("K7M2Q9XD4RTB" in each and "09521001000017" in each for each in told)
    (wanted,) = pages.values("identifiers")
    assert json.loads(_json(second.strip())) == wanted


def test_the_link_of_the_page_is_the_one_in_its_picture() -> None:
    assert all(LINK in pages.text("identifiers", language) for language in pages.LANGUAGES)


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_sizes_of_the_table_are_calculated(language: str) -> None:
    told = [row[1:] for row in pages.rows(pages.prose("printing", language)) if len(row) == 4 and row[1].isdigit()]
    wanted = [
        [str(qr(link).columns), f"{number(sizes.side(link), language)} mm", f"{number(sizes.side(link, sizes.X_MOST), language)} mm"]
        for link in sizes.LINKS
    ]
    assert told == wanted
