"""What must not stand in any file: other people's numbers, machines and registries."""

from __future__ import annotations

import re

from tests.architecture import source

# 952 is the prefix GS1 keeps for examples; Vietnam's own would claim somebody's goods.
NUMBER = re.compile(r"(?<![0-9A-Za-z.])(?:\d?893\d{10}|\d893\d{14})(?![0-9A-Za-z])")
URN = re.compile(r"urn:epc:(?:id|class|idpat):\w+:893")
# A class of one letter, so that this file does not contain what it looks for.
REGISTRY = re.compile(r"[p]ypi\.(?:org|python\.org)|[p]ythonhosted\.|[r]egistry\.npmjs|[d]eb\.debian\.org")
MACHINE = re.compile(r"(?<![\w.~/-])/(?:[w]ork|[t]mp|[r]oot|[h]ome/\w+|[o]pt/pypi)\b")
UNFINISHED = re.compile(r"\b(?:[T]ODO|[F]IXME|[X]XX)\b(?!.*#\d)")


def _found(pattern: re.Pattern[str], *folders: str) -> list[str]:
    return [
        f"{path}:{number}"
        for path, text in source.text_files()
        if not folders or path.parts[0] in folders
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_identifier_carries_vietnams_real_prefix() -> None:
    assert _found(NUMBER) + _found(URN) == []


def test_no_file_names_a_package_registry() -> None:
    assert _found(REGISTRY) == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert _found(MACHINE) == []


def test_nothing_unfinished_without_a_number_of_an_issue() -> None:
    assert _found(UNFINISHED, *source.SOURCE, "schemas", "deploy") == []


def test_every_text_ends_its_lines_alike() -> None:
    assert [
        str(path) for path, text in source.text_files() if path.suffix == ".py" and ("\r" in text or (text and not text.endswith("\n")))
    ] == []
