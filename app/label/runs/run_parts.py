"""Which labels the parts of a run hold, and one part drawn; knows no database, so that a process of its own can do it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from app.label.drawing import printer as printing
from app.label.drawing.design import Label
from app.label.drawing.layouts import layout
from app.label.drawing.printer import Printer
from app.label.drawing.printer import spans as shares
from app.label.jobs import print_house

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

    @property
    def printer(self) -> Printer:
        """How the printer is set for this part."""
        return Printer(self.how.dpi, self.how.dx, self.how.dy, self.first_place)


def spans(form: str, on_paper: str, how: How) -> list[tuple[int, int]]:
    """First and last place of every part; sheets are filled before another file begins."""
    if form == "csv":
        return shares(how.first, how.last, most=ROWS)
    sheets = {"on_a_page": layout(on_paper).on_a_page, "used": how.first_place} if form == "pdf" else {}
    return shares(how.first, how.last, most=PART, **sheets)


def file_name(gtin: str, lot: str, span: tuple[int, int], form: str) -> str:
    """What a part is called: product, batch and places, in letters that every disk takes."""
    named = _UNSAFE.sub("_", lot) if lot else "blank"
    return f"{gtin}-{named}-{span[0]:07}-{span[1]:07}.{FORMS[form][0]}"


def draw(part: RunPart) -> bytes:
    """The file of a part, every symbol read back; raises what drawing refuses. A part whose labels are all void has an empty file."""
    if not part.labels:
        return b""
    if part.form == "csv":
        return print_house.heading() + print_house.rows(part.labels, part.places, part.per_roll, part.stem)
    if part.form in {"png", "svg"}:
        return _archive(part)
    return printing.draw(part.form, part.labels, layout(part.layout), part.printer).content


def _archive(part: RunPart) -> bytes:
    """One picture for each label, named by its place in the job."""
    on_paper, out = layout(part.layout), io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for place, label in zip(part.places, part.labels, strict=True):
            write(archive, f"label-{place:07}.{part.form}", printing.draw(part.form, [label], on_paper, part.printer).content)
    return out.getvalue()


def write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """One file into an archive; what is compressed already is stored as it is."""
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith((".png", ".pdf")) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, compresslevel=3)


def members(content: bytes, name: str) -> Sequence[tuple[str, bytes]]:
    """What a part adds to the archive of all parts: its pictures, or itself."""
    if not content or not name.endswith(".zip"):
        return [(name, content)] if content else []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(each, archive.read(each)) for each in archive.namelist()]
