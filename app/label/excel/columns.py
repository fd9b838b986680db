"""What a sheet of label jobs may say: its columns in vi, en and fr, and the words for yes, no and carriers.

These names are part of the file format: they are recognised whatever language the page speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from app.capture.sheets.sheet_columns import Column
from app.store.folding import fold

COLUMNS = (
    Column("product", "Sản phẩm (GTIN hoặc tên)", "Product (GTIN or name)", "Produit (GTIN ou nom)",
           ("gtin", "mã sản phẩm", "tên sản phẩm", "product name", "nom du produit", "sản phẩm", "produit"), needed=True),
    Column("lot", "Số lô", "Lot", "Lot", ("batch", "lô", "lot number", "numéro de lot", "mã lô")),
    Column("produced", "Ngày sản xuất", "Production date", "Date de production", ("nsx", "produced on", "date de fabrication", "ngày làm")),
    Column("expiry", "Hạn sử dụng", "Expiry date", "Date de péremption", ("hsd", "expires on", "best before", "dlc", "ngày hết hạn")),
    Column("count", "Số nhãn", "Labels", "Étiquettes", ("số lượng", "số tem", "quantity", "quantité", "nombre", "sl")),
    Column("serialised", "Có số sê-ri", "Serial numbers", "Numéros de série", ("sê-ri", "serialized", "có sê-ri", "sérialisé")),
    Column("serials", "Số sê-ri cho trước", "Given serial numbers", "Numéros donnés",
           ("danh sách sê-ri", "serial list", "numéros de série donnés")),
    Column("per_roll", "Nhãn mỗi cuộn", "Labels per roll", "Étiquettes par rouleau", ("số tem mỗi cuộn", "per roll", "par rouleau")),
    Column("layout", "Khổ giấy hoặc mẫu nhãn", "Layout or design", "Format ou modèle",
           ("khổ giấy", "mẫu nhãn", "design", "modèle", "format", "paper", "mẫu")),
    Column("carrier", "Loại mã", "Carrier", "Support", ("mã vạch", "barcode", "code-barres", "symbol", "loại mã vạch")),
    Column("note", "Ghi chú", "Note", "Remarque", ("đơn hàng", "order", "commande", "comment", "commentaire")),
)  # fmt: skip

SERIAL_COLUMNS = (
    Column("row", "Dòng", "Row", "Ligne", ("số dòng", "row number", "numéro de ligne"), needed=True),
    Column("serial", "Số sê-ri", "Serial number", "Numéro de série", ("sê-ri", "serial"), needed=True),
)
"""Of a further sheet with one given serial number in each row, and the row of the first sheet that it belongs to."""

YES = ("có", "yes", "oui")
NO = ("không", "no", "non")
"""As the template offers them, by language; more is understood."""

_YES = frozenset(map(fold, (*YES, "x", "1", "true", "y", "o", "đúng", "vrai")))
_NO = frozenset(map(fold, (*NO, "0", "false", "n", "k", "sai", "faux")))

_CARRIERS = {
    "qr-dl": ("qr", "qr code", "mã qr", "digital link", "qr digital link", "gs1 digital link"),
    "gs1-datamatrix": ("datamatrix", "data matrix", "gs1 data matrix"),
    "gs1-128": ("code 128", "gs1128", "ean-128", "ucc/ean-128"),
    "gs1-qr": ("gs1 qr code", "qr gs1"),
    "ean-13": ("ean", "gtin-13"),
    "ean-8": ("gtin-8",),
    "itf-14": ("itf", "gtin-14"),
    "dm-dl": ("data matrix digital link", "datamatrix digital link"),
}
"""Carriers of goods with further names; a pallet's SSCC is drawn from its counter and has no row here."""

CARRIERS = tuple(_CARRIERS)
GTIN_ONLY = frozenset(("ean-13", "ean-8", "itf-14"))
"""Carriers that hold the GTIN and nothing else."""

_LETTERS = re.compile(r"[^a-z0-9]")
_PAPER = re.compile(r"^(?:roll|rouleau|cuon|nhan|giay|papier|paper|a4|logistic)+|mm$")


def header(column: Column, language: str) -> str:
    """A header as the template of a language writes it."""
    return str(getattr(column, language))


@lru_cache(maxsize=2)
def names(columns: tuple[Column, ...]) -> Mapping[str, Column]:
    """Every name of columns, folded; the proper names before what people also write."""
    also = {fold(name): column for column in columns for name in column.also}
    return also | {fold(name): column for column in columns for name in (column.key, column.vi, column.en, column.fr)}


def yes_or_no(text: str) -> bool | None:
    """What a cell says, None for neither."""
    said = fold(text)
    return True if said in _YES else False if said in _NO else None


def carrier_of(text: str) -> str | None:
    """The carrier that people name, in any spelling; None for an unknown one."""
    return _carriers().get(bare(text))


@lru_cache(maxsize=1)
def _carriers() -> Mapping[str, str]:
    return {bare(name): key for key, more in _CARRIERS.items() for name in (*more, key)}


def bare(text: str) -> str:
    """A name without spaces, dashes, marks and capitals."""
    return _LETTERS.sub("", fold(text.replace("×", "x")))


def named_layout(text: str, layouts: Iterable[str]) -> str | None:
    """The layout of a name, with or without the word for a roll or a sheet: `roll-50x25`, `cuộn 50×25 mm`, `50x25`; None: unknown."""
    said = bare(text)
    known = list(layouts)
    exact = next((name for name in known if bare(name) == said), None)
    if exact is not None:
        return exact
    size = _PAPER.sub("", _PAPER.sub("", said))
    alike = [name for name in known if size and _PAPER.sub("", bare(name)) == size]
    return alike[0] if len(alike) == 1 else None
