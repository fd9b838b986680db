"""Files of links of every kind: which kind an ending means, and the registrations in one; pure."""

from __future__ import annotations

from app.resolve import link_sheet, registration_file
from app.resolve.link_sheet import CSV, XLSX
from app.resolve.plan import Item
from app.resolve.registration_file import JSON, LINES

ENDINGS = {".xlsx": XLSX, ".csv": CSV, ".json": JSON, ".jsonld": JSON, ".jsonl": LINES, ".ndjson": LINES}
"""What a file holds by the end of its name."""

SHEETS = frozenset((CSV, XLSX))


def items_of(raw: bytes, kind: str) -> list[Item]:
    """The registrations of a file that came with a request. Raises what the readers of its kind raise."""
    return link_sheet.read(raw, kind).items if kind in SHEETS else registration_file.items_of(raw, kind)
