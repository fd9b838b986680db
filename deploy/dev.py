"""Set up truyxuat on a machine that has Python 3.11 and nothing else, and run or test it: `python3 deploy/dev.py run`."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "dev-stamp.json"  # what was installed last, by digest: an unchanged tree starts at once
PIP = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps")
VENV_PACKAGE = f"python3.{sys.version_info[1]}-venv"

CHECKS = (  # name, program of the venv with its arguments, what to do when it fails
    ("lint", ["ruff", "check", "."], "correct what is listed, or run: .venv/bin/ruff check --fix ."),
    ("format", ["ruff", "format", "--check", "."], "run: .venv/bin/ruff format ."),
    ("types", ["mypy"], "correct the types that are listed"),
    ("imports", ["lint-imports", "--no-logo"], "move the import that is listed to an upper layer (contracts: pyproject.toml)"),
)
WORKERS = ("-n", "2", "-p", "tests.selection")
SUITES = (  # name, database, choice of tests, more arguments
    ("tests on SQLite", "sqlite", "not postgresql and not browser", WORKERS),
    ("tests on PostgreSQL", "postgresql", "postgresql and not browser", WORKERS),
    ("tests in the browser", "sqlite", "browser", ()),
)
LONG = (("hostile input, for long", "sqlite", "hostile", (*WORKERS, "-p", "tests.fuzz.long")),)  # about 40 minutes on two cores
QUICK = (("quick tests", "sqlite", "not slow and not browser and not postgresql and not processes", WORKERS),)


class Stop(Exception):  # noqa: N818  # it ends the command; its text is what the person should do
    """The command cannot go on; the text is one line that says what to do."""


def say(text: str) -> None:
    """One line for the person, before the output of the programs that follow."""
    print(f"» {text}", flush=True)


def call(*words: object, **environ: str) -> int:
    """Run a program in the root of the repository; its exit code."""
    return subprocess.run([str(word) for word in words], cwd=ROOT, env={**os.environ, **environ}, check=False).returncode


def must(remedy: str, *words: object) -> None:
    """Run a program that has to succeed; raises Stop with the remedy."""
    if call(*words):
        raise Stop(remedy)


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def stamp() -> dict[str, str]:
    """What was installed last; empty when nothing was, or when the note is damaged."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def installed(**digests: str) -> None:
    """Note what is installed now, and where: a venv holds absolute paths and cannot be moved."""
    STAMP.write_text(json.dumps({**stamp(), **digests, "root": str(ROOT)}), encoding="utf-8")


def missing_packages(purpose: str) -> list[str]:
    """Debian packages of deploy/system-packages.txt that this purpose needs and dpkg does not have."""
    rows = [line.split("#")[0].split() for line in ROOT.joinpath("deploy", "system-packages.txt").read_text(encoding="utf-8").splitlines()]
    names = [row[0] for row in rows if row and (row[1] == "run" or purpose == "test")]
    if importlib.util.find_spec("ensurepip") is None:
        names.append(VENV_PACKAGE)
    if not shutil.which("dpkg-query"):
        say(f"this is not Debian or Ubuntu: if scanning fails, install what gives you {' '.join(names)}")
        return []
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names, *(f"{name}t64" for name in names)]
    known = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
    have = {line.split()[0].removesuffix("t64") for line in known if line.endswith(" installed")}  # t64: names since Debian 13
    return [name for name in names if name not in have]


def system(purpose: str) -> None:
    """Install missing Debian packages when root; else say the one line that does, and go on: most of the product works without."""
    names = missing_packages(purpose)
    line = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    if names and getattr(os, "geteuid", lambda: 1)() != 0:
        say(f"not installed: {', '.join(names)}. Do this once: sudo {line}")
    elif names:
        say(f"installing {', '.join(names)}")
        if call("apt-get", "-qq", "update") or call(*line.split(), "-qq", DEBIAN_FRONTEND="noninteractive"):
            say(f"apt could not install them; going on without. Do this later: {line}")
        importlib.invalidate_caches()  # ensurepip may be there now


def make_venv() -> None:
    """Create `.venv`; again when it has no working pip (an interrupted set-up, a Python that was removed) or was moved."""
    if PYTHON.exists() and stamp().get("root", str(ROOT)) == str(ROOT) and not call(PYTHON, "-c", "import pip"):
        return
    if importlib.util.find_spec("ensurepip") is None:
        remedy = f"sudo apt-get install -y {VENV_PACKAGE} (this Python came without venv)"
        raise Stop(remedy)
    say("creating .venv")
    must("delete the folder .venv and try again", sys.executable, "-m", "venv", "--clear", VENV)


def prepare(purpose: str) -> None:
    """Install what `run` or `test` needs; nothing is downloaded while the locks are unchanged."""
    system(purpose)
    make_venv()
    lock, project = ROOT / "deploy" / "requirements" / f"{purpose}.txt", ROOT / "pyproject.toml"
    if stamp().get(purpose) != digest(lock):
        say(f"installing the packages of deploy/requirements/{purpose}.txt (about a minute)")
        must("check the network and the package index (pip config list), then try again", *PIP, "--require-hashes", "-r", lock)
        installed(**{"run": digest(lock.with_name("run.txt")), purpose: digest(lock)})  # test.txt holds what is in run.txt
    if stamp().get("project") != digest(project):
        must("correct pyproject.toml", *PIP, "--no-build-isolation", "--editable", ROOT)
        installed(project=digest(project))


def serve(port: int | None) -> None:
    """Migrate, seed the demo world once, print who may sign in and what to scan, and serve until Ctrl+C."""
    if port:
        os.environ["TRUYXUAT_PORT"] = str(port)
    os.chdir(ROOT)
    for command in ("migrate", "demo"):
        must("read the message above, then run: python3 deploy/dev.py doctor", PYTHON, "-m", "app", command)
    os.execv(PYTHON, [str(PYTHON), "-m", "app", "serve"])  # noqa: S606  # the server takes over this process and its Ctrl+C


def suite(database: str, choice: str, words: tuple[str, ...]) -> tuple[int, int, list[str]]:
    """One part of the tests: how many passed, how many failed, and the reason of each skip."""
    (report := VENV / "dev-report.xml").unlink(missing_ok=True)
    code = call(PYTHON, "-m", "pytest", "-m", choice, *words, f"--junit-xml={report}", TRUYXUAT_TEST_DATABASE=database)
    cases = list(ET.parse(report).iter("testcase")) if report.exists() else []  # noqa: S314  # written by pytest a moment ago
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    reasons = [skip.get("message", "") for case in cases for skip in case.findall("skipped")]
    return len(cases) - failed - len(reasons), max(failed, int(code != 0)), reasons  # code 5: no test at all, a part that vanished


def judge(suites: tuple[tuple[str, str, str, tuple[str, ...]], ...]) -> None:
    """Run the checks and the suites, all of them, and close with one line of sums; exit code 1 when something failed."""
    remedies = {}
    for name, (program, *words), remedy in CHECKS:
        say(name)
        if call(PYTHON.with_name(program), *words):
            remedies[name] = remedy
    sums = [len(CHECKS) - len(remedies), len(remedies), 0]
    for name, database, choice, arguments in suites:
        say(name)
        passed, failed, skips = suite(database, choice, arguments)
        # In CI a skip must not read as green, except for the artefacts in `../shared`, which may not be given away with the repository.
        refused = [reason for reason in skips if os.environ.get("CI") == "true" and "shared" not in reason.lower()]
        sums = [sums[0] + passed, sums[1] + failed + len(refused), sums[2] + len(skips) - len(refused)]
        remedies |= {name: f'run the failed ones again: .venv/bin/python -m pytest --lf -m "{choice}"'} if failed else {}
        remedies |= {f"{name}, skipped under CI ({reason})": "give the machine what is missing" for reason in refused}
    for name, remedy in remedies.items():
        say(f"{name}: failed. Do this: {remedy}")
    print(f"{sums[0]} passed, {sums[1]} failed, {sums[2]} skipped", flush=True)
    sys.exit(1 if remedies else 0)


def main() -> None:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["run", "test", "check", "doctor", "bench"])
    parser.add_argument("--port", type=int, help="port of the server (run)")
    parser.add_argument("--long", action="store_true", help="hostile input for 40 minutes as well: fuzzing, made-up requests (check)")
    given = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036  # whatever python3 the machine has starts this file
        remedy = "start it with Python 3.11 or newer, as in: python3.11 deploy/dev.py run"
        raise Stop(remedy)
    prepare("run" if given.command in {"run", "doctor"} else "test")
    if given.command == "run":
        serve(given.port)
    elif given.command == "doctor":
        must("follow the remedies in the table above", PYTHON, "-m", "app", "doctor")
    elif given.command == "bench":
        for file in sorted(ROOT.glob("tests/bench/[!_]*.py")):
            must(f"read the message of {file.name} above", PYTHON, "-m", f"tests.bench.{file.stem}")
    else:
        judge(SUITES if given.command == "test" else QUICK + LONG * given.long)


if __name__ == "__main__":
    try:
        main()
    except Stop as stop:
        sys.exit(f"» stopped. Do this: {stop}")
    except KeyboardInterrupt:
        sys.exit(130)
