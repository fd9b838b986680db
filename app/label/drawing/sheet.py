"""Labels on paper and on screen: PDF sheets and rolls, one SVG, one PNG.

Symbols are drawn from their modules, as one path in PDF and SVG (no seams, sharp at any scale) and as whole dots in PNG.
The same labels give the same bytes. Nothing leaves here that `read_back` has not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from app.label.drawing import fonts
from app.label.drawing.compose import Composition, Line, Placed, Plate, compose, guarded
from app.label.drawing.design import Label
from app.label.drawing.drawn import Drawn, Place, PlacedOnPage
from app.label.drawing.fonts import POINT
from app.label.drawing.layouts import ROLL_70X40, Layout
from app.label.drawing.refusals import PlaceUnknown
from app.label.refusals import NothingToPrint, OffsetTooFar, ResolutionUnknown, TooManyLabels
from app.label.symbols import read_back
from app.label.symbols.symbol import Carrier
from app.label.symbols.symbol import runs

MOST_LABELS = 20_000
"""In one PDF: about 30 s of work and 40 MB."""

FURTHEST = 10.0
"""Largest calibration offset in millimetres."""

RESOLUTIONS = {203: 4, 300: 3, 600: 2}
"""Dots per inch of print heads, and how many times finer text is drawn before it is reduced to grey."""

Progress = Callable[[int, int], None]
"""Told how many labels of how many are done."""


def make_pdf(  # noqa: PLR0913  # a printer has as many settings
    labels: Sequence[Label],
    layout: Layout,
    *,
    dpi: int | None = None,
    dx_mm: float = 0.0,
    dy_mm: float = 0.0,
    first_place: int = 0,
    progress: Progress | None = None,
) -> Drawn:
    """A PDF in exact size: a page for every sheet, or for every label of a roll.

    dpi: of the print head, so that every module is whole dots; first_place: how many places of the first sheet are used already;
    dx_mm, dy_mm: calibration, moves every label right and down by up to 10 mm; progress is called after each label.
    Raises what `compose` raises, NothingToPrint, TooManyLabels, OffsetTooFar, NotReadable: then there is no file at all.
    """
    if not labels:
        raise NothingToPrint
    if len(labels) > MOST_LABELS:
        raise TooManyLabels(count=len(labels), limit=MOST_LABELS)
    if not (abs(dx_mm) <= FURTHEST and abs(dy_mm) <= FURTHEST):
        raise OffsetTooFar(dx=dx_mm, dy=dy_mm, limit=FURTHEST)
    if not 0 <= first_place < layout.on_a_page:
        raise PlaceUnknown(pointer="/first_place", place=first_place, last=layout.on_a_page - 1)
    document = _Document(layout)
    corners = list(layout.corners())
    places: list[Place] = []
    for index, label in enumerate(labels):
        page, place = divmod(index + first_place, layout.on_a_page)
        if place == 0 or index == 0:
            document.page()
        composition = compose(label, layout, 25.4 / dpi if dpi else None)
        places.append(_place(composition, layout, index, page + 1, corners[place][0] + dx_mm, corners[place][1] + dy_mm))
        read_back.check_symbol(composition.qr.symbol)
        document.label(composition, corners[place][0] + dx_mm, corners[place][1] + dy_mm)
        if progress:
            progress(index + 1, len(labels))
    return Drawn(document.finished(), tuple(places))


def _place(composition: Composition, layout: Layout, index: int, page: int, x: float, y: float) -> Place:
    symbols = [
        PlacedOnPage(
            Carrier.EAN_13 if each.symbol.kind == "EAN-13" else Carrier.QR_DL,
            each.symbol.text,
            each.symbol.identifier,
            x + each.x,
            y + each.y,
            each.width,
            each.height,
            each.module,
            each.symbol.quiet,
        )
        for each in composition.symbols
    ]
    return Place(index, page, x, y, layout.width, layout.height, tuple(symbols))


def make_svg(label: Label, layout: Layout = ROLL_70X40, dpi: int | None = None) -> Drawn:
    """One label as SVG in millimetres; text is drawn as outlines, so that it looks the same without the typeface.

    Raises what `compose` raises, NotReadable.
    """
    composition = compose(label, layout, 25.4 / dpi if dpi else None)
    for placed in composition.symbols:
        read_back.check_symbol(placed.symbol)
    width, height = f"{layout.width:g}", f"{layout.height:g}"
    content = "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(fonts.composed(label.text.product))} {escape(label.hri)}</title>",
            f'<path fill="#fff" d="M0 0h{width}v{height}h-{width}z"/>',
            *(_svg_symbol(placed) for placed in composition.symbols),
            *(_svg_line(line) for line in composition.lines),
            "</svg>\n",
        ]
    )
    return Drawn(content.encode(), (_place(composition, layout, 0, 1, 0, 0),))


def make_png(label: Label, dpi: int, layout: Layout = ROLL_70X40) -> Drawn:
    """One label as a grey PNG for a print head of 203, 300 or 600 dots per inch; every module is a whole number of dots.

    Raises what `compose` raises, ResolutionUnknown, NotReadable.
    """
    from PIL import Image

    if dpi not in RESOLUTIONS:
        raise ResolutionUnknown(dpi=dpi, known=", ".join(map(str, RESOLUTIONS)))
    composition = compose(label, layout, 25.4 / dpi)
    picture = _plate_layer(composition.plate, layout, dpi).copy()
    _stamp(picture, composition.qr, dpi)
    if composition.serial:
        _write(picture, composition.serial, dpi)
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG", dpi=(dpi, dpi), compress_level=4)
    with Image.open(file) as again:
        read_back.check_picture(np.asarray(again), [placed.symbol for placed in composition.symbols])
    return Drawn(file.getvalue(), (_place(composition, layout, 0, 1, 0, 0),))


class _Document:
    """A PDF in the making; a plate becomes a form that every label of its batch refers to."""

    def __init__(self, layout: Layout) -> None:
        from reportlab import rl_config
        from reportlab.pdfgen.canvas import Canvas

        fonts.register()
        rl_config.useA85 = 0  # otherwise streams are written as text, slower and a quarter longer
        self._layout = layout
        self._file = BytesIO()
        width, self._height = layout.paper
        self._canvas: Any = Canvas(self._file, pagesize=(width / POINT, self._height / POINT), pageCompression=1, invariant=1)
        self._canvas.setTitle(f"labels {layout.name}")
        self._canvas.setViewerPreference("PrintScaling", "None")
        self._plates: dict[int, tuple[str, Plate]] = {}
        self._begun = False

    def page(self) -> None:
        """Begin a page; sheets get a ruler in their lower margin."""
        if self._begun:
            self._canvas.showPage()
        self._begun = True
        if self._layout.page:
            self._ruler()

    def label(self, composition: Composition, x: float, y: float) -> None:
        """Draw a label with its upper left corner at x, y (mm from the upper left corner of the page)."""
        form = self._form(composition.plate)
        left, top = x / POINT, (self._height - y) / POINT
        self._canvas.addLiteral(f"q 1 0 0 1 {left:.4f} {top:.4f} cm")
        self._canvas.doForm(form)
        self._canvas.addLiteral(_pdf_symbol(composition.qr))
        if composition.serial:
            self._line(composition.serial)
        self._canvas.addLiteral("Q")

    def finished(self) -> bytes:
        """The file."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def _form(self, plate: Plate) -> str:
        if id(plate) not in self._plates:
            name = f"plate{len(self._plates)}"
            self._plates[id(plate)] = name, plate  # the reference keeps the id from being used again
            if plate.bars:
                read_back.check_symbol(plate.bars.symbol)
            self._canvas.beginForm(name, 0, -self._layout.height / POINT, self._layout.width / POINT, 0)
            if plate.bars:
                self._canvas.addLiteral(_pdf_symbol(plate.bars))
            for line in plate.lines:
                self._line(line)
            self._canvas.endForm()
        return self._plates[id(plate)][0]

    def _line(self, line: Line) -> None:
        self._canvas.setFont(fonts.name(line.weight), line.size)
        self._canvas.drawString(line.x / POINT, -line.y / POINT, line.text)

    def _ruler(self) -> None:
        """100 mm with a mark every 10 mm: what measures less was scaled by the printer."""
        canvas, unit = self._canvas, 1 / POINT
        left, base = 20 * unit, 2.6 * unit
        canvas.setLineWidth(0.4)
        canvas.line(left, base, left + 100 * unit, base)
        for mark in range(11):
            high = 1.6 if mark % 5 == 0 else 0.9
            canvas.line(left + 10 * mark * unit, base, left + 10 * mark * unit, base + high * unit)
        canvas.setFont(fonts.name("Regular"), 6)
        canvas.drawString(left + 102 * unit, base, "100 mm. In ở tỷ lệ 100 % / print at 100 % / imprimer à 100 %")


def _pdf_symbol(placed: Placed) -> str:
    """One filled path, in modules, y downwards."""
    module = placed.module / POINT
    path = " ".join([f"{x} {y} {wide} {high:g} re" for x, y, wide, high in _rectangles(placed)])
    return f"q {module:.5f} 0 0 {-module:.5f} {placed.x / POINT:.4f} {-placed.y / POINT:.4f} cm {path} f Q"


def _rectangles(placed: Placed) -> Iterator[tuple[int, int, int, float]]:
    """Column, row, width and height in modules."""
    if len(placed.symbol.modules) > 1:
        return ((x, y, wide, 1) for x, y, wide in runs(placed.symbol))
    high = round(placed.height / placed.module, 2)
    return ((x, y, wide, high + guarded(x)) for x, y, wide in runs(placed.symbol))


def _svg_symbol(placed: Placed) -> str:
    path = "".join(f"M{x} {y}h{wide}v{high:g}h-{wide}z" for x, y, wide, high in _rectangles(placed))
    return f'<path transform="translate({placed.x:.4f} {placed.y:.4f}) scale({placed.module:.5f})" d="{path}"/>'


def _svg_line(line: Line) -> str:
    face = fonts.face(line.weight)
    scale = line.size * POINT / face.units
    place, glyphs = 0.0, list[str]()
    for letter in line.text:
        outline = face.outline(letter)
        if outline:
            glyphs.append(f'<path transform="translate({place:g})" d="{outline}"/>')
        place += face.width(letter) * face.units
    return f'<g transform="translate({line.x:.4f} {line.y:.4f}) scale({scale:.8f} -{scale:.8f})">{"".join(glyphs)}</g>'


@lru_cache(maxsize=4)
def _plate_layer(plate: Plate, layout: Layout, dpi: int) -> NDArray[np.uint8]:
    """What a batch shares, (height, width) grey; drawing it takes thirty times as long as adding a QR and a serial."""
    picture = np.full((round(layout.height * dpi / 25.4), round(layout.width * dpi / 25.4)), 255, dtype=np.uint8)
    for line in plate.lines:
        _write(picture, line, dpi)
    if plate.bars:
        _stamp(picture, plate.bars, dpi)
    picture.setflags(write=False)
    return picture


def _write(picture: NDArray[np.uint8], line: Line, dpi: int) -> None:
    """Draw a line of text in place: set several times finer on a strip of paper, then reduced to grey."""
    from PIL import Image, ImageDraw

    finer, dots = RESOLUTIONS[dpi], dpi / 25.4
    x, y, em = line.x * dots, line.y * dots, line.size * POINT * dots
    left, top = int(x) - 1, max(0, int(y - 1.1 * em))
    room = picture[top : int(y + 0.4 * em) + 1, max(0, left) : int(x + fonts.width(line.text, line.size, line.weight) * dots) + 3]
    paper = Image.new("L", (room.shape[1] * finer, room.shape[0] * finer), 255)
    face = fonts.for_picture(em * finer, line.weight)
    ImageDraw.Draw(paper).text(((x - max(0, left)) * finer, (y - top) * finer), line.text, fill=0, font=face, anchor="ls")
    np.minimum(room, np.asarray(paper.reduce(finer)), out=room)


def _stamp(picture: NDArray[np.uint8], placed: Placed, dpi: int) -> None:
    """Draw a symbol in whole dots, in place."""
    dots = round(placed.module * dpi / 25.4)
    x, y = round(placed.x * dpi / 25.4), round(placed.y * dpi / 25.4)
    for column, row, wide, high in _rectangles(placed):
        left, top = x + column * dots, y + row * dots
        picture[top : top + round(high * dots), left : left + wide * dots] = 0
