"""The parts of a job drawn at the command line: which file holds which labels, drawing one, and telling where each label stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.label.drawing.design import Label
from app.label.drawing.drawn import Drawn, Place
from app.label.drawing.sheet import make_pdf, make_png, make_svg
from app.label.drawing.zpl import make_zpl
from app.label.folder.asked import Asked, Numbers
from app.label.folder.whole_file import WholeFiles
from app.label.jobs import print_house
from app.label.rolls import roll_of
from app.label.symbols.carrier import symbols
from app.label.symbols.symbol import Symbol

PART = 1_000
"""Most labels in one PDF or ZPL file."""

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
    bounds = list(_bounds(asked))
    if len(bounds) == 1:
        return [Part(f"labels.{asked.form}", 0, count)]
    digits = max(3, len(str(len(bounds))))
    return [Part(f"labels-{number:0{digits}}.{asked.form}", start, stop) for number, (start, stop) in enumerate(bounds, 1)]


def _bounds(asked: Asked) -> Iterator[tuple[int, int]]:
    """Where parts begin and end: sheets are filled before another file begins."""
    most = PART
    first = most
    if asked.form == "pdf":
        on_a_page = asked.layout().on_a_page
        most = max(1, PART // on_a_page) * on_a_page
        first = most - asked.first_place
    start, stop = 0, first
    while start < asked.count:
        yield start, min(stop, asked.count)
        start, stop = stop, stop + most


def draw(asked: Asked, numbers: Numbers, part: Part, folder: Path, files: WholeFiles | None, *, tell: bool = True) -> list[Line]:
    """Draw a part into its file and tell of its labels; every symbol was read back before the file has its name.

    files: where the file is begun, None for a finished one that is only told of again; tell: whether lines are wanted.
    """
    path = folder / part.name
    if asked.form == "csv":
        return _table(asked, numbers, part, path, files, tell=tell)
    labels = asked.labels(numbers, part.start, part.stop)
    drawn = drawing(asked, labels, part)
    if files is not None:
        files.begin(path).write(drawn.content)
    if not tell:
        return []
    return [_line(asked, str(path), part.start + place.index + 1, labels[place.index], place) for place in drawn.places]


def drawing(asked: Asked, labels: Sequence[Label], part: Part) -> Drawn:
    """The file of a part in memory; raises what drawing refuses."""
    layout = asked.layout()
    if asked.form == "png":
        return make_png(labels[0], asked.dpi or 300, layout)
    if asked.form == "svg":
        return make_svg(labels[0], layout, asked.dpi)
    if asked.form == "zpl":
        return make_zpl(labels, layout, asked.dpi or 203, dx_mm=asked.dx, dy_mm=asked.dy)
    first = asked.first_place if part.start == 0 else 0
    return make_pdf(labels, layout, dpi=asked.dpi, dx_mm=asked.dx, dy_mm=asked.dy, first_place=first)


def _table(asked: Asked, numbers: Numbers, part: Part, path: Path, files: WholeFiles | None, *, tell: bool) -> list[Line]:
    file = files.begin(path) if files is not None else None
    lines: list[Line] = []
    if file is not None:
        file.write(print_house.heading())
    for start in range(part.start, part.stop, _ROWS):
        stop = min(start + _ROWS, part.stop)
        items = [(label, symbols(label.carrier, label.pairs, asked.stem)) for label in asked.labels(numbers, start, stop)]
        if file is not None:
            file.write(print_house.rows(items, start + 1, [roll_of(index + 1, asked.per_roll) for index in range(start, stop)]))
        if tell:
            lines += [_row_line(str(path), start + index + 1, *item) for index, item in enumerate(items)]
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
            for symbol in place.symbols
        ],
    }


def _row_line(path: str, index: int, label: Label, made: tuple[Symbol, ...]) -> Line:
    """A label of a table, which has no place on paper."""
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
