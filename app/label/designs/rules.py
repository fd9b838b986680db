"""What a design of labels may be: a name, a layout, a carrier and wishes for its texts; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import Finding
from app.label.designs.refusals import DesignWrong
from app.label.drawing.design import Wishes, wishes
from app.label.drawing.layouts import LAYOUTS
from app.label.symbols.carrier import Carrier
from app.party.rules import text_findings

LONGEST_NAME = 60
LONGEST_LINE = 80
MOST_LINES = 4

FLAGS = ("show_brand", "show_producer", "show_net_content", "data_titles")
EAN_13 = {"where-it-fits": None, "always": True, "never": False}
"""How people choose whether the symbol of the till stands beside a matrix symbol, and what a label knows of it."""

FIELDS = ("name", "layout", "carrier", "lines", "ean13", *FLAGS)

CARRIERS = tuple(carrier for carrier in Carrier if carrier is not Carrier.SSCC)
"""Carriers of goods; an SSCC belongs to a pallet and has its own label."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A design before it is kept, or as it was read; the logo stands in the wishes."""

    name: str
    layout: str
    carrier: Carrier
    wishes: Wishes


def draft(values: Mapping[str, Any], logo: bytes | None = None) -> Draft:
    """A design from what was sent: texts, flags as true or false, lines as a list; what is missing keeps its usual value.

    Raises DesignWrong with a finding for every field.
    """
    found = [*text_findings(values, {"name": (LONGEST_NAME, True)}), *_choices(values), *_flags(values), *_lines(values.get("lines", ()))]
    if found:
        raise DesignWrong(findings=found)
    flags = {name: values[name] for name in FLAGS if name in values}
    beside = EAN_13[values.get("ean13", "where-it-fits")]
    wanted = Wishes(**flags, lines=tuple(filter(None, values.get("lines", ()))), ean13=beside, logo=logo)
    return Draft(values["name"], values["layout"], Carrier(values["carrier"]), wanted)


def of_row(row: Any) -> Draft:
    """A design as it was kept; a row of the list comes without its logo."""
    return Draft(row.name, row.layout, Carrier(row.carrier), wishes(row.texts, getattr(row, "logo", None)))


def as_values(made: Draft) -> dict[str, Any]:
    """A design as it is sent: what `draft` reads."""
    wanted = made.wishes
    said = {"name": made.name, "layout": made.layout, "carrier": str(made.carrier), "lines": list(wanted.lines)}
    beside = next(name for name, value in EAN_13.items() if value is wanted.ean13)
    return said | {"ean13": beside} | {name: getattr(wanted, name) for name in FLAGS}


def next_name(name: str, taken: Iterable[str]) -> str:
    """The name of a copy: the same with the lowest free number from 2 behind it, never longer than a name may be."""
    used = set(taken)
    for number in range(2, len(used) + 3):
        tail = f" ({number})"
        found = name[: LONGEST_NAME - len(tail)].rstrip() + tail
        if found not in used:
            return found
    return name


def _choices(values: Mapping[str, Any]) -> Iterator[Finding]:
    for name, known in (("layout", LAYOUTS), ("carrier", CARRIERS), ("ean13", EAN_13)):
        value = values.get(name, "where-it-fits" if name == "ean13" else "")
        if not isinstance(value, str) or value not in known:
            yield Finding("designs.choice-unknown", f"/{name}", str(value)[:40], {"field": name, "known": ", ".join(known)})


def _flags(values: Mapping[str, Any]) -> Iterator[Finding]:
    for name in FLAGS:
        if not isinstance(values.get(name, True), bool):
            yield Finding("designs.field-type", f"/{name}", str(values[name])[:40], {"field": name, "expected": "true / false"})


def _lines(lines: Any) -> Iterator[Finding]:
    if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
        yield Finding("designs.field-type", "/lines", str(lines)[:40], {"field": "lines", "expected": "[text]"})
        return
    if len(lines) > MOST_LINES:
        yield Finding("designs.lines", "/lines", len(lines), {"most": MOST_LINES, "longest": LONGEST_LINE})
    for line in lines:
        wrong = text_findings({"lines": line}, {"lines": (LONGEST_LINE, False)})
        if wrong or "\n" in line:
            yield wrong[0] if wrong else Finding("designs.lines", "/lines", line[:40], {"most": MOST_LINES, "longest": LONGEST_LINE})
