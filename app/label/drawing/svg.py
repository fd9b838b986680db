"""One label as SVG in millimetres; text is drawn as outlines, so that it looks the same without the typeface."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from xml.sax.saxutils import escape

from app.label.drawing import fonts
from app.label.drawing.compose import compose, dot_of
from app.label.drawing.composition import Image, Line, Placed, Plate, Rule, rectangles
from app.label.drawing.design import Label
from app.label.drawing.drawn import Drawn
from app.label.drawing.fonts import POINT
from app.label.drawing.layouts import ROLL_70X40, Layout
from app.label.drawing.place import placed_on
from app.label.drawing.png import check_dpi
from app.label.symbols import read_back


def make_svg(label: Label, layout: Layout = ROLL_70X40, dpi: int | None = None) -> Drawn:
    """One label; dpi: of the print head, so that modules are whole dots. Raises what `compose` raises, ResolutionUnknown, NotReadable."""
    composition = compose(label, layout, dot_of(check_dpi(dpi)) if dpi is not None else None)
    shared = _plate(composition.plate)
    for placed in composition.main:
        read_back.check_symbol(placed.symbol)
    width, height = f"{layout.width:g}", f"{layout.height:g}"
    content = "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}" role="img">',
            f"<title>{escape(fonts.composed(label.text.product))} {escape(label.hri)}</title>",
            f'<path fill="#fff" d="M0 0h{width}v{height}h-{width}z"/>',
            shared,
            *(_symbol(placed) for placed in composition.main),
            *(_line(line) for line in composition.filled),
            "</svg>\n",
        ]
    )
    return Drawn(content.encode(), (placed_on(composition, layout, 0, 1, 0.0, 0.0),), composition.remarks)


@lru_cache(maxsize=8)
def _plate(plate: Plate) -> str:
    """What the labels of a batch share, its symbol read once."""
    parts = [*(_image(image) for image in plate.images), *(_rule(rule) for rule in plate.rules)]
    if plate.beside:
        read_back.check_symbol(plate.beside.symbol)
        parts.append(_symbol(plate.beside))
    return "".join([*parts, *(_line(line) for line in plate.lines)])


def _symbol(placed: Placed) -> str:
    path = "".join(f"M{x:g} {y:g}h{wide:g}v{high:g}h-{wide:g}z" for x, y, wide, high in rectangles(placed))
    return f'<path transform="translate({placed.x:.4f} {placed.y:.4f}) scale({placed.module:.6f})" d="{path}"/>'


def _rule(rule: Rule) -> str:
    return f'<path d="M{rule.x:.4f} {rule.y:.4f}h{rule.width:.4f}v{rule.height:.4f}h-{rule.width:.4f}z"/>'


def _image(image: Image) -> str:
    """The logo inside the file, so that it can be sent alone."""
    from PIL import Image as Pillow

    file = BytesIO()
    Pillow.frombytes("RGB", (image.logo.width, image.logo.height), image.logo.rgb).save(file, "PNG")
    place = f'x="{image.x:.4f}" y="{image.y:.4f}" width="{image.width:.4f}" height="{image.height:.4f}"'
    return f'<image {place} href="data:image/png;base64,{b64encode(file.getvalue()).decode()}"/>'


def _line(line: Line) -> str:
    face = fonts.face(line.weight)
    scale = line.size * POINT / face.units
    place, glyphs = 0.0, list[str]()
    for letter in line.text:
        outline = _outline(letter, line.weight)
        if outline:
            glyphs.append(f'<path transform="translate({place:g})" d="{outline}"/>')
        place += face.width(letter) * face.units
    turn = " rotate(-90)" if line.turned else ""
    return f'<g transform="translate({line.x:.4f} {line.y:.4f}){turn} scale({scale:.8f} -{scale:.8f})">{"".join(glyphs)}</g>'


@lru_cache(maxsize=1024)
def _outline(letter: str, weight: fonts.Weight) -> str:
    return fonts.face(weight).outline(letter)
