"""The page about GS1's list "2D readiness": each point is answered, and names tests that exist, are collected and are not left out."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests import ROOT
from tests.handbook import pages

PAGE = "two-d-readiness"
POINTS = 6
"""Points of the summary list for solutions that create and print symbols."""

_LINK = re.compile(r"tests/[\w/]+\.py::test_\w+")
_LEFT_OUT = re.compile(r"@pytest\.mark\.(?:skip|xfail|slow)")


def _points(language: str) -> dict[str, list[str]]:
    """Number of a point by the tests that its section names."""
    return {title.split(".", 1)[0]: _LINK.findall(body) for title, body in pages.sections(PAGE, language) if re.match(r"\d+\.", title)}


@cache
def _functions(name: str) -> frozenset[str]:
    """Functions that pytest collects from a file of tests: those of its top level, unless the module says not to."""
    path = ROOT / name
    if not path.is_file() or not path.name.startswith("test_"):
        return frozenset()
    body = ast.parse(path.read_text(encoding="utf-8")).body
    names = {target.id for each in body if isinstance(each, ast.Assign) for target in each.targets if isinstance(target, ast.Name)}
    assert not names & {"__test__", "pytestmark", "collect_ignore"}, name  # a mark on the whole file could leave out what is named
    return frozenset(each.name for each in body if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_every_point_has_an_answer_and_at_least_one_test(language: str) -> None:
    numbers = [str(number) for number in range(1, POINTS + 1)]
    assert [row[0] for row in pages.rows(pages.prose(PAGE, language)) if row[0].isdigit()] == numbers
    assert list(_points(language)) == numbers
    assert all(_points(language).values())


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_same_tests_prove_a_point_in_every_language(language: str) -> None:
    assert _points(language) == _points("en")


@pytest.mark.parametrize("number", [str(number) for number in range(1, POINTS + 1)])
def test_every_linked_test_exists_and_is_collected(number: str) -> None:
    links = [link.split("::") for link in _points("en")[number]]
    assert [(name, function) for name, function in links if function not in _functions(name)] == []


def test_no_linked_test_is_left_out_by_a_mark() -> None:
    for link in {link for links in _points("en").values() for link in links}:
        name, function = link.split("::")
        above = (ROOT / name).read_text(encoding="utf-8").split(f"def {function}(", 1)[0].rsplit("\n\n", 1)[-1]
        assert not _LEFT_OUT.search(above), link


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_page_says_which_document_it_answers_and_that_nobody_examined_it(language: str) -> None:
    body = pages.text(PAGE, language)
    assert "Solution provider 2D readiness" in body
    assert "1.0.0" in body
    assert "2025" in body
