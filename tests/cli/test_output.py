"""What the printers of the command let through: nothing that steers the terminal it is read on."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.refusals import DocumentInvalid
from app.cli import output, refused
from app.errors import Finding
from app.resolve.commands import resolve

ATTACK = "\x1b]0;owned\x07\x9b31m\u202e\r\x7f"
TEXTS = st.one_of(st.text(), st.text(alphabet=ATTACK + "a\n\t\x00\u2028"))


def steering(text: str) -> list[str]:
    """Controls but the newline, and what changes the direction of the text around it."""
    return [letter for letter in text if letter != "\n" and (unicodedata.category(letter) == "Cc" or letter in "\u2028\u202a\u202e\u2066")]


def printed(run: Callable[..., None], *words: object, **more: object) -> tuple[str, str]:
    """What a printer wrote to stdout and to stderr."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        run(*words, **more)
    return out.getvalue(), err.getvalue()


@given(TEXTS)
def test_a_line_for_people_is_one_line_without_controls(text: str) -> None:
    out, _ = printed(output.say, text)
    assert out.endswith("\n")
    assert out.count("\n") == 1
    assert steering(out) == []


@given(TEXTS)
def test_a_line_for_programs_says_the_same_without_controls(text: str) -> None:
    out, _ = printed(output.line, {text: text})
    assert json.loads(out) == {text: text}
    assert steering(out) == []


@given(TEXTS)
def test_a_refusal_tells_what_a_file_holds_without_controls(text: str) -> None:
    found = Finding("sheet.unknown-column", f"/{text}", text, {"known": text})
    refusal = DocumentInvalid(findings=[found], count=text, events=1)
    assert steering("".join(printed(refused.tell, refusal, as_json=False))) == []
    assert steering("".join(printed(refused.tell, refusal, as_json=True))) == []


@pytest.mark.parametrize("arguments", [[f"--{ATTACK}"], ["--number", ATTACK], [ATTACK]])
def test_a_wrong_call_is_repeated_without_controls(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    @click.command()
    @click.option("--number", type=int)
    def run(number: int | None) -> None:  # never reached
        raise ValueError(number)

    assert refused.run(run, arguments) == 2
    told = capsys.readouterr().err
    assert "Usage: truyxuat" in told
    assert "]0;owned" in told
    assert steering(told) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("links.csv", f"Code,Address,Title,{ATTACK}\n09521001000017,https://a.example/,A,x\n"),
        (
            "links.json",
            '{"registrations": [{"path": "/01/09521001000017", "itemDescription": "A", "links": [{"rel": "\\u001b]0;x\\u0007"}]}]}',
        ),
        ("links.json", "{" + ATTACK),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_hostile_file_of_links_is_refused_without_controls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, content: str, form: list[str]
) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8", newline="")
    monkeypatch.setenv("TRUYXUAT_HOME", str(tmp_path / "home"))
    assert refused.run(resolve, ["import", str(file), "--dry-run", *form]) == 1
    told = capsys.readouterr()
    assert told.out + told.err
    assert steering(told.out + told.err) == []


def test_an_organisation_that_nobody_is_called_is_named_without_controls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRUYXUAT_HOME", str(tmp_path))
    assert refused.run(resolve, ["list", "--party", ATTACK]) == 2
    told = capsys.readouterr().err
    assert "--party" in told
    assert steering(told) == []
