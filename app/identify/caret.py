"""A text as it may be shown, and where in it something is wrong: columns of a terminal, or three parts of a page.

A text from a label must neither steer a terminal nor hide anything: control characters become their pictures (U+001D is ␝), what else has
no shape of its own is named (⟨U+200B⟩). A letter and the marks upon it are one cell, an East Asian wide character is two columns.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

_PICTURES = 0x2400
_DELETE = "\u2421"
_CARRIER = "\u25cc"  # what carries a mark that stands alone
_SPACE = "\u2423"
_ELLIPSIS = "\u2026"
_MARKS = ("Mn", "Me")
_SHAPELESS = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_MOST_CELLS = 4_000  # of a text that is shown: longer ones are cut around the place that matters
_MOST_MARKS = 8  # upon one letter: more only hide the lines above


class Cell(NamedTuple):
    """One character as a reader counts: what is shown, how many columns that takes, and where it begins in the text."""

    shown: str
    columns: int
    start: int


class Pointed(NamedTuple):
    """A text cut where it is wrong. column: columns before the wrong part; columns: of the wrong part, at least 1."""

    before: str
    wrong: str
    after: str
    column: int
    columns: int

    @property
    def text(self) -> str:
        """The whole line."""
        return self.before + self.wrong + self.after

    @property
    def caret(self) -> str:
        """The line to print below, `^` under the first wrong character and the rest of what is wrong underlined."""
        return " " * self.column + "^" + "~" * (self.columns - 1)


def shown(text: str) -> str:
    """A text with everything in it made visible; of a very long one the beginning."""
    return point(text, None).text


def safe(text: str) -> str:
    """A sentence with a text inside it, made visible; its spaces stay as its language sets them."""
    return "".join(character if unicodedata.category(character) == "Zs" else _visible(character) for character in text)


def point(text: str, position: int | None, length: int = 1, *, columns: int | None = None) -> Pointed:
    """Cut a text at the wrong characters.

    position: 0-based, may be the end of the text (something is missing there), None for nowhere; length: characters that are wrong;
    columns: of the line it has to fit in, what is left out becomes `…`.
    """
    near = max(0, min(position or 0, len(text)) - _MOST_CELLS)
    cells = _cells(text[near : near + 2 * _MOST_CELLS], near)
    if position is None:
        head = _fitting(cells, columns)
        return Pointed("".join(cell.shown for cell in head), "", "", 0, 1)
    first = next((place for place, cell in enumerate(cells) if _end(cells, place, len(text)) > position), len(cells))
    last = first
    while last + 1 < len(cells) and cells[last + 1].start < position + length:
        last += 1
    before, wrong, after = cells[:first], cells[first : last + 1], cells[last + 1 :]
    if not wrong:
        wrong = [Cell(" ", 1, len(text))]
    if wrong[0].shown == " " and wrong[0].start < len(text):
        wrong[0] = wrong[0]._replace(shown=_SPACE)
    before, wrong, after = _window(before, wrong, after, columns)
    return Pointed(_join(before), _join(wrong), _join(after), _width(before), max(1, _width(wrong)))


def _cells(text: str, offset: int) -> list[Cell]:
    found: list[Cell] = []
    marks = 0
    for place, character in enumerate(text, offset):
        if unicodedata.category(character) in _MARKS:
            marks += 1
            if not found or found[-1].shown[-1:] == "\u27e9":
                found.append(Cell(_CARRIER + character, 1, place))
            elif marks <= _MOST_MARKS:
                found[-1] = found[-1]._replace(shown=found[-1].shown + character)
            continue
        marks = 0
        visible = _visible(character)
        found.append(Cell(visible, sum(_columns(each) for each in visible), place))
    return found


def _visible(character: str) -> str:
    if character == " " or (character.isascii() and character.isprintable()):
        return character
    code = ord(character)
    if code < 0x20:
        return chr(_PICTURES + code)
    if code == 0x7F:
        return _DELETE
    category = unicodedata.category(character)
    return f"\u27e8U+{code:04X}\u27e9" if category in _SHAPELESS or category == "Zs" else character


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _end(cells: list[Cell], place: int, end: int) -> int:
    """Where in the text the next cell begins."""
    return cells[place + 1].start if place + 1 < len(cells) else end


def _width(cells: list[Cell]) -> int:
    return sum(cell.columns for cell in cells)


def _join(cells: list[Cell]) -> str:
    return "".join(cell.shown for cell in cells)


def _fitting(cells: list[Cell], columns: int | None) -> list[Cell]:
    """As many cells from the beginning as fit, with an ellipsis where that is not all."""
    most = _MOST_CELLS if columns is None else columns
    if _width(cells) <= most:
        return cells
    kept: list[Cell] = []
    room = most - 1
    for cell in cells:
        room -= cell.columns
        if room < 0:
            break
        kept.append(cell)
    return [*kept, Cell(_ELLIPSIS, 1, 0)]


def _window(before: list[Cell], wrong: list[Cell], after: list[Cell], columns: int | None) -> tuple[list[Cell], list[Cell], list[Cell]]:
    """The wrong part and what fits around it, two thirds of the room before it."""
    most = _MOST_CELLS if columns is None else max(columns, 12)
    if _width(before) + _width(wrong) + _width(after) <= most:
        return before, wrong, after
    wrong = _fitting(wrong, max(most // 2, 4))
    room = most - _width(wrong)
    ahead = max(room * 2 // 3, room - _width(after))
    before = list(reversed(_fitting(list(reversed(before)), ahead)))
    return before, wrong, _fitting(after, room - _width(before))
