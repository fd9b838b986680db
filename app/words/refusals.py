"""Words of refusals and findings, from `schemas/errors.toml`: what happened and what to do, in the reader's language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from app.errors import Finding, Refusal
from app.words.translate import fill, translator, typeset

_IN_EVENT = re.compile(r"/epcisBody/(?:queryResults/resultsBody/)?eventList/(\d{1,9})(?:/|$)")


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, str]]:
    """Every code with its sentences (`vi`, `en`, `fr`) and remedies (`do_vi`, …)."""
    return tomllib.loads((files("schemas") / "errors.toml").read_text(encoding="utf-8"))


def _sentence(code: str, key: str, params: Mapping[str, Any]) -> str:
    """A sentence filled; `{nth}` is the `position`, which programs count from 0, as people count it."""
    language, sentence = key[-2:], catalogue().get(code, {}).get(key, code)
    for name, value in params.items():
        if name != "pointer" and (value is None or value == ""):
            sentence = sentence.replace(f" {{{name}}} ", " ")  # "the file {name} is not": a file may come without a name
    root = translator(language)("web.root_of_document")
    position = params.get("position")
    nth = {"nth": position + 1} if isinstance(position, int) else {}
    return typeset(fill(sentence, {**params, **nth, "pointer": params.get("pointer") or root}), language)


def describe(refusal: Refusal, language: str) -> tuple[str, str]:
    """What happened and what to do."""
    params = {"pointer": refusal.pointer, **refusal.params}
    return _sentence(refusal.code, language, params), _sentence(refusal.code, f"do_{language}", params)


def tells_place(code: str) -> bool:
    """Whether the sentence of a code says at which character it goes wrong, so that nobody need say it again."""
    return "{nth}" in catalogue().get(code, {}).get("en", "")


def event_of(pointer: str) -> int | None:
    """The number, from 1, of the event a JSON pointer leads into; None where it leads elsewhere."""
    match = _IN_EVENT.match(pointer)
    return int(match[1]) + 1 if match else None


def describe_finding(finding: Finding, language: str) -> dict[str, Any]:
    """A finding as a JSON-ready mapping: code, pointer, event, value, message, remedy."""
    params = {"pointer": finding.pointer, "value": finding.value, **finding.params}
    told: dict[str, Any] = {
        "code": finding.code,
        "pointer": finding.pointer,
        "message": _sentence(finding.code, language, params),
        "remedy": _sentence(finding.code, f"do_{language}", params),
    }
    event = finding.event if finding.event is not None else event_of(finding.pointer)
    if event is not None:
        told["event"] = event
    if finding.value is not None:
        told["value"] = finding.value
    return told
