"""What a sheet of events may say: its columns, and the words for steps, kinds, units and documents in vi, en and fr.

These names are part of the file format: they are recognised whatever language the page speaks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from app.capture.vocabulary import vocabularies
from app.store.folding import fold

T = TypeVar("T")

OBJECT, AGGREGATION, TRANSACTION = "ObjectEvent", "AggregationEvent", "TransactionEvent"
TRANSFORMATION, ASSOCIATION = "TransformationEvent", "AssociationEvent"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, its header in three languages, further names that people write, and whether each event must fill it."""

    key: str
    vi: str
    en: str
    fr: str
    also: tuple[str, ...] = ()
    needed: bool = False


COLUMNS = (
    Column("event", "Số sự kiện", "Event number", "Numéro d’événement", ("stt", "no", "số thứ tự")),
    Column("step", "Việc đã làm", "What happened", "Ce qui s’est passé", ("bizStep", "loại sự kiện", "event type", "bước"), needed=True),
    Column("kind", "Loại EPCIS", "EPCIS event type", "Type d’événement EPCIS"),
    Column("time", "Thời gian", "Time", "Heure", ("eventTime", "ngày giờ", "date time", "date"), needed=True),
    Column("place", "Địa điểm (GLN)", "Place (GLN)", "Lieu (GLN)", ("gln", "readPoint", "địa điểm", "lieu"), needed=True),
    Column("gtin", "Sản phẩm (GTIN)", "Product (GTIN)", "Produit (GTIN)", ("sản phẩm", "product", "mã sản phẩm", "produit")),
    Column("lot", "Số lô", "Lot", "Lot", ("batch", "lô")),
    Column("serial", "Số sê-ri", "Serial number", "Numéro de série", ("sê-ri", "serie")),
    Column("quantity", "Số lượng", "Quantity", "Quantité"),
    Column("unit", "Đơn vị", "Unit", "Unité", ("uom", "đvt", "đơn vị tính")),
    Column("parent", "Thùng, pallet (SSCC)", "Parent (SSCC)", "Contenant (SSCC)", ("sscc", "parentID", "kiện chứa")),
    Column("input_gtin", "Đầu vào: GTIN", "Input: GTIN", "Entrée : GTIN"),
    Column("input_lot", "Đầu vào: số lô", "Input: lot", "Entrée : lot"),
    Column("input_quantity", "Đầu vào: số lượng", "Input: quantity", "Entrée : quantité"),
    Column("input_unit", "Đầu vào: đơn vị", "Input: unit", "Entrée : unité"),
    Column("document_type", "Loại chứng từ", "Document type", "Type de document"),
    Column("document", "Số chứng từ", "Document number", "Numéro de document"),
    Column("from", "Bên giao (GLN)", "From (GLN)", "Expéditeur (GLN)", ("bên giao", "source")),
    Column("to", "Bên nhận (GLN)", "To (GLN)", "Destinataire (GLN)", ("bên nhận", "destination")),
    Column("temperature", "Nhiệt độ (°C)", "Temperature (°C)", "Température (°C)", ("nhiệt độ", "temperature", "température")),
    Column("note", "Ghi chú", "Note", "Remarque", ("ghi chú thêm", "comment")),
)
BY_KEY = {column.key: column for column in COLUMNS}

EVENT_FIELDS = ("step", "kind", "time", "place", "from", "to", "temperature", "note")
"""Said once for an event; its other rows repeat them or leave them empty."""


@dataclass(frozen=True, slots=True)
class Step:
    """What people call a step of business, and what it is in EPCIS and CBV 2.0 (section 7.1 and the valid pairs of 7.2)."""

    key: str
    word: str
    names: tuple[str, ...]
    kind: str = OBJECT
    action: str = "OBSERVE"
    disposition: str | None = None


STEPS = (
    Step(
        "commissioning", "commissioning",
        ("thu hoạch", "sản xuất", "tạo lô", "khai sinh", "harvest", "harvesting", "production", "récolte", "mise en service"),
        OBJECT, "ADD", "active",
    ),
    Step("packing", "packing", ("đóng gói", "đóng thùng", "xếp pallet", "emballage"), AGGREGATION, "ADD", "in_progress"),
    Step("unpacking", "unpacking", ("mở gói", "dỡ pallet", "tháo kiện", "déballage"), AGGREGATION, "DELETE", "in_progress"),
    Step("shipping", "shipping", ("xuất", "xuất kho", "xuất hàng", "gửi hàng", "ship", "expédition"), OBJECT, "OBSERVE", "in_transit"),
    Step("receiving", "receiving", ("nhập", "nhập kho", "nhận hàng", "receive", "réception"), OBJECT, "OBSERVE", "in_progress"),
    Step(
        "transforming", "commissioning", ("chế biến", "sơ chế", "pha chế", "processing", "transformation"),
        TRANSFORMATION, "", "active",
    ),
    Step("inspecting", "inspecting", ("kiểm tra", "kiểm nghiệm", "inspection", "contrôle"), OBJECT),
    Step(
        "retail_selling", "retail_selling", ("bán lẻ", "bán hàng", "retail", "sale", "vente au détail", "vente"),
        OBJECT, "OBSERVE", "retail_sold",
    ),
    Step(
        "accepting", "accepting", ("xác nhận chứng từ", "ghi chứng từ", "order confirmed", "acceptation"),
        TRANSACTION, "ADD", "in_progress",
    ),
    Step("installing", "installing", ("lắp đặt", "gắn thiết bị", "install", "installation"), ASSOCIATION, "ADD"),
    Step("removing", "removing", ("tháo thiết bị", "gỡ thiết bị", "remove", "retrait"), ASSOCIATION, "DELETE"),
    Step("storing", "storing", ("lưu kho", "bảo quản", "storage", "stockage"), OBJECT),
    Step("transporting", "transporting", ("vận chuyển", "transport"), OBJECT, "OBSERVE", "in_transit"),
    Step("departing", "departing", ("khởi hành", "rời kho", "departure", "départ"), OBJECT, "OBSERVE", "in_transit"),
    Step("arriving", "arriving", ("đến nơi", "arrival", "arrivée"), OBJECT, "OBSERVE", "in_progress"),
    Step("loading", "loading", ("bốc hàng", "chargement"), OBJECT),
    Step("unloading", "unloading", ("dỡ hàng", "déchargement"), OBJECT),
    Step("sampling", "sampling", ("lấy mẫu", "échantillonnage"), OBJECT),
    Step("sensor_reporting", "sensor_reporting", ("đo nhiệt độ", "đo cảm biến", "measurement", "mesure"), OBJECT),
    Step("stocking", "stocking", ("lên kệ", "bày bán", "shelving", "mise en rayon"), OBJECT, "OBSERVE", "sellable_accessible"),
    Step("holding", "holding", ("tạm giữ", "hold", "blocage"), OBJECT, "OBSERVE", "non_sellable_other"),
    Step("destroying", "destroying", ("tiêu hủy", "destruction"), OBJECT, "DELETE", "destroyed"),
    Step("decommissioning", "decommissioning", ("hủy mã", "ngừng sử dụng mã", "mise hors service"), OBJECT, "DELETE", "inactive"),
)  # fmt: skip

KINDS = {
    OBJECT: ("object", "đối tượng", "objet"),
    AGGREGATION: ("aggregation", "đóng gói", "gộp", "agrégation"),
    TRANSACTION: ("transaction", "giao dịch", "chứng từ"),
    TRANSFORMATION: ("transformation", "chế biến", "biến đổi"),
    ASSOCIATION: ("association", "gắn kết", "liên kết"),
}

UNITS = {
    "KGM": ("kg", "kilogram", "kí", "ký", "cân"),
    "GRM": ("g", "gam", "gram", "gramme"),
    "DTN": ("tạ", "quintal"),
    "TNE": ("t", "tấn", "tonne", "ton"),
    "LTR": ("l", "lít", "litre", "liter"),
    "MLT": ("ml", "mililít", "millilitre"),
    "MTR": ("m", "mét", "metre", "mètre"),
    "MTK": ("m2", "m²", "mét vuông"),
    "MTQ": ("m3", "m³", "mét khối"),
    "H87": ("cái", "chiếc", "con", "quả", "trái", "piece", "pieces", "pcs", "pièce", "sản phẩm"),
    "XBX": ("hộp", "box", "boîte"),
    "XCT": ("thùng", "carton"),
    "XCR": ("sọt", "két", "crate", "cageot"),
    "XBG": ("bao", "túi", "bag", "sac"),
    "XBO": ("chai", "bottle", "bouteille"),
    "XPK": ("gói", "package", "paquet"),
}
"""UNECE Recommendation 20, with Recommendation 21 packages under X; any other code of two or three signs is taken as it stands."""

DOCUMENTS = {
    "po": ("đơn đặt hàng", "đơn hàng", "purchase order", "bon de commande", "commande"),
    "poc": ("xác nhận đơn hàng", "order confirmation", "confirmation de commande"),
    "inv": ("hóa đơn", "hoá đơn", "invoice", "facture"),
    "desadv": ("phiếu xuất kho", "phiếu giao hàng", "despatch advice", "avis d’expédition"),
    "recadv": ("phiếu nhập kho", "receiving advice", "avis de réception"),
    "bol": ("vận đơn", "bill of lading", "connaissement"),
    "cert": ("giấy chứng nhận", "chứng nhận", "certificate", "certificat"),
    "testres": ("phiếu kết quả thử nghiệm", "kết quả thử nghiệm", "test report", "rapport d’essai"),
    "testprd": ("quy trình thử nghiệm", "test procedure", "procédure d’essai"),
    "prodorder": ("lệnh sản xuất", "production order", "ordre de fabrication"),
    "rma": ("trả hàng", "return", "retour"),
    "pedigree": ("hồ sơ nguồn gốc", "pedigree"),
}

_UNIT_CODE = re.compile(r"[A-Z0-9]{2,3}")
_KEY_IN_BRACKETS = re.compile(r"\(([a-z_]+)\)\s*$")


def _index(named: Iterable[tuple[T, Iterable[str]]]) -> dict[str, T]:
    """Folded names to what they name; where two claim a name, the first keeps it."""
    found: dict[str, T] = {}
    for value, names in named:
        for name in names:
            found.setdefault(fold(name), value)
    return found


@cache
def _columns() -> Mapping[str, Column]:
    own = _index((column, (column.key, column.key.replace("_", " "), column.vi, column.en, column.fr)) for column in COLUMNS)
    return _index((column, column.also) for column in COLUMNS) | own


@cache
def _steps() -> Mapping[str, Step]:
    others = (Step(word, word, ()) for word in vocabularies()["bizStep"].words if word not in {step.key for step in STEPS})
    return _index((step, (step.key, step.key.replace("_", " "), *step.names)) for step in (*STEPS, *others))


@cache
def _words(name: str) -> Mapping[str, str]:
    table = {"kind": KINDS, "unit": UNITS, "document": DOCUMENTS}[name]
    return _index((word, (word, *names)) for word, names in table.items())


def header(column: Column, language: str = "vi") -> str:
    """A header as the template writes it: the words of a language, then the key."""
    return f"{getattr(column, language)} ({column.key})"


def column_of(text: str) -> Column | None:
    """The column that a header names: by its key in brackets, or by any of its names, accents and capitals forgiven."""
    key = _KEY_IN_BRACKETS.search(text)
    if key is not None and key[1] in BY_KEY:
        return BY_KEY[key[1]]
    return _columns().get(fold(text))


def step_of(text: str) -> Step | None:
    """The step that a text names; a URI is a step of somebody's own vocabulary."""
    if re.match(r"https?://\S+$|urn:\S+$", text) and not text.startswith("urn:epcglobal:cbv"):
        return Step(text, text, ())
    return _steps().get(fold(text))


def step_names() -> tuple[str, ...]:
    """The first Vietnamese name of every common step, for remedies."""
    return tuple(step.names[0] for step in STEPS)


def kind_of(text: str) -> str | None:
    """The EPCIS event type that a text names."""
    return _words("kind").get(fold(text))


def unit_of(text: str) -> str | None:
    """The UNECE code that a text names, or is."""
    return _words("unit").get(fold(text)) or (text if _UNIT_CODE.fullmatch(text) else None)


def document_type_of(text: str) -> str | None:
    """The CBV business transaction type that a text names."""
    return _words("document").get(fold(text))
