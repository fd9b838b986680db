"""A picture of the handbook in the making: shapes, wrapped text and real symbols as SVG.

Everything is said with attributes and nothing with a style sheet, so that the picture is the same inside a page, alone in a window under
our own content policy, and in a text editor. 360 units wide: one unit is about one pixel of a small phone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from app.label.drawing import fonts
from app.label.symbols.symbol import Symbol, runs

WIDTH = 360.0
EDGE = 14.0
"""Free margin left and right."""

ROOM = WIDTH - 2 * EDGE
INK, MUTED, LINE, PAPER = "#14251d", "#4c5f55", "#75877d", "#ffffff"
SMALL, NORMAL, LARGE = 13.0, 14.0, 16.0

_FAMILY = "Roboto, 'Noto Sans', 'Segoe UI', system-ui, sans-serif"
_MONO = "'Roboto Mono', 'DejaVu Sans Mono', ui-monospace, monospace"
_WIDER = 1.27
"""How much wider than the label typeface, which is condensed, the faces of phones and desks are."""

_WIDER_BOLD = 1.33
_MONO_EM = 0.61
_LEADING = 1.3

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Tint:
    """A pale surface and the strong colour of its edge and of letters on it."""

    pale: str
    strong: str


GREEN, BLUE, SUN = Tint("#dcf2e6", "#0a5f44"), Tint("#dfedfc", "#0a4f92"), Tint("#fff0c8", "#744300")
ROSE, GREY = Tint("#fde3e0", "#9a1420"), Tint("#edf0ee", "#414d47")
TINTS = (GREEN, BLUE, SUN, ROSE, GREY)


def measured(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
    """About how wide a line is, on the safe side: which typeface a phone has is not known here."""
    if mono:
        return _MONO_EM * size * len(text)
    face = fonts.face("Bold" if bold else "Regular")
    known = "".join(letter if not face.missing(letter) else "M" for letter in text)
    return face.width(known) * size * (_WIDER_BOLD if bold else _WIDER)


def wrapped(text: str, size: float, width: float, *, bold: bool = False, mono: bool = False) -> list[str]:
    """A text in lines of at most this width; one word that is wider stands on a line of its own."""
    lines, line = list[str](), ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and measured(longer, size, bold=bold, mono=mono) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


class Drawing:
    """Shapes one after the other; `bottom` is how far down they reach."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.bottom = 0.0

    def _add(self, part: str, bottom: float) -> None:
        self._parts.append(part)
        self.bottom = max(self.bottom, bottom)

    def text(
        self, x: float, y: float, text: str, size: float = NORMAL, *,
        colour: str = INK, bold: bool = False, mono: bool = False, anchor: Anchor = "start",
    ) -> None:  # fmt: skip
        """One line; y: its base line."""
        more = (' font-weight="700"' if bold else "") + (f' font-family="{_MONO}"' if mono else "")
        more += "" if anchor == "start" else f' text-anchor="{anchor}"'
        self._add(f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}"{more}>{escape(text)}</text>', y + size * 0.3)

    def paragraph(
        self,
        x: float,
        top: float,
        text: str,
        width: float,
        size: float = NORMAL,
        *,
        colour: str = INK,
        bold: bool = False,
        mono: bool = False,
    ) -> float:
        """Wrapped lines from their top; returns where the next thing may begin."""
        for line in wrapped(text, size, width, bold=bold, mono=mono):
            self.text(x, round(top + size, 2), line, size, colour=colour, bold=bold, mono=mono)
            top += size * _LEADING
        return top

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        stroke: str = "none",
        round_by: float = 6,
        dash: str = "",
    ) -> None:
        """A rectangle with round corners."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._add(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_by:g}" fill="{fill}" stroke="{stroke}"{dashed}/>',
            y + height,
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, *, colour: str = LINE, thick: float = 1.5) -> None:
        """A straight line."""
        self._add(f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" stroke="{colour}" stroke-width="{thick:g}" fill="none"/>', max(y1, y2))

    def arrow(self, x1: float, y1: float, x2: float, y2: float, *, colour: str = MUTED) -> None:
        """A line with a head at its end; straight down or straight to the right."""
        self.line(x1, y1, x2, y2, colour=colour, thick=2)
        head = f"M{x2 - 5:g} {y2 - 7:g}h10l-5 7z" if x1 == x2 else f"M{x2 - 7:g} {y2 - 5:g}v10l7 -5z"
        self._add(f'<path d="{head}" fill="{colour}"/>', y2)

    def mark(self, x: float, y: float, letter: str, tint: Tint) -> None:
        """A round mark with a letter, its centre at x, y."""
        self._add(f'<circle cx="{x:g}" cy="{y:g}" r="10.5" fill="{tint.strong}"/>', y + 11)
        self.text(x, y + 4.8, letter, 13, colour=PAPER, bold=True, anchor="middle")

    def symbol(self, symbol: Symbol, x: float, y: float, module: float, *, height: float = 0, quiet: str = "") -> tuple[float, float]:
        """A real symbol with its quiet zones, upper left corner at x, y; returns its width and height.

        module: units for each module; height: of bars, in units; quiet: colour of the quiet zone, white otherwise.
        """
        left = symbol.quiet[0]
        linear = len(symbol.modules) == 1
        wide = symbol.wide * module
        high = height if linear else wide
        self.box(x, y, round(wide, 3), round(high, 3), fill=quiet or PAPER, round_by=0)
        if quiet:
            inner = symbol.columns * module
            self.box(x + left * module, y if linear else y + left * module, inner, high if linear else inner, fill=PAPER, round_by=0)
        tall = height / module if linear else 1
        path = "".join(f"M{column} {row}h{run}v{tall:g}h-{run}z" for column, row, run in runs(symbol))
        top = y if linear else y + left * module
        self._add(
            f'<path data-symbol={quoteattr(symbol.kind)} fill="#000" transform="translate({x + left * module:g} {top:g}) scale({module:g})"'
            f' shape-rendering="crispEdges" d="{path}"/>',
            y + high,
        )
        return wide, high

    def parts(self, top: float, rows: Iterable[tuple[str, str, str]], tints: tuple[Tint, ...] = TINTS) -> float:
        """A list that explains pieces: (piece as it is written, its name, what it is), each under a letter and in a tint of its own."""
        for index, (piece, name, text) in enumerate(rows):
            tint = tints[index % len(tints)]
            inside = EDGE + 34
            start = top
            at = top + 7
            if piece:
                at = self.paragraph(inside, at, piece, ROOM - 42, 15, mono=True, bold=True, colour=tint.strong)
            at = self.paragraph(inside, at, name, ROOM - 42, NORMAL, bold=True)
            at = self.paragraph(inside, at, text, ROOM - 42, SMALL)
            self._parts.insert(0, _rectangle(EDGE, start, ROOM, at - start + 5, tint))
            self.mark(EDGE + 16, start + 18, chr(ord("A") + index), tint)
            top = at + 12
        self.bottom = max(self.bottom, top)
        return top

    def svg(self, title: str, description: str) -> str:
        """The finished picture; title and description are read aloud to people who cannot see it."""
        height = round(self.bottom + EDGE)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}" height="{height}" viewBox="0 0 {WIDTH:g} {height}" role="img" '
            f'aria-labelledby="title desc" font-family="{_FAMILY}">'
            f'<title id="title">{escape(title)}</title><desc id="desc">{escape(description)}</desc>'
            f'<rect width="{WIDTH:g}" height="{height}" rx="10" fill="{PAPER}"/>' + "".join(self._parts) + "</svg>\n"
        )


def _rectangle(x: float, y: float, width: float, height: float, tint: Tint) -> str:
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:.4g}" rx="8" fill="{tint.pale}" stroke="{tint.strong}" '
        'stroke-opacity=".35"/>'
    )


def number(value: float, language: str, digits: int = 2) -> str:
    """A measure as the language writes it: 14.65 or 14,65."""
    written = f"{value:.{digits}f}"
    return written if language == "en" else written.replace(".", ",")
