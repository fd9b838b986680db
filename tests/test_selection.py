"""Tests that share what is costly to make run in one worker."""

from __future__ import annotations

import sys

import pytest

from tests import ROOT
from tests.selection import TOGETHER, shared


def test_what_is_handed_out_together_lies_where_it_is_named() -> None:
    assert [each for each in TOGETHER if not (ROOT / each).exists()] == []


@pytest.mark.parametrize("named", TOGETHER)
def test_tests_that_share_something_are_handed_out_together(named: str) -> None:
    file = named if named.endswith(".py") else f"{named}test_a.py"
    assert shared(f"{file}::test_one[1]") == shared(f"{file}::test_two") == named


def test_the_parameters_of_a_test_are_handed_out_together_and_two_tests_apart() -> None:
    assert shared("tests/a/test_a.py::test_one[x[1]::y]") == shared("tests/a/test_a.py::test_one[2]") == "tests/a/test_a.py::test_one"
    assert shared("tests/a/test_a.py::test_two") == "tests/a/test_a.py::test_two"


def test_compiled_modules_are_kept_in_every_run() -> None:
    assert not sys.dont_write_bytecode
