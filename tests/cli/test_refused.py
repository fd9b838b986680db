"""Exit codes and last words of the command."""

from __future__ import annotations

import io
import json

import click
import pytest

from app.capture.refusals import DocumentInvalid
from app.cli import refused
from app.errors import Finding
from app.store.work import Busy


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUYXUAT_LANGUAGE", "en")


def command(outcome: int | BaseException | None) -> click.Command:
    """A command that ends in a given way."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def run(as_json: bool) -> int | None:  # noqa: ARG001  # refused looks for it among the arguments
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    return run


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (None, 0),
        (0, 0),
        (1, 1),
        (2, 2),
        (Busy(retry_after=1), 1),
        (click.UsageError("no"), 2),
        (click.ClickException("no"), 1),
        (click.Abort(), 130),
    ],
)
def test_every_end_has_its_exit_code(outcome: int | BaseException | None, code: int) -> None:
    assert refused.run(command(outcome), []) == code


def test_an_unknown_option_is_a_wrong_call() -> None:
    assert refused.run(command(None), ["--nonsense"]) == 2


def test_a_person_reads_what_happened_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    findings = [Finding("shape.missing", f"/epcisBody/eventList/{number}", None, {"field": "action"}, number + 1) for number in range(25)]
    assert refused.run(command(DocumentInvalid(findings=findings, count=25, events=25)), []) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "25" in told.err.splitlines()[0]
    assert "event 7 /epcisBody/eventList/6:" in told.err
    assert "… 5 more" in told.err
    assert "{" not in told.err


def test_a_program_reads_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused.run(command(Busy(retry_after=1)), ["--json"]) == 1
    told = capsys.readouterr()
    error = json.loads(told.out)["error"]
    assert (error["code"], error["findings"]) == ("store.busy", [])
    assert error["remedy"]


def test_a_reader_that_went_away_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with pytest.raises(SystemExit) as end:
        refused.run(command(BrokenPipeError(32, "Broken pipe")), [])
    assert end.value.code == 1


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "No such file", "x.json"),
        PermissionError(13, "Permission denied", "x.json"),
        IsADirectoryError(21, "Is a directory", "x"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_without_a_traceback(error: OSError, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused.run(command(error), []) == 1
    assert "x" in capsys.readouterr().err


@pytest.mark.parametrize(("variables", "language"), [
    ({}, "en"), ({"LANG": "vi_VN.UTF-8"}, "vi"), ({"LANG": "C.UTF-8"}, "en"), ({"LC_ALL": "fr_FR", "LANG": "vi_VN"}, "fr"),
    ({"TRUYXUAT_LANGUAGE": "vi", "LC_ALL": "fr"}, "vi"),
])  # fmt: skip
def test_the_terminal_s_language_is_spoken(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.words.refusals import describe

    for name in ("TRUYXUAT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    refusal = Busy(retry_after=1)
    refused.run(command(refusal), [])
    assert describe(refusal, language)[0] in capsys.readouterr().err
