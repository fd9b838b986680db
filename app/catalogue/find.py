"""Reads of products, places and lots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection, Row

from app.catalogue.model import Lot, Place, Product
from app.errors import NotFound
from app.party.model import Party
from app.store.folding import fold

PAGE = 50
"""Rows on one page of a list; `extra=1` asks for one row of the next page too, to know whether there is one."""


class NoSuchProduct(NotFound):
    """Nobody, or not this organisation, has registered a product under this GTIN."""

    code = "catalogue.no-such-product"


class NoSuchLot(NotFound):
    """The organisation has registered no such batch of the product."""

    code = "catalogue.no-such-lot"


class NoSuchImage(NotFound):
    """The product has no photograph that may be shown."""

    code = "catalogue.no-such-image"


_PLAIN = [column for column in Product.__table__.columns if column.name != "image"]
"""Every column but the photograph, which is read by itself."""


def product(connection: Connection, gtin: str) -> Row[Any] | None:
    """A product by its 14 digits whoever registered it, without its photograph, or None; `has_image` says whether there is one."""
    return connection.execute(_products().where(Product.gtin == gtin)).first()


def own_product(connection: Connection, party_id: int, gtin: str) -> Row[Any]:
    """A product of an organisation by its 8 to 14 digits; raises NoSuchProduct."""
    row = product(connection, gtin.zfill(14))
    if row is None or row.party_id != party_id:
        raise NoSuchProduct(gtin=gtin[:20])
    return row


def products(connection: Connection, party_id: int, search: str = "", page: int = 1, count: int = PAGE, extra: int = 0) -> list[Row[Any]]:
    """Products of an organisation by name; search: part of the name, in any case and without accents, or the beginning of the GTIN."""
    statement = _products().where(Product.party_id == party_id)
    if search.strip():
        digits = search.strip().lstrip("0")
        by_name = Product.name_key.contains(fold(search), autoescape=True)
        by_gtin = func.ltrim(Product.gtin, "0").startswith(digits, autoescape=True)
        statement = statement.where(by_name | by_gtin if digits.isdigit() else by_name)
    return list(connection.execute(statement.order_by(Product.name_key, Product.gtin).limit(count + extra).offset(_skipped(page, count))))


def image(connection: Connection, gtin: str, reader: int | None = None) -> tuple[bytes, str]:
    """The photograph of a product and its media type; of an organisation that publishes nothing only for itself. Raises NoSuchImage."""
    statement = (
        select(Product.image, Product.image_type, Product.party_id, Party.publishes)
        .join(Party, Party.party_id == Product.party_id)
        .where(Product.gtin == gtin.zfill(14))
    )
    row = connection.execute(statement).first()
    if row is None or row.image is None or not (row.publishes or row.party_id == reader):
        raise NoSuchImage(gtin=gtin[:20])
    return bytes(row.image), row.image_type


def lot(connection: Connection, party_id: int, gtin: str, lot: str) -> Row[Any]:
    """A batch of a product; raises NoSuchLot."""
    statement = select(Lot.__table__).where(Lot.party_id == party_id, Lot.gtin == gtin.zfill(14), Lot.lot == lot)
    row = connection.execute(statement).first()
    if row is None:
        raise NoSuchLot(gtin=gtin[:20], lot=lot[:40])
    return row


def lots(
    connection: Connection, party_id: int, gtin: str | None = None, search: str = "", page: int = 1, count: int = PAGE, extra: int = 0
) -> list[Row[Any]]:
    """Batches of an organisation, newest first, each with `product_name`; search: part of the lot number or of the product's name."""
    statement = (
        select(Lot.__table__, Product.name.label("product_name"))
        .join(Product, Product.gtin == Lot.gtin)
        .where(Lot.party_id == party_id)
        .order_by(Lot.created_at.desc(), Lot.gtin, Lot.lot)
    )
    if gtin is not None:
        statement = statement.where(Lot.gtin == gtin.zfill(14))
    if search.strip():
        # The characters of a lot number are ASCII, so lower() is enough on both databases.
        by_lot = func.lower(Lot.lot).contains(search.strip().lower(), autoescape=True)
        statement = statement.where(by_lot | Product.name_key.contains(fold(search), autoescape=True))
    return list(connection.execute(statement.limit(count + extra).offset(_skipped(page, count))))


def places(connection: Connection, party_id: int, search: str = "", page: int = 1, count: int = PAGE, extra: int = 0) -> list[Row[Any]]:
    """Places of an organisation by name; search: part of the name, in any case and without accents, or the beginning of the GLN."""
    statement = select(Place.__table__).where(Place.party_id == party_id)
    if search.strip():
        by_name = Place.name_key.contains(fold(search), autoescape=True)
        statement = statement.where(by_name | Place.gln.startswith(search.strip(), autoescape=True))
    return list(connection.execute(statement.order_by(Place.name_key, Place.place_id).limit(count + extra).offset(_skipped(page, count))))


def place_by_uri(connection: Connection, uris: Sequence[str]) -> dict[str, Row[Any]]:
    """Registered places by their URI: names for the read points of events. The one registered first wins."""
    statement = select(Place.__table__).where(Place.uri.in_(list(uris))).order_by(Place.created_at.desc(), Place.place_id.desc())
    return {row.uri: row for row in connection.execute(statement)}


def counts(connection: Connection, party_id: int) -> dict[str, int]:
    """How many places, products and lots an organisation has registered."""
    return {
        name: int(connection.execute(select(func.count()).select_from(table).where(table.party_id == party_id)).scalar_one())
        for name, table in (("places", Place), ("products", Product), ("lots", Lot))
    }


def gtins_under(connection: Connection, prefix: str) -> list[str]:
    """GTIN-13s already registered that begin with a company prefix, as 14 digits in order."""
    low, high = (("0" + prefix).ljust(14, fill) for fill in "09")
    return [row.gtin for row in connection.execute(select(Product.gtin).where(Product.gtin.between(low, high)).order_by(Product.gtin))]


def _products() -> Select[Any]:
    return select(*_PLAIN, Product.image.is_not(None).label("has_image"))


def _skipped(page: int, count: int) -> int:
    return max(0, page - 1) * count
