"""Where everything stands on a label: the sizes of its symbols are chosen, then an arrangement gives everything a place.

What all labels of a batch share is a `Plate`, composed once. Several sizes are tried; the one with the most legible texts and a
symbol near the target of its table is taken. What cannot be placed by the rules is refused with what would fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from app.errors import Invalid
from app.label.drawing import fonts, hri, logistic, pack, portrait, remarks
from app.label.drawing.columns import LEAST_SIZE
from app.label.drawing.composition import Composition, Gap, Line, Outline, Placed, Plate, Slot, ems
from app.label.drawing.design import Label, check_link, check_texts
from app.label.drawing.layouts import LAYOUTS, Layout
from app.label.drawing.refusals import ResolutionTooCoarse, SymbolTooHigh
from app.label.drawing.wanted import Wanted, below_guards, outline_of
from app.label.refusals import NothingToPrint, SymbolTooWide, TextTooLong
from app.label.symbols.carrier import symbols
from app.label.symbols.linear import ean13, has_ean13, itf14
from app.label.symbols.matrix import datamatrix
from app.label.symbols.qr import qr
from app.label.symbols.specification import Specification, Use, specification, uses, widths
from app.label.symbols.symbol import Carrier, Symbol

RESOLUTIONS = (203, 300, 600)
"""Dots per inch of print heads."""

TALL = 100.0
"""Millimetres of height from which on a label is laid out as for a carton."""

_SERIAL_LEAST = 4.0
_MATRIX = (Carrier.QR_DL, Carrier.DM_DL, Carrier.GS1_DATAMATRIX, Carrier.GS1_QR)
_NEAR = 1e-6

_LEAST_SCALE = 0.5
"""Where texts would have to be smaller than this part of their wished size, an EAN-13 that nobody asked for stays away."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The part of a label that its plate depends on."""

    label: Label
    outlines: tuple[Outline, ...]
    serial: int
    position: bool
    layout: Layout
    dot: float | None


def dot_of(dpi: int) -> float:
    """Millimetres of a dot of a print head."""
    return 25.4 / dpi


def compose(label: Label, layout: Layout, dot: float | None = None) -> Composition:
    """Check a label and give everything on it a place.

    dot: millimetres of a dot of the print head, or None where it is not known. Raises the refusals of `app.identify` and of
    `symbols`, ExpiryWrong, LinkDiffers, TextMissing, LetterMissing, TextTooLong, SymbolTooWide, ResolutionTooCoarse.
    """
    check_texts(label)
    refused: Invalid | None = None
    shared = replace(label, serial="", sscc="", position="", digital_link="")
    known = _known(shared, len(label.serial), bool(label.position), layout, dot)
    for number, main in enumerate(_choices(label, layout, dot, known[0] if known else 0)):
        asked = _asked(label, main, layout, dot)
        plate, reason = _search(asked)
        if plate:
            if not known:
                known.append(number)
            placed = [_placed(symbol, slot) for symbol, slot in zip(main, plate.slots, strict=True)]
            return Composition(plate, tuple(placed), tuple([_filled(gap, label, layout) for gap in plate.gaps]))
        refused = reason or _too_wide(asked)
    raise (refused or NothingToPrint()).with_traceback(None)


def _placed(symbol: Symbol, slot: Slot) -> Placed:
    return Placed(symbol, slot.x, slot.y, slot.module, slot.height, slot.turned)


def _asked(label: Label, main: tuple[Symbol, ...], layout: Layout, dot: float | None) -> _Asked:
    outlines = tuple([outline_of(symbol, label.serial or label.sscc) for symbol in main])
    shared = replace(label, serial="", sscc="", position="", digital_link="")
    return _Asked(shared, outlines, len(label.serial), bool(label.position), layout, dot)


def fitting(label: Label, dot: float | None = None) -> list[str]:
    """Names of the layouts on which a label can be printed."""
    return [name for name, layout in LAYOUTS.items() if _fits(label, layout, dot)]


def _fits(label: Label, layout: Layout, dot: float | None) -> bool:
    try:
        return any(_search(_asked(label, main, layout, dot))[0] for main in _choices(label, layout, dot))
    except Invalid:
        return False


@lru_cache(maxsize=256)
def _known(shared: Label, serial: int, position: bool, layout: Layout, dot: float | None) -> list[int]:  # noqa: ARG001, FBT001  # the key
    """Which choice of symbols the labels of a batch found to fit, empty before the first: the others are not drawn in vain again."""
    return []


def _choices(label: Label, layout: Layout, dot: float | None, begin: int = 0) -> Iterator[tuple[Symbol, ...]]:
    """The symbols of the label's carrier, everything in them checked; of a logistic label the SSCC is the last.

    Where a logistic label has no room for all data as bars, those of the goods remain, or the SSCC alone: the data stand in its
    middle block in any case, and (02) is never without (37).
    """
    if label.carrier is Carrier.QR_DL:
        check_link(label)
        yield (qr(label.digital_link, label.pairs),)
    elif label.carrier is Carrier.DM_DL:
        check_link(label)
        yield (datamatrix(label.digital_link, label.pairs),)
    elif label.carrier is Carrier.SSCC:
        found = widths(specification(Carrier.SSCC), dot)
        widest = int(layout.width / found[-1] + _NEAR) if found else None
        fewer = [tuple(pair for pair in label.pairs if pair[0] in kept) for kept in (("00", "01", "02", "37"), ("00",))]
        for pairs in list(dict.fromkeys((label.pairs, *fewer)))[begin:]:
            yield symbols(label.carrier, pairs, widest=widest)
    else:
        yield symbols(label.carrier, label.pairs)
        if label.carrier is Carrier.ITF_14 and dot:
            yield (itf14(label.gtin, 3),)


def _filled(gap: Gap, label: Label, layout: Layout) -> Line:
    value = label.serial if gap.field == "serial" else label.sscc if gap.field == "sscc" else fonts.composed(label.position)
    text = f"{gap.before}{value}"
    wide = fonts.width(text, gap.size, gap.weight)
    size = gap.size if wide <= gap.room else gap.size * gap.room / wide
    if size < min(_SERIAL_LEAST, gap.size) - _NEAR:
        fits = int(gap.room / (wide / len(text)) * gap.size / _SERIAL_LEAST)
        raise TextTooLong(pointer=f"/{gap.field}", layout=layout.name, fits=fits)
    x = gap.x if gap.align == "left" else gap.x - fonts.width(text, size, gap.weight)
    return Line(x, gap.y, text, size, gap.weight, gap.turned)


@lru_cache(maxsize=512)
def _search(asked: _Asked) -> tuple[Plate | None, Invalid | None]:
    """The best plate, or why there is none; neither where symbols have no room. Raises ResolutionTooCoarse."""
    refused: Invalid | None = None
    tried = False
    for row, on_demand, turned in _tries(asked):
        for wanted in _variants(asked, row, on_demand=on_demand, turned=turned):
            best: tuple[Plate, Wanted] | None = None
            for attempt in wanted:
                tried = True
                try:
                    found = _arrangement(attempt)(attempt)
                except TextTooLong as reason:
                    refused = refused or reason
                    continue
                if found and attempt.beside and not asked.label.ean13 and found.scale < _LEAST_SCALE:
                    continue
                if found and (best is None or _worth(found, row) > _worth(best[0], row)):
                    best = found, attempt
            if best:
                return replace(best[0], remarks=(*remarks.of(best[1], on_demand=on_demand), *best[0].remarks)), None
    if not tried:
        raise _too_coarse(asked)
    return None, refused


def _tries(asked: _Asked) -> list[tuple[Specification, bool, bool]]:
    """Rows of the tables, whether with the X of printing on demand, and whether turned.

    Bars stand across at the X of the table first, then turned, then narrower. Those of a logistic label are never turned. Source: GS1
    General Specifications, section 6.6.
    """
    rows = _rows(asked)
    demand = [row for row in rows if row.on_demand and asked.layout.on_demand]
    ways = [False]
    if asked.outlines[0].linear and asked.label.carrier is not Carrier.SSCC and asked.layout.height >= TALL:
        ways.append(True)
    return [(row, narrow, way) for listed, narrow in ((rows, False), (demand, True)) for way in ways for row in listed]


def _rows(asked: _Asked) -> list[Specification]:
    """The rows of the symbol tables to try, the most demanding first; squares for the till are as good anywhere else."""
    carrier = asked.label.carrier
    listed = uses(carrier)
    wanted = [Use.RETAIL] if Use.RETAIL in listed else [use for use in listed if carrier is not Carrier.GS1_QR or use is not Use.LOGISTIC]
    return [replace(specification(carrier, use), units=asked.outlines[0].units) for use in wanted]


def _worth(plate: Plate, row: Specification) -> float:
    """Legible texts first, then a symbol near the target of its table, then bars of nominal size."""
    x = plate.slots[-1].module * row.units
    thin = plate.beside.module if plate.beside else 0.33
    return min(plate.scale, 0.9) + 0.4 * min(1.0, x / row.target) + 0.1 * x / row.most + 0.15 * min(1.0, thin / 0.33)


def _arrangement(wanted: Wanted) -> Callable[[Wanted], Plate | None]:
    carrier = wanted.label.carrier
    if carrier is Carrier.SSCC:
        return logistic.plate
    if wanted.turned:
        return portrait.turned
    if wanted.layout.height >= TALL:
        return portrait.matrix if carrier in _MATRIX else portrait.bars
    return pack.matrix if carrier in _MATRIX else pack.bars


def _variants(asked: _Asked, row: Specification, *, on_demand: bool, turned: bool) -> Iterator[list[Wanted]]:
    """Attempts in groups, the best group first: with EAN-13, logo and data titles, then without what nobody insists on."""
    label, layout = asked.label, asked.layout
    matrix = label.carrier in _MATRIX
    beside = ean13(label.gtin) if matrix and label.ean13 is not False and (label.ean13 or _has_ean13(label)) else None
    logos = [None] if layout.terse or label.text.logo is None else [label.text.logo, None]
    sizes = _sizes(row, asked, on_demand=on_demand, turned=turned)
    for logo in logos:
        for ean in [beside, None] if beside and not label.ean13 else [beside]:
            for titles in [True, False] if label.text.data_titles and label.carrier is not Carrier.SSCC else [False]:
                base = Wanted(
                    label, layout, asked.outlines, row, 0, asked.dot, asked.serial, asked.position, ean,
                    titles=titles, logo=logo, turned=turned,
                )  # fmt: skip
                bars = _thin(asked.dot) if ean else [(0.0, 0.0)]
                group = [replace(base, x=x, beside_x=thin, beside_height=tall) for x in sizes for thin, tall in bars]
                if group:
                    yield group


def _has_ean13(label: Label) -> bool:
    return bool(label.gtin) and has_ean13(label.gtin)


def _sizes(row: Specification, asked: _Asked, *, on_demand: bool, turned: bool) -> list[float]:
    """Up to five X for the main symbol: the largest that can fit, the target and the least among them."""
    widest = max(outline.wide for outline in asked.outlines)
    room = min(asked.layout.height if turned else asked.layout.width, row.longest or 1000.0)
    possible = widths(row, asked.dot, on_demand=on_demand)
    fit = [x for x in possible if x / row.units * widest <= room + 0.02] or possible[-1:]
    near = min(fit, key=lambda x: abs(x - row.target)) if fit else 0.0
    return sorted({*fit[:2], *fit[len(fit) // 2 :][:1], near, *fit[-1:]} - {0.0}, reverse=True)


def _thin(dot: float | None) -> list[tuple[float, float]]:
    """X and height of an EAN-13 beside: nominal, the least by the table, and what printers on demand may use."""
    row = specification(Carrier.EAN_13)
    found = widths(row, dot)
    chosen = sorted({*(min(found, key=lambda x: abs(x - goal)) for goal in (row.target, row.least))} if found else set(), reverse=True)
    heights = [(x, row.height_at(x)) for x in chosen]
    return [(x, -(-height // dot) * dot if dot else height) for x, height in heights]


def _too_coarse(asked: _Asked) -> ResolutionTooCoarse:
    rows = _rows(asked)
    dpi = round(25.4 / asked.dot) if asked.dot else 0
    fits = [str(other) for other in RESOLUTIONS if any(widths(row, dot_of(other)) for row in rows)]
    least, most = min(row.least for row in rows), max(row.most for row in rows)
    return ResolutionTooCoarse(dpi=dpi, symbol=asked.label.carrier.value, least=least, most=most, fits=", ".join(fits))


def _too_wide(asked: _Asked) -> SymbolTooWide:
    """The refusal, with other layouts, other resolutions and other carriers that would fit."""
    label, layout = asked.label, asked.layout
    alone = bool(label.ean13) and _search(replace(asked, label=replace(label, ean13=False)))[0] is not None
    least = min(_least(asked, row) for row in _rows(asked))
    needed = max(outline.wide for outline in asked.outlines) * least
    if alone:
        needed += 113 * specification(Carrier.EAN_13).least
    found = [other.name for other in LAYOUTS.values() if _moved(asked, layout=other)]
    if alone:
        found.append(f"{layout.name} - EAN-13")
    if asked.dot:
        found += [f"{layout.name} {dpi} dpi" for dpi in RESOLUTIONS if _moved(asked, dot=dot_of(dpi))]
    found += [carrier.value for carrier in Carrier if carrier is not label.carrier and _other(asked, carrier)]
    kind = f"{label.carrier.value} + ean-13" if alone else label.carrier.value
    high, fits = _high(asked), ", ".join(found) or "-"
    if needed <= layout.width and high > layout.height:
        x = round(least * asked.outlines[0].units, 3)
        return SymbolTooHigh(symbol=kind, layout=layout.name, x=x, needed=round(high, 1), available=layout.height, fits=fits)
    room = layout.square if label.carrier in _MATRIX and not alone else layout.width
    return SymbolTooWide(symbol=kind, layout=layout.name, needed=round(needed, 1), available=room, fits=fits)


def _least(asked: _Asked, row: Specification) -> float:
    """Least module of a symbol that could be printed, by a row of the tables; infinite where whole dots are all outside."""
    found = widths(row, asked.dot, on_demand=asked.layout.on_demand)
    return found[-1] / row.units if found else math.inf


def _high(asked: _Asked) -> float:
    """Millimetres that the least symbol of bars takes with what stands below it and the margins; 0 for a matrix."""
    outline, margin = asked.outlines[0], asked.layout.margin
    if not outline.linear:
        return 0.0
    found = []
    for row in _rows(asked):
        module = _least(asked, row)
        bars = row.height_at(max(module * row.units, row.least))
        under = hri.hanging(outline, module) if below_guards(outline) else 2 * outline.bearer * module + hri.UNDER * ems(LEAST_SIZE)
        found.append(sum(bars + under for _ in asked.outlines) + 2 * margin)
    return min(found)


def _moved(asked: _Asked, *, layout: Layout | None = None, dot: float | None = None) -> bool:
    """Whether the same symbols fit another layout or another print head."""
    try:
        return _search(replace(asked, layout=layout or asked.layout, dot=dot or asked.dot))[0] is not None
    except Invalid:
        return False


def _other(asked: _Asked, carrier: Carrier) -> bool:
    """Whether another carrier with the same data fits; carriers that would lose data are no answer."""
    if carrier in (Carrier.EAN_13, Carrier.EAN_8, Carrier.ITF_14) and len(asked.label.pairs) + bool(asked.serial) > 1:
        return False
    serial = "8" * asked.serial
    try:
        return _fits(relinked(replace(asked.label, carrier=carrier, serial=serial)), asked.layout, asked.dot)
    except Invalid:
        return False


def relinked(label: Label) -> Label:
    """The label with the Digital Link of its data at https://id.gs1.org."""
    from app.identify import digital_link

    return replace(label, digital_link=digital_link.from_elements(label.pairs))
