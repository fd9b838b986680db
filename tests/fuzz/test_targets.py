"""Whatever bytes come: what reads them answers or refuses, within a second and in bounded memory (`tests/fuzz/run.py`)."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.fuzz.run import Slow, guarded
from tests.thorough import THOROUGH

RUNS = 40
"""Inputs for each target in the usual run, the same ones each time; enough to see that every reader still stands, not to find the rare."""

MINUTES = 2
"""For each target in a thorough run."""


@pytest.mark.hostile
@pytest.mark.slow
@pytest.mark.timeout(0)
def test_no_target_raises_anything_but_a_refusal(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        message = "atheris is not installed: it fuzzes what reads documents of strangers, on Linux"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    budget = ("--seconds", str(60 * MINUTES)) if THOROUGH else ("--runs", str(RUNS))
    done = subprocess.run(
        (sys.executable, "-m", "tests.fuzz.run", *budget, "--keep", str(tmp_path)), cwd=ROOT, capture_output=True, text=True, check=False
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [f"{each['target']}: {each['kept']}\n{each['log'][-3000:]}" for each in told if not each["ok"]]
    assert not failed, "\n\n".join(failed)
    assert (done.returncode, len(told) >= 16) == (0, True), done.stderr[-3000:]
    assert all(each["runs"] >= RUNS for each in told)


class Refused(Exception):  # noqa: N818  # as refusals are named
    """What a reader may raise."""


class Unforeseen(Exception):  # noqa: N818  # a fault of a reader
    """What no reader may raise."""


def refusing(_raw: bytes) -> None:
    raise Refused


def failing(_raw: bytes) -> None:
    raise Unforeseen


def busy(_raw: bytes) -> int:
    return sum(range(1_000_000))


def test_the_fuzzer_lets_refusals_pass_and_nothing_else() -> None:
    guarded(refusing, Refused)(b"")
    with pytest.raises(Unforeseen):
        guarded(failing, Refused)(b"")


def test_the_fuzzer_calls_an_input_that_takes_too_long_a_fault() -> None:
    with pytest.raises(Slow):
        guarded(busy, Refused, 0.001)(b"")
