"""What the labels of a batch say, taken from the registers, and the label of one pack in a design."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.engine import Connection

from app.catalogue import find as catalogue
from app.label.drawing.design import Label, LabelText, Wishes, make_label
from app.label.symbols.carrier import Carrier
from app.party import find as parties


@dataclass(frozen=True, slots=True)
class Goods:
    """A product with one batch or, with lot "", none yet; stem: the address its Digital Links begin with."""

    gtin: str
    lot: str
    expiry: date | None
    product: str
    brand: str
    producer: str
    net_content: str
    stem: str

    def text(self, wanted: Wishes) -> LabelText:
        """The texts that a design shows; raises the refusals of a logo."""
        return wanted.text(self.product, brand=self.brand, producer=self.producer, net_content=self.net_content)

    def label(self, text: LabelText, wanted: Wishes, carrier: Carrier, serial: str, position: str = "") -> Label:
        """The label of one pack; serial: "" for a label that all packs share."""
        return make_label(
            text, self.gtin, lot=self.lot, serial=serial, expiry=self.expiry, stem=self.stem, carrier=carrier, ean13=wanted.ean13,
            position=position,
        )  # fmt: skip


def goods(connection: Connection, party_id: int, gtin: str, lot: str, stem: str) -> Goods:
    """The goods of an organisation; raises NoSuchProduct, NoSuchLot."""
    product = catalogue.own_product(connection, party_id, gtin)
    expires = catalogue.lot(connection, party_id, product.gtin, lot).expires_on if lot else None
    producer = parties.party(connection, party_id).name
    expiry = date.fromisoformat(expires) if expires else None
    return Goods(product.gtin, lot, expiry, product.name, product.brand or "", producer, product.net_content or "", stem)


def example(connection: Connection, party_id: int, stem: str) -> Goods:
    """Made-up goods for an organisation that has registered none; the number is of GS1's range for examples."""
    producer = parties.party(connection, party_id).name
    return Goods("09521234543213", "L2026A", date(2027, 12, 31), "Sản phẩm ví dụ", "Nhãn hàng", producer, "500 g", stem)
