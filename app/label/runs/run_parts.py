"""Which labels the parts of a run hold, and one part drawn; knows no database, so that a process of its own can do it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from app.label.drawing.design import Label
from app.label.drawing.layouts import layout
from app.label.drawing.sheet import make_pdf, make_png, make_svg
from app.label.drawing.zpl import make_zpl
from app.label.jobs import print_house
from app.label.rolls import roll_of
from app.label.symbols.carrier import symbols

PART, ROWS = 1_000, 10_000
"""Labels in one part, and rows of a table in one: a few seconds of work, so that little is lost when a server stops."""

FORMS = {
    "pdf": ("pdf", "application/pdf"),
    "zpl": ("zpl", "text/plain; charset=us-ascii"),
    "png": ("zip", "application/zip"),
    "svg": ("zip", "application/zip"),
    "csv": ("csv", "text/csv; charset=utf-8"),
}
"""Forms of files, with the ending and the media type of a part."""

HEADS = frozenset({"zpl", "png"})
"""Forms that are made of a print head's dots."""

_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time of files in an archive: the same labels give the same bytes."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class How:
    """How a run is drawn, as it is kept with it; first, last: places of the job."""

    first: int
    last: int
    dpi: int | None = None
    dx: float = 0.0
    dy: float = 0.0
    first_place: int = 0

    def as_json(self) -> str:
        """As `label_run.asked` holds it."""
        return json.dumps(asdict(self), sort_keys=True)


def asked(written: str) -> How:
    """What `as_json` wrote."""
    return How(**json.loads(written))


@dataclass(frozen=True, slots=True)
class RunPart:
    """Labels to be drawn into one file. places: of each label in the job; rolls: stamps on a roll, None without rolls."""

    form: str
    layout: str
    how: How
    labels: tuple[Label, ...]
    places: tuple[int, ...]
    per_roll: int | None
    stem: str
    first_place: int


def spans(form: str, on_paper: str, how: How) -> list[tuple[int, int]]:
    """First and last place of every part; sheets are filled before another file begins."""
    most = ROWS if form == "csv" else PART
    short = 0
    if form == "pdf":
        on_a_page = layout(on_paper).on_a_page
        most, short = max(1, PART // on_a_page) * on_a_page, how.first_place
    found, start, stop = [], how.first, how.first + most - short
    while start <= how.last:
        found.append((start, min(stop - 1, how.last)))
        start, stop = stop, stop + most
    return found


def file_name(gtin: str, lot: str, span: tuple[int, int], form: str) -> str:
    """What a part is called: product, batch and places, in letters that every disk takes."""
    named = _UNSAFE.sub("_", lot) if lot else "blank"
    return f"{gtin}-{named}-{span[0]:07}-{span[1]:07}.{FORMS[form][0]}"


def draw(part: RunPart) -> bytes:
    """The file of a part, every symbol read back; raises what drawing refuses. A part whose labels are all void has an empty file."""
    if not part.labels:
        return b""
    if part.form == "csv":
        return b"".join(_table(part))
    if part.form in {"png", "svg"}:
        return _archive(part)
    on_paper, how = layout(part.layout), part.how
    if part.form == "zpl":
        return make_zpl(part.labels, on_paper, how.dpi or 203, dx_mm=how.dx, dy_mm=how.dy).content
    return make_pdf(part.labels, on_paper, dpi=how.dpi, dx_mm=how.dx, dy_mm=how.dy, first_place=part.first_place).content


def _archive(part: RunPart) -> bytes:
    """One picture for each label, named by its place in the job."""
    on_paper, out = layout(part.layout), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, label in zip(part.places, part.labels, strict=True):
            drawn = make_png(label, part.how.dpi or 300, on_paper) if part.form == "png" else make_svg(label, on_paper, part.how.dpi)
            write(archive, f"label-{place:07}.{part.form}", drawn.content)
    return out.getvalue()


def write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """One file into an archive; what is compressed already is stored as it is."""
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith((".png", ".pdf")) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, compresslevel=3)


def _table(part: RunPart) -> Iterator[bytes]:
    yield print_house.heading()
    numbered = list(zip(part.places, part.labels, strict=True))
    for _, group in groupby(enumerate(numbered), lambda item: item[1][0] - item[0]):  # a void stamp leaves a gap in the places
        run = [pair for _, pair in group]
        made = [(label, symbols(label.carrier, label.pairs, part.stem)) for _, label in run]
        yield print_house.rows(made, run[0][0], [roll_of(place, part.per_roll) for place, _ in run])


Draw = Callable[[RunPart], bytes]
"""Draws a part here, or in a process of its own."""


def members(content: bytes, name: str) -> Sequence[tuple[str, bytes]]:
    """What a part adds to the archive of all parts: its pictures, or itself."""
    if not content or not name.endswith(".zip"):
        return [(name, content)] if content else []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(each, archive.read(each)) for each in archive.namelist()]
