"""PDF in exact size: a page for every sheet, or for every label of a roll.

Symbols are one path each, drawn from their modules: no seams, sharp at any scale. What a batch shares is a form that every
label refers to, and a logo is kept once in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from app.errors import Finding
from app.label.drawing import fonts
from app.label.drawing.compose import compose, dot_of
from app.label.drawing.composition import Composition, Image, Line, Placed, Plate, rectangles
from app.label.drawing.design import Label
from app.label.drawing.drawn import Drawn, Place, remarked
from app.label.drawing.fonts import POINT
from app.label.drawing.layouts import Layout
from app.label.drawing.limits import Progress, check_count, check_offset
from app.label.drawing.place import placed_on
from app.label.drawing.png import check_dpi
from app.label.drawing.refusals import PlaceUnknown
from app.label.drawing.ruler import HUNDRED, scale_ruler
from app.label.symbols import read_back
from app.label.symbols.symbol import runs


def make_pdf(
    labels: Sequence[Label],
    layout: Layout,
    *,
    dpi: int | None = None,
    dx_mm: float = 0.0,
    dy_mm: float = 0.0,
    first_place: int = 0,
    progress: Progress | None = None,
) -> Drawn:
    """Labels on sheets or rolls.

    dpi: of the print head, so that every edge of a symbol lies on whole dots; dx_mm, dy_mm: calibration, moves every label right
    and down by up to 10 mm; first_place: how many places of the first sheet are used already; progress is called after each label.
    Raises what `compose` raises, NothingToPrint, TooManyLabels, OffsetTooFar, PlaceUnknown, ResolutionUnknown, NotReadable: then
    there is no file at all.
    """
    check_count(labels)
    check_offset(dx_mm, dy_mm)
    if not 0 <= first_place < layout.on_a_page:
        raise PlaceUnknown(pointer="/first_place", place=first_place, last=layout.on_a_page - 1)
    dot = dot_of(check_dpi(dpi)) if dpi is not None else None
    document = Document(layout)
    corners = [(_on_dots(x + dx_mm, dot), _on_dots(y + dy_mm, dot)) for x, y in layout.corners()]
    places: list[Place] = []
    remarks: tuple[Finding, ...] = ()
    for index, label in enumerate(labels):
        page, number = divmod(index + first_place, layout.on_a_page)
        if number == 0 or index == 0:
            document.page()
        composition = compose(label, layout, dot)
        for placed in composition.main:
            read_back.check_symbol(placed.symbol)
        document.label(composition, *corners[number])
        places.append(placed_on(composition, layout, index, page + 1, *corners[number]))
        remarks = remarked(remarks, composition.remarks)
        if progress:
            progress(index + 1, len(labels))
    return Drawn(document.finished(), tuple(places), remarks)


def _on_dots(place: float, dot: float | None) -> float:
    return round(place / dot) * dot if dot else place


class Document:
    """A PDF in the making; a plate becomes a form that every label of its batch refers to."""

    def __init__(self, layout: Layout, title: str = "labels") -> None:
        from reportlab import rl_config
        from reportlab.pdfgen.canvas import Canvas

        fonts.register()
        rl_config.useA85 = 0  # otherwise streams are written as text, slower and a quarter longer
        self._layout = layout
        self._file = BytesIO()
        width, self._height = layout.paper
        self.canvas: Any = Canvas(self._file, pagesize=(width / POINT, self._height / POINT), pageCompression=1, invariant=1)
        self.canvas.setTitle(f"{title} {layout.name}")
        self.canvas.setViewerPreference("PrintScaling", "None")
        self._plates: dict[Plate, str] = {}
        self._begun = False

    def page(self) -> None:
        """Begin a page; sheets and other paper that is wide enough get a ruler at their lower edge."""
        if self._begun:
            self.canvas.showPage()
        self._begun = True
        if self._layout.page or self._layout.paper[0] >= HUNDRED + 10:
            scale_ruler(self.canvas, self._layout)

    def label(self, composition: Composition, x: float, y: float) -> None:
        """Draw a label with its upper left corner at x, y (mm from the upper left corner of the page)."""
        form = self._form(composition.plate)
        left, top = x / POINT, (self._height - y) / POINT
        self.canvas.addLiteral(f"q 1 0 0 1 {left:.4f} {top:.4f} cm")
        self.canvas.doForm(form)
        for placed in composition.main:
            self.canvas.addLiteral(_symbol(placed))
        for line in composition.filled:
            self._line(line)
        self.canvas.addLiteral("Q")

    def finished(self) -> bytes:
        """The file."""
        self.canvas.showPage()
        self.canvas.save()
        return self._file.getvalue()

    def _form(self, plate: Plate) -> str:
        if plate not in self._plates:
            self._plates[plate] = name = f"plate{len(self._plates)}"
            if plate.beside:
                read_back.check_symbol(plate.beside.symbol)
            self.canvas.beginForm(name, 0, -self._layout.height / POINT, self._layout.width / POINT, 0)
            for image in plate.images:
                self._image(image)
            for rule in plate.rules:
                x, y, width, height = (each / POINT for each in (rule.x, -rule.y - rule.height, rule.width, rule.height))
                self.canvas.addLiteral(f"{x:.4f} {y:.4f} {width:.4f} {height:.4f} re f")
            if plate.beside:
                self.canvas.addLiteral(_symbol(plate.beside))
            for line in plate.lines:
                self._line(line)
            self.canvas.endForm()
        return self._plates[plate]

    def _line(self, line: Line) -> None:
        self.canvas.setFont(fonts.name(line.weight), line.size)
        x, y = line.x / POINT, -line.y / POINT
        if not line.turned:
            self.canvas.drawString(x, y, line.text)
            return
        self.canvas.addLiteral(f"q 0 1 -1 0 {x:.4f} {y:.4f} cm")
        self.canvas.drawString(0, 0, line.text)
        self.canvas.addLiteral("Q")

    def _image(self, image: Image) -> None:
        """The library keeps one copy of equal pictures in a file."""
        from PIL import Image as Pillow
        from reportlab.lib.utils import ImageReader

        picture = Pillow.frombytes("RGB", (image.logo.width, image.logo.height), image.logo.rgb)
        x, y, width, height = (each / POINT for each in (image.x, -image.y - image.height, image.width, image.height))
        self.canvas.drawImage(ImageReader(picture), x, y, width, height)


def _symbol(placed: Placed) -> str:
    """One filled path, in modules, y downwards."""
    module = placed.module / POINT
    if placed.symbol.linear:
        path = " ".join([f"{x:g} {y:g} {wide:g} {high:g} re" for x, y, wide, high in rectangles(placed)])
    else:
        path = " ".join([f"{x} {y} {wide} 1 re" for x, y, wide in runs(placed.symbol)])
    return f"q {module:.6f} 0 0 {-module:.6f} {placed.x / POINT:.5f} {-placed.y / POINT:.5f} cm {path} f Q"
