"""Attributes as people type them: known ones in fields of their own, all others as lines `name = value`; nothing is lost on the way; pure.

A value that is no plain line of text (an object, a list, text with line breaks) is written as JSON; one that nobody touched keeps its type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from app.catalogue.master.rules import MDA, Attribute, attribute_name, shown
from app.errors import Finding

_JSON = ("{", "[", '"')


def attribute_id(text: str) -> str:
    """The URI of an attribute: a bare name is one of CBV's."""
    return text if ":" in text else MDA + text


def typed(value: Any) -> str:
    """A value as one line that `value_of_line` reads again."""
    if isinstance(value, str) and value == value.strip() and value.isprintable() and not value.startswith(_JSON):
        return value
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | Mapping | list) else shown(value)


def value_of_line(text: str) -> Any:
    """The value of a line: JSON where it begins so, else text. Raises ValueError for JSON that is none."""
    if not text.startswith(_JSON):
        return text
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError(text[:40]) from None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def to_form(attributes: Sequence[Attribute], fields: Sequence[str]) -> dict[str, str]:
    """What the fields of a form hold: each known attribute that is one line of text, and `more` with all others."""
    held: dict[str, str] = {}
    lines = []
    for attribute in attributes:
        line = typed(attribute.value)
        if attribute.name in fields and attribute.name not in held and not line.startswith(_JSON):
            held[attribute.name] = line
        else:
            lines.append(f"{attribute.id} = {line}")
    return held | {"more": "\n".join(lines)}


Told = tuple[list[dict[str, Any]], list[Finding]]


def from_form(values: Mapping[str, str], fields: Sequence[str], before: Sequence[Attribute] = ()) -> Told:
    """Attributes of a form, and findings about lines that cannot be read; before: those of the version that the form began with."""
    told = [(name, values[name].strip()) for name in fields if values.get(name, "").strip()]
    found: list[Finding] = []
    for line in values.get("more", "").split("\n"):
        name, equals, value = line.partition("=")
        if line.strip() and not (equals and name.strip()):
            found.append(Finding("catalogue.master-line", "/more", line.strip()[:80]))
        elif line.strip():
            told.append((name.strip(), value.strip()))
    attributes = []
    for name, text in told:
        earlier = next((each for each in before if each.name == attribute_name(name) and typed(each.value) == text), None)
        try:
            value = earlier.value if earlier else value_of_line(text)
        except ValueError:
            found.append(Finding("catalogue.master-line", "/more", text[:80]))
            continue
        spelled = next((each.id for each in before if each.name == attribute_name(name)), attribute_id(name))
        attributes.append({"id": spelled, "attribute": value})
    return attributes, found
