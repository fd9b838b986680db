"""Sheets of label jobs as people make them, and a manufacturer with a product to put into them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from app.catalogue import register
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_enterprise

FRUIT = gtin("952100100001")
JUICE = gtin("952100100002")
HEADER = ("Sản phẩm", "Số lô", "Ngày sản xuất", "Hạn sử dụng", "Số nhãn", "Khổ giấy hoặc mẫu nhãn", "Loại mã", "Ghi chú")


def maker(on: Runtime) -> Enterprise:
    """An organisation with two products and a lot of the first."""
    made = make_enterprise(on)
    owner = made.actor(Role.OWNER)
    register.register_product({"gtin": FRUIT, "name": "Vải thiều Hương Giang", "net_content": "1 kg"}, by=owner, on=on)
    register.register_product({"gtin": JUICE, "name": "Nước ép vải"}, by=owner, on=on)
    register.register_lot(FRUIT, {"lot": "VT0612", "produced_on": "2026-06-12", "expires_on": "2026-07-12"}, by=owner, on=on)
    return made


def workbook(*rows: Sequence[Any], header: Sequence[str] = HEADER, further: Sequence[Sequence[Any]] = (), formulas: bool = False) -> bytes:
    """An .xlsx with a header and rows; further: rows of a second sheet; formulas: whether text that begins with = is calculated."""
    from xlsxwriter import Workbook

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": formulas, "strings_to_urls": False})
    days = book.add_format({"num_format": "dd/mm/yyyy"})
    for lines in ((header, *rows), further):
        if lines:
            page = book.add_worksheet()
            for number, cells in enumerate(lines):
                for column, cell in enumerate(cells):
                    if cell is not None:
                        page.write(number, column, cell, *([days] if hasattr(cell, "year") else []))
    book.close()
    return file.getvalue()


def text(*rows: Sequence[str], header: Sequence[str] = HEADER, separator: str = ";") -> bytes:
    """A CSV file in UTF-8 with the byte order mark."""
    return b"\xef\xbb\xbf" + "\r\n".join(separator.join(row) for row in (header, *rows)).encode()
