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
from app.label.rolls import roll_of
from app.label.symbols.carrier import Content, contents, symbols

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


def rows(labels: Sequence[Label], positions: Sequence[int], per_roll: int | None, stem: str) -> bytes:
    """Rows of labels, one for each, without drawing their symbols; per_roll: labels on a roll, or None; stem: where Digital Links lead.

    The longest is made on trial: raises what its symbols would raise, and what `contents` raises.
    """
    if not labels:
        return b""
    longest = max(labels, key=lambda label: len(label.serial))
    symbols(longest.carrier, longest.pairs, stem)
    numbered = zip(labels, positions, strict=True)
    return _written(_row(label, contents(label.carrier, label.pairs, stem), position, per_roll) for label, position in numbered)


def _row(label: Label, said: Sequence[Content], position: int, per_roll: int | None) -> Sequence[str]:
    *above, main = said
    roll, place = roll_of(position, per_roll)
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
        "further_contents_shown": " | ".join(shown(each.text) for each in above),
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
