"""How large symbols must be: the symbol specification tables of the GS1 General Specifications, section 5.12.3, as data.

The General Specifications themselves were not at hand as a whole: each row says where its figures were read. "Not read" means
general knowledge of the tables, chosen on the strict side where two memories differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from app.label.symbols.symbol import Carrier

LONGEST = 165.1
"""Millimetres of a GS1-128 with its quiet zones. Source: GS1 General Specifications, release 18, 5.4.4.3."""

_NEAR = 1e-6
_HEADS = (1 / 8, 25.4 / 600)
"""Dots (mm) of print heads: 8 a millimetre, sold as 203 an inch; 600 an inch, whose pairs are those of 300."""


class Use(StrEnum):
    """Where a symbol is scanned; this chooses the table."""

    RETAIL = "retail"
    DISTRIBUTION = "distribution"
    LOGISTIC = "logistic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Specification:
    """One row of a table.

    least, target, most: X in mm; height: least height in mm of the bars at the target X, 0 for a matrix; scaled: the height grows
    with X; quiet: X left and right (a matrix: on all sides); longest: mm with quiet zones, or None; units: modules of the symbol
    in one X; on_demand: the X down to which printers that print label by label go where nothing larger has room, or None.
    """

    carrier: Carrier
    use: Use
    least: float
    target: float
    most: float
    height: float
    quiet: tuple[int, int]
    source: str
    scaled: bool = False
    longest: float | None = None
    units: int = 1
    on_demand: float | None = None

    def height_at(self, x: float) -> float:
        """Least height of the bars in mm, without bearer bars and without what hangs lower, at a width X in mm."""
        return self.height * x / self.target if self.scaled else self.height

    @property
    def widest(self) -> int | None:
        """Modules with quiet zones of the longest symbol that is allowed, at the least X."""
        return None if self.longest is None else math.floor(self.longest / self.least * self.units + _NEAR)


_TABLE_1, _TABLE_2, _TABLE_4, _TABLE_5 = (f"GS1 General Specifications 5.12.3, table {number}" for number in (1, 2, 4, 5))
_SWEDEN = "read in the size guide of GS1 Sweden"
_NOT_READ = "not read in the text itself"
_ON_DEMAND = f"{_NOT_READ}; least X of printers that print label by label: 0.250, two dots of 203 an inch, likewise"
_ON_POINT = "X read at GS1 UK and GS1 Ireland for QR Code"
_BY_HALF = "1.5 times the X of bars read in release 18, the row itself not"
_SUMMARY = "X read in a summary of a GS1 standard"
_SSCC = f"{_TABLE_5}; X and height read in GS1-128 software, X to 1.016 in a retailer's guide, the row itself not"

_RETAIL, _FAR, _LOGISTIC, _OTHER = Use.RETAIL, Use.DISTRIBUTION, Use.LOGISTIC, Use.OTHER
_EAN_13, _EAN_8, _ITF, _BARS = Carrier.EAN_13, Carrier.EAN_8, Carrier.ITF_14, Carrier.GS1_128


def _ean(carrier: Carrier, use: Use, least: float, height: float, source: str) -> Specification:
    target = 0.33 if use is Use.RETAIL else 0.66
    quiet = (11, 7) if carrier is Carrier.EAN_13 else (7, 7)
    return Specification(carrier, use, least, target, 0.66, height, quiet, source, scaled=True)


def _square(carrier: Carrier, use: Use, x: tuple[float, float, float], source: str) -> Specification:
    quiet = 4 if carrier in (Carrier.QR_DL, Carrier.GS1_QR) else 1
    return Specification(carrier, use, *x, 0, (quiet, quiet), source)


_ROWS = [
    _ean(_EAN_13, _RETAIL, 0.264, 22.85, f"{_TABLE_1}; {_SWEDEN}"),
    _ean(_EAN_8, _RETAIL, 0.264, 18.23, f"{_TABLE_1}; {_SWEDEN}"),
    _ean(_EAN_13, _FAR, 0.495, 45.7, f"{_TABLE_2}; {_SWEDEN}"),
    _ean(_EAN_8, _FAR, 0.495, 36.46, f"{_TABLE_2}; {_NOT_READ}"),
    Specification(_BARS, _FAR, 0.495, 0.495, 1.016, 31.75, (10, 10), f"{_TABLE_2}; {_SWEDEN}", longest=LONGEST),
    Specification(_BARS, _OTHER, 0.264, 0.264, 0.495, 12.7, (10, 10), f"{_TABLE_4}; {_ON_DEMAND}", longest=LONGEST, on_demand=0.25),
    Specification(_ITF, _FAR, 0.495, 0.495, 1.016, 31.75, (10, 10), f"{_TABLE_2}; {_SWEDEN}", units=2),
    Specification(_ITF, _OTHER, 0.264, 0.33, 0.495, 12.7, (10, 10), f"{_TABLE_4}; {_NOT_READ}", units=2),
    Specification(Carrier.SSCC, _LOGISTIC, 0.495, 0.495, 0.94, 31.75, (10, 10), _SSCC, longest=LONGEST),
    *(
        _square(carrier, use, x, source)
        for carrier in (Carrier.QR_DL, Carrier.DM_DL, Carrier.GS1_DATAMATRIX, Carrier.GS1_QR)
        for use, x, source in (
            (_RETAIL, (0.396, 0.495, 0.99), f"{_TABLE_1}; {_ON_POINT}"),
            (_FAR, (0.743, 0.743, 1.5), f"{_TABLE_2}; {_BY_HALF}"),
            (_LOGISTIC, (0.743, 0.743, 1.5), f"{_TABLE_5}; {_BY_HALF}"),
            (_OTHER, (0.38, 0.38, 0.495), f"{_TABLE_4}; {_SUMMARY}"),
        )
        if carrier is not Carrier.GS1_QR or use is not Use.RETAIL  # the till's table has no row for element strings in a QR
    ),
]

TABLES: dict[tuple[Carrier, Use], Specification] = {(row.carrier, row.use): row for row in _ROWS}
"""All rows."""

_DEFAULT = {
    **dict.fromkeys((Carrier.EAN_13, Carrier.EAN_8, Carrier.QR_DL, Carrier.DM_DL, Carrier.GS1_DATAMATRIX), Use.RETAIL),
    **dict.fromkeys((_BARS, _ITF, Carrier.GS1_QR), Use.DISTRIBUTION),
    Carrier.SSCC: Use.LOGISTIC,
}


def uses(carrier: Carrier) -> tuple[Use, ...]:
    """The uses for which a carrier has a row, the usual one first."""
    return tuple(
        sorted((use for held, use in TABLES if held is carrier), key=lambda use: (use is not _DEFAULT[carrier], list(Use).index(use)))
    )


def specification(carrier: Carrier, use: Use | None = None) -> Specification:
    """The row of a carrier for a use, by default its usual one. Raises KeyError for a use that the tables do not have: see `uses`."""
    return TABLES[carrier, use or _DEFAULT[carrier]]


def widths(row: Specification, dot: float | None, *, on_demand: bool = False) -> list[float]:
    """X in mm that may be printed, largest first; nothing where no whole number of dots is in the range.

    dot: mm of a dot of the print head, or None where it is not known: then the whole dots of usual heads, the target and the least.
    A module of the symbol is X / units, and that is a whole number of dots.
    """
    least = row.on_demand if on_demand and row.on_demand else row.least
    found: set[float] = set()
    for size in (dot,) if dot else _HEADS:
        step = size * row.units
        found |= {round(step * count, 9) for count in range(math.ceil((least - _NEAR) / step), math.floor((row.most + _NEAR) / step) + 1)}
    if not dot:
        found |= {row.target, least}
    return sorted(found, reverse=True)
