"""The parts of a job drawn at the command line: which file holds which labels, drawing one, and telling where each label stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.label.drawing import printer as printing
from app.label.drawing.design import Label
from app.label.drawing.drawn import Place
from app.label.drawing.printer import PART, spans
from app.label.folder.asked import Asked, Numbers
from app.label.folder.whole_file import WholeFiles
from app.label.jobs import print_house
from app.label.symbols.carrier import contents

_ROWS = 1_000
"""Rows of a table made at once."""

Line = dict[str, Any]
"""What is told of a label: file, page, place in millimetres, content and symbology identifier of its symbols."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file with the labels from `start` up to `stop`, counted from 0."""

    name: str
    start: int
    stop: int


def parts(asked: Asked) -> list[Part]:
    """The files of a job: one for each label as PNG or SVG, up to 1,000 labels as PDF (whole sheets) or ZPL, one table."""
    count = asked.count
    if asked.form == "csv":
        return [Part("labels.csv", 0, count)]
    if asked.form in {"png", "svg"}:
        digits = max(5, len(str(count)))
        return [Part(f"label-{index + 1:0{digits}}.{asked.form}", index, index + 1) for index in range(count)]
    sheets = {"on_a_page": asked.layout().on_a_page, "used": asked.first_place} if asked.form == "pdf" else {}
    bounds = spans(1, count, most=PART, **sheets)
    if len(bounds) == 1:
        return [Part(f"labels.{asked.form}", 0, count)]
    digits = max(3, len(str(len(bounds))))
    return [Part(f"labels-{number:0{digits}}.{asked.form}", first - 1, last) for number, (first, last) in enumerate(bounds, 1)]


def draw(asked: Asked, numbers: Numbers, part: Part, folder: Path, files: WholeFiles | None, *, tell: bool = True) -> list[Line]:
    """Draw a part into its file and tell of its labels; every symbol was read back before the file has its name.

    files: where the file is begun, None for a finished one that is only told of again; tell: whether lines are wanted.
    """
    path = folder / part.name
    if asked.form == "csv":
        return _table(asked, numbers, part, path, files, tell=tell)
    labels = asked.labels(numbers, part.start, part.stop)
    drawn = printing.draw(asked.form, labels, asked.layout(), asked.printer(part.start))
    if files is not None:
        files.begin(path).write(drawn.content)
    if not tell:
        return []
    return [_line(asked, str(path), part.start + place.index + 1, labels[place.index], place) for place in drawn.places]


def _table(asked: Asked, numbers: Numbers, part: Part, path: Path, files: WholeFiles | None, *, tell: bool) -> list[Line]:
    file = files.begin(path) if files is not None else None
    lines: list[Line] = []
    if file is not None:
        file.write(print_house.heading())
    for start in range(part.start, part.stop, _ROWS):
        stop = min(start + _ROWS, part.stop)
        labels = asked.labels(numbers, start, stop)
        if file is not None:
            file.write(print_house.rows(labels, range(start + 1, stop + 1), asked.per_roll, asked.stem))
        if tell:
            lines += [_row_line(str(path), position, label, asked.stem) for position, label in enumerate(labels, start + 1)]
    return lines


def _line(asked: Asked, path: str, index: int, label: Label, place: Place) -> Line:
    main = [symbol for symbol in place.symbols if symbol.carrier == asked.carrier][-1]
    return _about(path, index, label, main.content, main.identifier) | {
        "page": place.page,
        "position": _box(place),
        "symbols": [
            {"carrier": symbol.carrier.value, "content": symbol.content, "symbology_identifier": symbol.identifier}
            | _box(symbol)
            | {"module": round(symbol.module, 5), "quiet": list(symbol.quiet)}
            | ({"turned": True} if symbol.turned else {})
            | ({"turned": True} if symbol.turned else {})
            for symbol in place.symbols
        ],
    }


def _row_line(path: str, index: int, label: Label, stem: str) -> Line:
    """A label of a table, which has no place on paper."""
    made = contents(label.carrier, label.pairs, stem)
    held = [{"carrier": label.carrier.value, "content": item.text, "symbology_identifier": item.identifier} for item in made]
    return _about(path, index, label, made[-1].text, made[-1].identifier) | {"page": 1, "position": None, "symbols": held}


def _about(path: str, index: int, label: Label, content: str, identifier: str) -> Line:
    return {
        "index": index,
        "file": path,
        "page": 1,
        "position": None,
        "content": content,
        "symbology_identifier": identifier,
        "carrier": label.carrier.value,
        "hri": label.hri,
        "gtin": label.gtin,
        "lot": label.lot,
        "serial": label.serial,
        "sscc": label.sscc,
        "expiry": label.expiry.isoformat() if label.expiry else "",
    }


def _box(place: Any) -> dict[str, float]:
    """Millimetres from the upper left corner of the page."""
    return {name: round(getattr(place, name), 3) for name in ("x", "y", "width", "height")}
