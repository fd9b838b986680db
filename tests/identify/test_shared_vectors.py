"""The official vectors, where they are at hand: every one passes, with the AI that is blamed and the characters that are marked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.errors import Refusal
from app.identify import digital_link, element_string, escape, keys, scan_data, spellings
from app.identify.linters import lint_component
from app.identify.refusals import NotADigitalLink
from app.identify.spellings import Answer, Form, Options
from tests import SHARED
from tests.identify.attempts import attempt

Vector = dict[str, Any]


def option(vector: Vector, name: str, *, default: bool) -> bool:
    return bool(vector.get("options", {}).get(name, default))


def options(vector: Vector) -> Options:
    return Options(
        unknown_ais=option(vector, "permitUnknownAIs", default=False),
        requisites=option(vector, "validation:REQUISITE_AIS", default=True),
        short_gtin=option(vector, "permitZeroSuppressedGTINinDLuris", default=False),
        unknown_attributes=not option(vector, "validation:UNKNOWN_AI_NOT_DL_ATTR", default=True),
    )


def refused_alike(expect: dict[str, Any], found: Refusal) -> bool:
    """Whether the AI that is blamed and the characters that are marked are the same."""
    if "error_markup" in expect:
        return bool(found.params["markup"] == expect["error_markup"])
    named = re.search(r"AI \((\d+)\)|Unrecognised AI: (\w*)", expect["error"])
    return named is None or found.params.get("ai") == (named[1] or named[2])


def read(form: Form) -> Callable[[Vector], bool]:
    def passes(vector: Vector) -> bool:
        expect = vector["expect"]
        found = attempt(lambda: spellings.read_as(vector["input"], form, options(vector)))
        if isinstance(found, Refusal):
            plain = isinstance(found, NotADigitalLink) and expect.get("plain", False)
            return plain or (not expect["ok"] and refused_alike(expect, found))
        return bool(expect["ok"]) and spelt_alike(expect, found)

    return passes


def spelt_alike(expect: dict[str, Any], found: Answer) -> bool:
    seen = {
        "ais": [list(pair) for pair in found.ais],
        "bracketed": found.bracketed,
        "element_string": found.element_string,
        "dl_uri": found.dl_uri,
        "ignored_query_params": list(found.foreign),
        "symbology": found.carrier,
        "message": found.message,
    }
    return all(seen[name] == value for name, value in expect.items() if name in seen)


def built_link(vector: Vector) -> bool:
    found = attempt(lambda: digital_link.from_elements(element_string.parse(vector["input"]), vector["stem"]))
    return bool(vector["expect"]["uri"] == (None if isinstance(found, Refusal) else found))


def sequence(vector: Vector) -> bool:
    permitted = tuple(vector["seq"]) in keys.SEQUENCES
    read = not isinstance(attempt(lambda: digital_link.parse(vector["uri"])), Refusal)
    return bool(permitted == vector["expect"]["valid"] and read == (vector["expect"]["engine"] == "ok"))


def built_scan(vector: Vector) -> bool:
    add = option(vector, "addCheckDigit", default=False)
    found = attempt(lambda: scan_data.build(vector["input"], vector["symbology"], add_check_digit=add))
    return bool(vector["expect"]["scan_data"] == (None if isinstance(found, Refusal) else found))


def escaped(vector: Vector) -> bool:
    found = {"path": escape.escape_path(vector["input"]), "query": escape.escape_query(vector["input"])}
    return bool(found == vector["expect"])


def unescaped(vector: Vector) -> bool:
    found = {"path": escape.unescape_path(vector["input"]), "query": escape.unescape_query(vector["input"])}
    return bool(found == vector["expect"])


def linted(vector: Vector) -> bool:
    fault = lint_component(vector["linter"], vector["input"], lambda text: text != "1234567")  # what its own tests plug in
    if fault is None or vector["ok"]:
        return fault is None and bool(vector["ok"])
    text, end = vector["input"], fault.position + fault.length
    markup = f"{text[: fault.position]}*{text[fault.position : end]}*{text[end:]}"
    return bool(fault.rule == vector["error"].lower().replace("_", "-") and markup == vector["markup"])


REACHED: list[tuple[str, Callable[[Vector], bool], int]] = [
    ("parse_bracketed", read("bracketed"), 892),
    ("parse_element_string", read("element"), 502),
    ("parse_scan_data", read("scan"), 299),
    ("parse_digital_link", read("uri"), 911),
    ("build_digital_link", built_link, 12),
    ("build_scan_data", built_scan, 18),
    ("dl_path_sequence", sequence, 776),
    ("uri_escape", escaped, 6),
    ("uri_unescape", unescaped, 13),
    ("lint_component", linted, 3283),
]


@pytest.mark.skipif(SHARED is None, reason="the official GS1 vectors are not beside this repository")
@pytest.mark.parametrize(("name", "passes", "of"), REACHED, ids=[row[0] for row in REACHED])
def test_every_official_vector_passes(name: str, passes: Callable[[Vector], bool], of: int) -> None:
    assert SHARED is not None
    vectors = json.loads((SHARED / "gs1-vectors" / f"{name}.json").read_text(encoding="utf-8"))["vectors"]
    failed = [vector.get("id", vector["input"]) for vector in vectors if not passes(vector)]
    assert len(vectors) == of
    assert not failed
