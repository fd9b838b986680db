"""The table a print house works from: one row for each label, with everything its own program needs to make the symbol.

UTF-8 with a byte order mark and every cell in quotes. Machines read it, so each cell is the data exactly, also where a batch or serial
number begins as a formula does: a sign put before it would be printed. What people do to see it in a spreadsheet is in the handbook.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from app.identify.element_string import FNC1
from app.label.drawing.design import Label
from app.label.symbols.symbol import Symbol

COLUMNS = (
    "position", "roll", "place_on_roll", "gtin", "lot", "expiry", "serial", "sscc", "carrier", "symbology_identifier",
    "content", "content_shown", "further_contents_shown", "digital_link", "human_readable",
)  # fmt: skip
"""content: the characters of the symbol as a reader answers them, FNC1 between elements as the control character GS (ASCII 29);
content_shown: the same with `<GS>` in its place, for people; further: the symbols above the SSCC of a logistic label."""

SHOWN_FNC1 = "<GS>"

MARK = b"\xef\xbb\xbf"


def heading() -> bytes:
    """The byte order mark and the row of names."""
    return MARK + _written([COLUMNS])


def rows(labels: Sequence[tuple[Label, tuple[Symbol, ...]]], first: int, places: Sequence[tuple[int, int]]) -> bytes:
    """Rows of labels; first: the position of the first, from 1; places: roll and place on it of each."""
    return _written(_row(*item, first + index, *places[index]) for index, item in enumerate(labels))


def _row(label: Label, symbols: tuple[Symbol, ...], position: int, roll: int, place: int) -> Sequence[str]:
    *above, main = symbols
    cells = {
        "position": str(position),
        "roll": str(roll),
        "place_on_roll": str(place),
        "gtin": label.gtin,
        "lot": label.lot,
        "expiry": label.expiry.isoformat() if label.expiry else "",
        "serial": label.serial,
        "sscc": label.sscc,
        "carrier": label.carrier.value,
        "symbology_identifier": main.identifier,
        "content": main.text,
        "content_shown": shown(main.text),
        "further_contents_shown": " | ".join(shown(symbol.text) for symbol in above),
        "digital_link": label.digital_link,
        "human_readable": label.hri,
    }
    return [cells[name] for name in COLUMNS]


def shown(content: str) -> str:
    """The characters of a symbol with FNC1 where people see it."""
    return content.replace(FNC1, SHOWN_FNC1)


def _written(lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()
