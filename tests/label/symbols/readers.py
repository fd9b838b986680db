"""Readers that share nothing with the product: zxing-cpp looking for everything at once, and zbar."""

from __future__ import annotations

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from pyzbar import pyzbar

from app.label.symbols.symbol import Carrier, Symbol

_ZBAR = {
    Carrier.QR_DL: "QRCODE",
    Carrier.GS1_QR: "QRCODE",
    Carrier.GS1_128: "CODE128",
    Carrier.SSCC: "CODE128",
    Carrier.EAN_13: "EAN13",
    Carrier.EAN_8: "EAN8",
    Carrier.ITF_14: "I25",
}


def everything(picture: NDArray[np.uint8]) -> list[tuple[str, str]]:
    """Text and identifier of all symbols of all kinds."""
    found = zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain)
    return [(barcode.text, barcode.symbology_identifier) for barcode in found]


def by_zbar(picture: NDArray[np.uint8], symbol: Symbol) -> set[str] | None:
    """What zbar reads of this kind, or None where it knows no such symbol."""
    kind = _ZBAR.get(symbol.carrier)
    if kind is None:
        return None
    found = pyzbar.decode(np.pad(picture, 12, constant_values=255), symbols=[pyzbar.ZBarSymbol[kind]])
    return {barcode.data.decode("ascii") for barcode in found}
