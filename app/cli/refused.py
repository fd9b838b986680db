"""Exit codes and last words of the command: 0 done, 1 refused or found wrong, 2 called wrongly, 130 interrupted."""

from __future__ import annotations

import errno
import io
import os

import click

from app.errors import Invalid, Refusal, Unavailable


class FileUnusable(Invalid):
    """The operating system does not let the command use a file or an address."""

    code = "cli.file-unusable"  # params: path, reason (in the system's words)


class DiskFull(Unavailable):
    """There is no room on the disk for a file; what was finished before it stays."""

    code = "cli.disk-full"  # params: path


def language() -> str:
    """The language of the terminal: TRUYXUAT_LANGUAGE, then the locale, then Vietnamese only if the locale says so."""
    for name in ("TRUYXUAT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")[:2].lower()
        if value in {"vi", "en", "fr"}:
            return value
    return "en"


def tell(refusal: Refusal, *, as_json: bool) -> None:
    """Print a refusal for people (to stderr) or for programs (to stdout)."""
    from app.cli.output import line, say
    from app.words.refusals import describe, describe_finding

    detail, remedy = describe(refusal, language())
    findings = [describe_finding(item, language()) for item in refusal.findings]
    if as_json:
        line({"error": {"code": refusal.code, "pointer": refusal.pointer, "detail": detail, "remedy": remedy, "findings": findings}})
        return
    say(detail, err=True, color="red")
    for item in findings[:20]:
        place = f"event {item['event']} " if "event" in item else ""
        say(f"  {place}{item['pointer']}: {item['message']} {item['remedy']}", err=True)
    if len(findings) > 20:
        say(f"  … {len(findings) - 20} more", err=True)
    say(remedy, err=True)


def _show(error: click.ClickException) -> None:
    """What Click says of a wrong call, which repeats the arguments it was called with."""
    from app.cli.output import said

    told = io.StringIO()
    error.show(told)
    said(told.getvalue())


def _unusable(error: OSError) -> Refusal:
    path = str(error.filename or "-")
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(path=path, retry_after=60)
    return FileUnusable(path=path, reason=error.strerror or str(error))


def run(command: click.Command, arguments: list[str]) -> int:
    """Run a click command and return its exit code; a library's exception never reaches a person unexplained."""
    try:
        result = command.main(args=arguments, prog_name="truyxuat", standalone_mode=False)
    except Refusal as refusal:
        tell(refusal, as_json="--json" in arguments)
        return 1
    except click.ClickException as error:
        _show(error)
        return error.exit_code
    except click.Abort:
        click.echo("", err=True)
        return 130
    except OSError as error:  # a pipe whose reader went away is Click's own business and never arrives here
        tell(_unusable(error), as_json="--json" in arguments)
        return 1
    return result if isinstance(result, int) else 0
