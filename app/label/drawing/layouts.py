"""Paper that labels are printed on: rolls of one label, A4 sheets with a grid, logistic labels. Lengths in millimetres.

The A4 grids are those that label users know by the number on a sheet: 10, 24, 40 and 65 labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.label.refusals import LayoutUnknown


@dataclass(frozen=True, slots=True)
class Layout:
    """Labels of one size in a grid on a page.

    left, top: corner of the first label; across, down: from one label to the next; on_demand: a roll for thermal printers;
    square: the largest side of a matrix symbol with its quiet zone; terse: too small for the brand and the further lines, which are
    left out by design; logistic: laid out as the logistic label of the GS1 General Specifications, section 6.6.
    """

    name: str
    width: float
    height: float
    square: float
    columns: int = 1
    rows: int = 1
    page: tuple[float, float] | None = None
    left: float = 0.0
    top: float = 0.0
    across: float = 0.0
    down: float = 0.0
    on_demand: bool = False
    terse: bool = False
    logistic: bool = False

    @property
    def paper(self) -> tuple[float, float]:
        """Width and height of a page; a roll has one label on each."""
        return self.page or (self.width, self.height)

    @property
    def on_a_page(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    @property
    def margin(self) -> float:
        """White edge for text: labels are cut and fed with a tolerance of about a millimetre."""
        return 1.3 if self.terse else 2.0 if self.height < 100 else 4.0

    def corners(self) -> Iterator[tuple[float, float]]:
        """Upper left corners on a page, line by line, measured from the upper left corner of the paper."""
        for row in range(self.rows):
            for column in range(self.columns):
                yield self.left + column * self.across, self.top + row * self.down


A4 = (210.0, 297.0)

ROLL_50X25 = Layout("roll-50x25", 50, 25, square=25, on_demand=True, terse=True)
ROLL_70X40 = Layout("roll-70x40", 70, 40, square=29, on_demand=True)
ROLL_100X150 = Layout("roll-100x150", 100, 150, square=60, on_demand=True)
A4_3X8 = Layout("a4-3x8", 63.5, 33.9, square=24.2, columns=3, rows=8, page=A4, left=7.2, top=12.9, across=66.04, down=33.9)
A4_2X5 = Layout("a4-2x5", 99.1, 57, square=36, columns=2, rows=5, page=A4, left=4.65, top=6, across=101.6, down=57)
A4_4X10 = Layout("a4-4x10", 48.5, 25.4, square=25.4, columns=4, rows=10, page=A4, left=8, top=21.5, across=48.5, down=25.4, terse=True)
A4_5X13 = Layout("a4-5x13", 38.1, 21.2, square=18.7, columns=5, rows=13, page=A4, left=4.67, top=10.7, across=40.64, down=21.2, terse=True)
LOGISTIC_A6 = Layout("logistic-a6", 105, 148, square=60, on_demand=True, logistic=True)
LOGISTIC_A5 = Layout("logistic-a5", 148, 210, square=70, on_demand=True, logistic=True)

LAYOUTS = {
    layout.name: layout for layout in (ROLL_50X25, ROLL_70X40, ROLL_100X150, A4_3X8, A4_2X5, A4_4X10, A4_5X13, LOGISTIC_A6, LOGISTIC_A5)
}


def layout(name: str) -> Layout:
    """The layout of that name; raises LayoutUnknown."""
    if name not in LAYOUTS:
        raise LayoutUnknown(layout=name, known=", ".join(LAYOUTS))
    return LAYOUTS[name]
