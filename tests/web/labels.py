"""Labels for the browser's camera and its file chooser, made by the product from a Digital Link."""

from __future__ import annotations

from datetime import UTC, datetime

from app.identify import digital_link
from app.label.drawing.design import LabelText, make_label
from app.label.drawing.sheet import make_png

DPI = 300


def png_of(link: str) -> bytes:
    """PNG of the label that carries a Digital Link with lot and serial."""
    found = digital_link.parse(link)
    expiry = found.get("17")
    day = datetime.strptime(expiry, "%y%m%d").replace(tzinfo=UTC).date() if expiry else None
    text = LabelText("Hàng mẫu để thử máy quét", producer="Cơ sở hư cấu")
    gtin, lot, serial = (found.get(ai) or "" for ai in ("01", "10", "21"))
    return make_png(make_label(text, gtin, lot=lot, serial=serial, expiry=day, stem=found.stem), DPI).content
