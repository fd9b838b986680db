"""The demo world: fictional enterprises around Hải Phòng under GS1's demonstration prefix 952, seeded through the product's own verbs.

Chain A follows one lot of lychee to Japan in fourteen events that cover all six stages (pre-production, production, post-harvest,
processing, distribution, retail) with a mass residual of zero. Three frauds are prepared: a cloned serial, an invented serial and a
voided roll of stamps. Everything happens at the story's time, so recorded times are the story's too; nothing here is real.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CONTEXT: list[Any] = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://truyxuat.example/terms/"}]
"""`ex:` terms are the demo's own extensions: stage of the chain, plot, loss, certificate and logger numbers."""

BASE = "https://id.gs1.org"

LYCHEE_BULK = "09521001000017"
LYCHEE_EXPORT = "09521002000016"
LYCHEE_GRADE_B = "09521002000023"
FISH_SAUCE = "09521003000015"
TEA = "09521004000014"
BATTERY = "09521008000010"

HARVEST = "TH260612A"
EXPORT = "2606121"
PALLET = "195210020000000013"


@dataclass(frozen=True, slots=True)
class Firm:
    """A fictional organisation: key in this module, name, prefix, GLN, where, kind, and its e-mail name."""

    key: str
    name: str
    prefix: str
    gln: str
    province: str
    commune: str
    kind: str = "enterprise"


FIRMS = (
    Firm("orchard", "HTX Vải Hương Giang", "9521001", "9521001000000", "31", "xã Thanh Hà"),
    Firm("packer", "Công ty Đóng gói Xuất khẩu Sông Thái Bình", "9521002", "9521002000009", "31", "xã Thanh Hà"),
    Firm("sauce", "Nước mắm Vạn Vân Cổ", "9521003", "9521003000008", "31", "đặc khu Cát Hải"),
    Firm("tea", "HTX Chè Shan Bình Lư", "9521004", "9521004000007", "12", "xã Bình Lư"),
    Firm("carrier", "Vận tải lạnh Bạch Đằng", "9521005", "9521005000006", "31", "phường Hải An", "carrier"),
    Firm("retail", "Chuỗi cửa hàng Sao Biển", "9521006", "9521006000005", "31", "phường Hồng Bàng"),
    Firm("laboratory", "Phòng thử nghiệm và chứng nhận Đông Bắc", "9521007", "9521007000004", "31", "phường Lê Chân", "laboratory"),
    Firm("battery", "Pin xe điện An Dương", "9521008", "9521008000003", "31", "phường An Dương"),
)

PLACES = (
    ("orchard", "9521001001014", "Vùng trồng vải Thanh Hà", "orchard", "31", "xã Thanh Hà"),
    ("orchard", "9521001001021", "Điểm thu mua Thanh Hà", "collection", "31", "xã Thanh Hà"),
    ("packer", "9521002001013", "Nhà đóng gói Sông Thái Bình", "packhouse", "31", "xã Thanh Hà"),
    ("packer", "9521002001020", "Phòng xử lý Sông Thái Bình", "treatment", "31", "xã Thanh Hà"),
    ("sauce", "9521003001012", "Bãi chượp Cát Hải", "yard", "31", "đặc khu Cát Hải"),
    ("sauce", "9521003001029", "Xưởng đóng chai Cát Hải", "factory", "31", "đặc khu Cát Hải"),
    ("tea", "9521004001011", "Vườn chè Shan Bình Lư", "garden", "12", "xã Bình Lư"),
    ("tea", "9521004001028", "Xưởng chè Bình Lư", "factory", "12", "xã Bình Lư"),
    ("carrier", "9521005001010", "Kho lạnh Nội Bài", "depot", "01", "xã Nội Bài"),
    ("retail", "9521006001019", "Cửa hàng Sao Biển 1", "shop", "31", "phường Hồng Bàng"),
    ("laboratory", "9521007001018", "Phòng thử nghiệm Đông Bắc", "laboratory", "31", "phường Lê Chân"),
    ("battery", "9521008001017", "Nhà máy pin An Dương", "factory", "31", "phường An Dương"),
)

PRODUCTS = (
    (
        "orchard",
        LYCHEE_BULK,
        "Vải thiều Thanh Hà, nguyên liệu",
        "Hương Giang",
        "sọt 40 kg",
        "3 ngày",
        "VietGAP (TCVN 11892-1:2017)",
        "Thanh Hà, Hải Phòng",
    ),
    (
        "packer",
        LYCHEE_EXPORT,
        "Vải thiều Thanh Hà xuất khẩu, hộp 1 kg",
        "Sông Thái Bình",
        "1 kg",
        "30 ngày ở 2-5 °C",
        "TCVN 12827:2023",
        "Thanh Hà, Hải Phòng",
    ),
    ("packer", LYCHEE_GRADE_B, "Vải thiều Thanh Hà loại B", "Sông Thái Bình", "5 kg", "7 ngày", "TCVN 12827:2023", "Thanh Hà, Hải Phòng"),
    ("sauce", FISH_SAUCE, "Nước mắm cốt Cát Hải 500 ml", "Vạn Vân Cổ", "500 ml", "36 tháng", "TCVN 5107:2018", "Cát Hải, Hải Phòng"),
    ("tea", TEA, "Chè Shan tuyết Bình Lư 100 g", "Shan Bình Lư", "100 g", "24 tháng", "TCVN 1454:2013", "Bình Lư, Lai Châu"),
    ("battery", BATTERY, "Bộ pin xe đạp điện 48 V 15 Ah", "An Dương", "1 bộ", "", "QCVN 91:2019/BGTVT", "An Dương, Hải Phòng"),
)
"""Owner, GTIN, name, brand, net content, shelf life, standards as the enterprise declares them, origin."""

LOTS = (
    ("orchard", LYCHEE_BULK, HARVEST, "2026-06-12", "2026-06-15", "9521001001014", "1236", "KGM"),
    ("packer", LYCHEE_EXPORT, EXPORT, "2026-06-12", None, "9521002001013", "1100", "KGM"),
    ("packer", LYCHEE_GRADE_B, "2606121B", "2026-06-12", "2026-06-19", "9521002001013", "120", "KGM"),
    ("sauce", FISH_SAUCE, "NM-2026-044", "2026-06-01", "2029-06-01", "9521003001029", "4800", "H87"),
    ("sauce", FISH_SAUCE, "NM-2026-045", "2026-07-01", "2029-07-01", "9521003001029", "9600", "H87"),
    ("tea", TEA, "CS-2024-03", "2024-04-02", "2026-04-02", "9521004001028", "500", "H87"),
    ("tea", TEA, "CS-2026-03", "2026-04-02", "2028-04-02", "9521004001028", "500", "H87"),
)
"""Owner, GTIN, lot, produced, expires, place, quantity, UN/ECE unit."""

LABELS = (
    ("packer", LYCHEE_EXPORT, EXPORT, 24),
    ("sauce", FISH_SAUCE, "NM-2026-044", 24),
    ("sauce", FISH_SAUCE, "NM-2026-045", 24),
    ("sauce", FISH_SAUCE, "NM-2026-044", 500),
    ("tea", TEA, "CS-2024-03", 12),
    ("tea", TEA, "CS-2026-03", 12),
)
"""Owner, GTIN, lot, count; the roll of 500 is the one that is stolen and voided."""

STOLEN_ROLL = 3
"""Which of LABELS is the stolen roll."""


def _place(gln: str) -> dict[str, str]:
    return {"id": f"{BASE}/414/{gln}"}


def lot_uri(gtin: str, lot: str) -> str:
    """The canonical Digital Link of a lot."""
    return f"{BASE}/01/{gtin}/10/{lot}"


def item_uri(gtin: str, serial: str) -> str:
    """The canonical Digital Link of an item."""
    return f"{BASE}/01/{gtin}/21/{serial}"


def _amount(gtin: str, lot: str, quantity: float, uom: str = "KGM") -> dict[str, Any]:
    return {"epcClass": lot_uri(gtin, lot), "quantity": quantity, "uom": uom}


def _owned(by: str, to: str) -> dict[str, Any]:
    return {
        "sourceList": [{"type": "owning_party", "source": f"{BASE}/417/{by}"}],
        "destinationList": [{"type": "owning_party", "destination": f"{BASE}/417/{to}"}],
    }


def _event(number: str, kind: str, at: str, step: str, stage: str, place: str, **fields: Any) -> dict[str, Any]:
    """An event of the story: at is local time with offset; stage goes into an extension."""
    return {
        "type": kind,
        "eventID": f"urn:uuid:95200000-0000-4000-8000-0000000000{number}",
        "eventTime": at,
        "eventTimeZoneOffset": at[-6:],
        "bizStep": step,
        "readPoint": _place(place),
        "bizLocation": _place(place),
        "ex:stage": stage,
    } | fields


_ORCHARD, _COLLECTION, _PACKHOUSE, _TREATMENT, _DEPOT, _SHOP, _LAB = (
    "9521001001014",
    "9521001001021",
    "9521002001013",
    "9521002001020",
    "9521005001010",
    "9521006001019",
    "9521007001018",
)
_RAW = [_amount(LYCHEE_BULK, HARVEST, 1236)]
_BOXES = [_amount(LYCHEE_EXPORT, EXPORT, 1100)]
_PALLET = f"{BASE}/00/{PALLET}"


def _sensor(device: str, kind: str, value: float, uom: str, **more: Any) -> list[dict[str, Any]]:
    report = {"type": kind, "value": value, "uom": uom} | more
    return [{"sensorMetadata": {"deviceID": f"{BASE}/8004/{device}"}, "sensorReport": [report]}]


def chain_a(serials: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """(who records it, event): the fourteen events of the lychee lot; serials: the boxes that carry labels."""
    return [
        (
            "orchard",
            _event(
                "01",
                "ObjectEvent",
                "2025-11-20T09:00:00+07:00",
                "inspecting",
                "pre-production",
                _ORCHARD,
                action="OBSERVE",
                quantityList=[{"epcClass": lot_uri(LYCHEE_BULK, HARVEST)}],
                **{"ex:plantingArea": "DEMO-PUC-0101", "ex:certificate": "VG-DEMO-01"},
            ),
        ),
        (
            "orchard",
            _event(
                "02",
                "ObjectEvent",
                "2026-02-15T08:00:00+07:00",
                "receiving",
                "production",
                _ORCHARD,
                action="OBSERVE",
                quantityList=[{"epcClass": lot_uri(LYCHEE_BULK, HARVEST)}],
                **{"ex:input": "phân bón hữu cơ, lô F-77"},
            ),
        ),
        (
            "orchard",
            _event(
                "03",
                "ObjectEvent",
                "2026-05-18T06:30:00+07:00",
                "other",
                "production",
                _ORCHARD,
                action="OBSERVE",
                quantityList=[{"epcClass": lot_uri(LYCHEE_BULK, HARVEST)}],
                **{"ex:treatment": "phun phòng bệnh", "ex:earliestHarvest": "2026-06-01"},
            ),
        ),
        (
            "laboratory",
            _event(
                "04",
                "ObjectEvent",
                "2026-06-10T15:00:00+07:00",
                "sampling",
                "production",
                _LAB,
                action="OBSERVE",
                disposition="conformant",
                quantityList=[{"epcClass": lot_uri(LYCHEE_BULK, HARVEST)}],
                **{"ex:report": "LAB-0610"},
            ),
        ),
        (
            "orchard",
            _event(
                "05",
                "ObjectEvent",
                "2026-06-12T05:30:00+07:00",
                "commissioning",
                "post-harvest",
                _ORCHARD,
                action="ADD",
                disposition="active",
                quantityList=_RAW,
                ilmd={"ex:harvestDate": "2026-06-12", "ex:crates": "31"},
                **{"ex:fieldWeight": 1240},
            ),
        ),
        (
            "packer",
            _event(
                "06",
                "ObjectEvent",
                "2026-06-12T08:00:00+07:00",
                "receiving",
                "post-harvest",
                _PACKHOUSE,
                action="OBSERVE",
                disposition="in_progress",
                quantityList=_RAW,
                sensorElementList=_sensor("9521002SC07", "Mass", 1236, "KGM"),
                **_owned("9521001000000", "9521002000009"),
            ),
        ),
        (
            "packer",
            _event(
                "07",
                "TransformationEvent",
                "2026-06-12T10:00:00+07:00",
                "commissioning",
                "processing",
                _PACKHOUSE,
                inputQuantityList=_RAW,
                outputQuantityList=[*_BOXES, _amount(LYCHEE_GRADE_B, "2606121B", 120)],
                outputEPCList=[item_uri(LYCHEE_EXPORT, serial) for serial in serials],
                **{"ex:loss": {"ex:quantity": 16, "ex:uom": "KGM"}},
            ),
        ),
        (
            "packer",
            _event(
                "08",
                "ObjectEvent",
                "2026-06-12T16:00:00+07:00",
                "other",
                "processing",
                _TREATMENT,
                action="OBSERVE",
                disposition="conformant",
                quantityList=_BOXES,
                **{"ex:treatment": "xử lý theo yêu cầu nước nhập khẩu, 3 giờ"},
            ),
        ),
        (
            "packer",
            _event(
                "09",
                "ObjectEvent",
                "2026-06-12T16:30:00+07:00",
                "sensor_reporting",
                "processing",
                _TREATMENT,
                action="OBSERVE",
                quantityList=_BOXES,
                sensorElementList=_sensor("9521002TL22", "Temperature", 3.6, "CEL", minValue=2.9, maxValue=4.8),
            ),
        ),
        (
            "packer",
            _event(
                "10",
                "AggregationEvent",
                "2026-06-12T17:30:00+07:00",
                "packing",
                "processing",
                _PACKHOUSE,
                action="ADD",
                parentID=_PALLET,
                childEPCs=[item_uri(LYCHEE_EXPORT, serial) for serial in serials],
                childQuantityList=_BOXES,
            ),
        ),
        (
            "packer",
            _event(
                "11",
                "TransactionEvent",
                "2026-06-12T18:30:00+07:00",
                "accepting",
                "distribution",
                _PACKHOUSE,
                action="ADD",
                epcList=[_PALLET],
                bizTransactionList=[
                    {"type": "cert", "bizTransaction": f"{BASE}/253/9521002000054PHYTO0612"},
                    {"type": "desadv", "bizTransaction": f"{BASE}/253/9521002000061DA0612"},
                ],
            ),
        ),
        (
            "carrier",
            _event(
                "12",
                "ObjectEvent",
                "2026-06-12T22:50:00+07:00",
                "departing",
                "distribution",
                _DEPOT,
                action="OBSERVE",
                disposition="in_transit",
                epcList=[_PALLET],
                **_owned("9521002000009", "9521006000005"),
            ),
        ),
        (
            "retail",
            _event(
                "13",
                "ObjectEvent",
                "2026-06-13T09:40:00+09:00",
                "receiving",
                "distribution",
                _SHOP,
                action="OBSERVE",
                disposition="in_progress",
                epcList=[_PALLET],
                sensorElementList=_sensor("9521002TL22", "Temperature", 4.2, "CEL", maxValue=7.8),
                **{"ex:note": "38 phút ở 7,8 °C, chấp nhận có ghi chú"},
            ),
        ),
        (
            "retail",
            _event(
                "14",
                "ObjectEvent",
                "2026-06-15T11:00:00+09:00",
                "retail_selling",
                "retail",
                _SHOP,
                action="OBSERVE",
                disposition="sellable_accessible",
                quantityList=_BOXES,
            ),
        ),
    ]


def simple_lots(serials: dict[str, list[str]]) -> list[tuple[str, dict[str, Any]]]:
    """Commissioning and shipping of the fish sauce and tea lots; serials by lot."""
    yard, shop = "9521003001029", "9521004001028"
    told: list[tuple[str, dict[str, Any]]] = []
    stories = (
        ("sauce", FISH_SAUCE, "NM-2026-044", yard, "2026-06-01", "21"),
        ("sauce", FISH_SAUCE, "NM-2026-045", yard, "2026-07-01", "31"),
        ("tea", TEA, "CS-2024-03", shop, "2024-04-02", "41"),
        ("tea", TEA, "CS-2026-03", shop, "2026-04-02", "51"),
    )
    for who, gtin, lot, place, day, number in stories:
        named = [item_uri(gtin, serial) for serial in serials[lot]]
        told.append(
            (
                who,
                _event(
                    number,
                    "ObjectEvent",
                    f"{day}T08:00:00+07:00",
                    "commissioning",
                    "processing",
                    place,
                    action="ADD",
                    disposition="active",
                    epcList=named,
                    quantityList=[_amount(gtin, lot, len(named), "H87")],
                ),
            )
        )
        told.append(
            (
                who,
                _event(
                    str(int(number) + 1),
                    "ObjectEvent",
                    f"{day}T15:00:00+07:00",
                    "shipping",
                    "distribution",
                    place,
                    action="OBSERVE",
                    disposition="in_transit",
                    epcList=named,
                ),
            )
        )
    return told
