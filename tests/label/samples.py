"""Made-up labels for the tests of this folder; prefix 952 is GS1's own for examples."""

from __future__ import annotations

from datetime import date

from app.identify import digital_link
from app.label.drawing.design import Label, LabelText

LYCHEE = LabelText(
    product="Vải thiều Lục Ngạn loại 1",
    brand="Ngạn Xanh",
    producer="Công ty TNHH Nông sản Ngạn Xanh, tỉnh Bắc Ninh",
    net_content="Khối lượng tịnh: 500 g",
    lines=("Fresh lychee, grade 1 / Litchi frais, catégorie I",),
)
GTIN = "9521234543213"
DAY = date(2026, 7, 31)


def label(serial: str = "7K3M9P2XQ4RT", *, lot: str = "L2026A", text: LabelText = LYCHEE, ean13: bool | None = None) -> Label:
    """A label whose Digital Link says what the label says."""
    path = [("01", GTIN.zfill(14)), *((ai, value) for ai, value in (("10", lot), ("21", serial)) if value)]
    link = digital_link.build(tuple(path), (("17", f"{DAY:%y%m%d}"),))
    return Label(text, GTIN, link, lot, serial, DAY, ean13)
