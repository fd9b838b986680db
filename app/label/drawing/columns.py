"""Texts for people, wrapped and set as large as their column allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.label.drawing import fonts
from app.label.drawing.composition import Line, ems
from app.label.drawing.design import Label, readable_date, texts
from app.label.drawing.fonts import Weight
from app.label.drawing.layouts import Layout
from app.label.refusals import TextTooLong

LEAST_SIZE = 4.5
"""Points of the smallest text: letters of a millimetre, which people still read at arm's length."""

KEPT = "\N{NO-BREAK SPACE}"
"""A space at which no line ends."""

LARGEST, STEPS = 1.25, 20
"""Where there is room texts are set larger than wished; how many sizes are tried, by twentieths, down to the least of each text."""


@dataclass(frozen=True, slots=True)
class Box:
    """A free part of a label."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Block:
    """A text that may wrap: preferred and least size in points, most lines, air after it in ems."""

    pointer: str
    text: str
    size: float
    least: float = LEAST_SIZE
    most: int = 2
    weight: Weight = "Regular"
    gap: float = 0.1


def head(label: Label, layout: Layout, scale: float) -> list[Block]:
    """What the product is: brand, name, further languages, net content. Small layouts go without brand and further lines."""
    said = dict(texts(label))
    roomy = not layout.terse
    blocks = [Block("/text/brand", said["/text/brand"].upper(), 5.5 * scale, most=1, gap=0.0)] if roomy else []
    blocks.append(Block("/text/product", said["/text/product"], 7.5 * scale, 5.5, 3, "Bold"))
    further = [(pointer, text) for pointer, text in said.items() if roomy and pointer.startswith("/text/lines/")]
    blocks += [Block(pointer, text, 5.5 * scale) for pointer, text in further]
    blocks.append(Block("/text/net_content", said["/text/net_content"], 5.5 * scale))
    return [block for block in blocks if block.text]


def foot(label: Label, layout: Layout, scale: float) -> list[Block]:
    """What this batch is and who made it: lot and day in a form that people read, producer."""
    titles = ("Lô", "HSD") if layout.terse else ("Lô/LOT", "HSD/EXP")
    dated = [f"{titles[0]}{KEPT}{label.lot}"] if label.lot else []
    dated += [f"{titles[1]}{KEPT}{readable_date(label.expiry)}"] if label.expiry else []
    producer = fonts.composed(label.text.producer)
    blocks = [
        Block("/lot", "  ".join(dated), 6 * scale, 5, 2, "Bold"),
        Block("/text/producer", producer, 5 * scale, most=3),
    ]
    return [block for block in blocks if block.text]


def stack(blocks: Sequence[Block], box: Box, layout: Layout) -> tuple[tuple[Line, ...], float, float]:
    """Set the blocks as large as the box allows, one below the other: lines, scale that was needed, lower edge.

    Raises TextTooLong for what never fits.
    """
    leading = 1.12 if layout.terse else 1.2
    low, high = 0, STEPS  # the smallest step that fits lies in between; fitting is monotone
    best = None
    while low < high:
        step = (low + high) // 2
        found = _set(blocks, LARGEST - step * 0.05, box, leading)
        if found and found[1] <= box.bottom + 1e-9:
            best, high = (found[0], LARGEST - step * 0.05, found[1]), step
        else:
            low = step + 1
    if best:
        return best
    if not blocks:
        return (), 1.0, box.top
    raise _too_long(blocks, box, layout)


def _too_long(blocks: Sequence[Block], box: Box, layout: Layout) -> TextTooLong:
    """The refusal names the first text that is too long alone, else the longest, and how many of its letters would fit."""
    leading = 1.12 if layout.terse else 1.2
    longest = next((block for block in blocks if not _alone(block, box.width)), max(blocks, key=_length))
    low, high = 0, len(longest.text)
    while low < high:
        count = (low + high + 1) // 2
        cut = [replace(block, text=longest.text[:count].strip() or "i") if block is longest else block for block in blocks]
        found = _set(cut, 0.0, box, leading)
        low, high = (count, high) if found and found[1] <= box.bottom else (low, count - 1)
    return TextTooLong(pointer=longest.pointer, layout=layout.name, fits=low)


def _length(block: Block) -> float:
    return fonts.width(block.text, block.least, block.weight)


def _alone(block: Block, room: float) -> bool:
    """Whether a block could be set at its least size if it were the only one."""
    return 0 < len(wrap(block.text, block.least, block.weight, room)) <= block.most


def _set(blocks: Sequence[Block], scale: float, box: Box, leading: float) -> tuple[tuple[Line, ...], float] | None:
    """Lines and the lower edge of the last, or None when a block has too many lines at this scale."""
    lines: list[Line] = []
    y = box.top
    for block in blocks:
        size = max(block.least, block.size * scale)
        wrapped = balanced(block.text, size, block.weight, box.width)
        if len(wrapped) > block.most or not wrapped:
            return None
        for text in wrapped:
            lines.append(Line(box.left, y + 0.95 * ems(size), text, size, block.weight))
            y += leading * ems(size)
        y += block.gap * ems(size)
    return tuple(lines), y


def wrap(text: str, size: float, weight: Weight, room: float) -> list[str]:
    """The text in lines of at most `room` millimetres; nothing when one word alone is wider."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and fonts.width(longer, size, weight) <= room:
            lines[-1] = longer
        elif fonts.width(word, size, weight) <= room:
            lines.append(word)
        else:
            return []
    return lines


def balanced(text: str, size: float, weight: Weight, room: float) -> list[str]:
    """As few lines as `wrap` needs, about equally long, so that no single word is left on the last."""
    lines = wrap(text, size, weight, room)
    if len(lines) < 2:
        return lines
    low, high = room / len(lines), room
    for _ in range(5):
        middle = (low + high) / 2
        found = wrap(text, size, weight, middle)
        if len(found) == len(lines):
            lines, high = found, middle
        else:
            low = middle
    return lines


def letters(text: str, room: float, size: float = LEAST_SIZE) -> int:
    """About how many characters of such a text fit."""
    return max(0, int(room / (fonts.width(text, size) / len(text))))
