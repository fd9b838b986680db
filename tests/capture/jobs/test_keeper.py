"""Names of processes that hold jobs: who has died is seen at once, who may live is believed."""

from __future__ import annotations

import subprocess
import sys

from app.capture.jobs import keeper


def name_of_a_process_that_ended() -> str:
    command = [sys.executable, "-c", "from app.capture.jobs import keeper; print(keeper.name())"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_a_process_that_runs_is_alive_and_one_that_ended_is_dead() -> None:
    assert not keeper.is_dead(keeper.name())
    assert keeper.is_dead(name_of_a_process_that_ended())


def test_each_hold_has_a_name_of_its_own() -> None:
    assert keeper.name() != keeper.name()


def test_a_process_of_another_machine_is_believed_to_live() -> None:
    machine, _, rest = name_of_a_process_that_ended().partition("/")
    assert not keeper.is_dead(f"x{machine}/{rest}")
    assert not keeper.is_dead("")
    assert not keeper.is_dead("0123456789abcdef")


def test_a_number_that_another_process_has_now_does_not_speak_for_the_dead() -> None:
    machine, process, _, hold = keeper.name().split("/")
    assert keeper.is_dead(f"{machine}/{process}/1/{hold}")
