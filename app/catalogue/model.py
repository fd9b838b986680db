"""Tables of products, places and lots: master data an enterprise registers about itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import Bytes, Flag, Id, Instant, Words
from app.store.tables import Base


class Product(Base):
    """A trade item; the ten data items of Circular 02/2024/TT-BKHCN are its columns, its producer's and its lots'.

    Small and read by everybody (reference table when sharded): a printed GTIN must lead to its owner in one look-up, for ever.
    """

    __tablename__ = "product"
    __table_args__ = (Index("ix_product_party_id", "party_id"), CheckConstraint("length(gtin) = 14", name="gtin_length"))

    gtin: Mapped[str] = mapped_column(Words, primary_key=True)
    party_id: Mapped[int] = mapped_column(Id)
    name: Mapped[str] = mapped_column(Words)
    name_key: Mapped[str] = mapped_column(Words)
    brand: Mapped[str | None] = mapped_column(Words)
    model: Mapped[str | None] = mapped_column(Words)
    description: Mapped[str | None] = mapped_column(Words)
    net_content: Mapped[str | None] = mapped_column(Words)
    shelf_life: Mapped[str | None] = mapped_column(Words)
    standards: Mapped[str | None] = mapped_column(Words)
    origin: Mapped[str | None] = mapped_column(Words)
    warnings: Mapped[str | None] = mapped_column(Words)
    image: Mapped[bytes | None] = mapped_column(Bytes)
    image_type: Mapped[str | None] = mapped_column(Words)
    status: Mapped[str] = mapped_column(Words, default="active")
    created_at: Mapped[datetime] = mapped_column(Instant)


class Place(Base):
    """A place with a GLN (or, for households without a prefix, a URI of their own)."""

    __tablename__ = "place"
    __table_args__ = (Index("ix_place_uri", "uri"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    place_id: Mapped[int] = mapped_column(Id, primary_key=True)
    uri: Mapped[str] = mapped_column(Words)
    gln: Mapped[str | None] = mapped_column(Words)
    name: Mapped[str] = mapped_column(Words)
    name_key: Mapped[str] = mapped_column(Words)
    kind: Mapped[str] = mapped_column(Words)
    province: Mapped[str | None] = mapped_column(Words)
    commune: Mapped[str | None] = mapped_column(Words)
    address: Mapped[str | None] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(Instant)


class Lot(Base):
    """A batch of a product; dates are calendar days as ISO text, because a day has no instant."""

    __tablename__ = "lot"

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    gtin: Mapped[str] = mapped_column(Words, primary_key=True)
    lot: Mapped[str] = mapped_column(Words, primary_key=True)
    produced_on: Mapped[str | None] = mapped_column(Words)
    expires_on: Mapped[str | None] = mapped_column(Words)
    place_uri: Mapped[str | None] = mapped_column(Words)
    quantity: Mapped[str | None] = mapped_column(Words)
    uom: Mapped[str | None] = mapped_column(Words)
    note: Mapped[str | None] = mapped_column(Words)
    created_at: Mapped[datetime] = mapped_column(Instant)


class MasterData(Base):
    """What an organisation says of a product, place or party in the words of EPCIS, version by version; the newest at a day counts.

    vocabulary: URI of the vocabulary type in the URN spelling; element: canonical identifier; element_as_sent: in the sender's spelling;
    valid_from: microseconds, when it begins to be true; attributes: JSON of [{id, attribute}]; children: JSON of identifiers; removed:
    the element is no longer; document_id: the captured document that brought it, None when it came by API or form; checksum: SHA-256 over
    attributes and children, so that what is sent again adds no version; actor: who said it when no document did.
    """

    __tablename__ = "master_data"
    __table_args__ = (Index("ix_master_data_element", "party_id", "element", "valid_from"),)

    party_id: Mapped[int] = mapped_column(Id, primary_key=True)
    vocabulary: Mapped[str] = mapped_column(Words, primary_key=True)
    element: Mapped[str] = mapped_column(Words, primary_key=True)
    valid_from: Mapped[int] = mapped_column(Id, primary_key=True)
    version_id: Mapped[int] = mapped_column(Id, primary_key=True)
    element_as_sent: Mapped[str] = mapped_column(Words)
    attributes: Mapped[str] = mapped_column(Words)
    children: Mapped[str] = mapped_column(Words)
    removed: Mapped[bool] = mapped_column(Flag)
    document_id: Mapped[int | None] = mapped_column(Id)
    checksum: Mapped[bytes] = mapped_column(Bytes)
    actor: Mapped[str | None] = mapped_column(Words)
