"""An enterprise that packs pallets: a product, its batch, and how a batch of units is given out at the pages."""

from __future__ import annotations

from typing import Any

from app.catalogue import register
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_enterprise

LYCHEE = gtin("952100100001")
LOT = "TH/260612"
RECEIVER = "Công ty TNHH Siêu thị Sông Hồng\nKho số 4, Khu công nghiệp Tân Hương, Đồng Tháp"
ASKED = {"goods": f"{LYCHEE}/{LOT}", "quantity": "48", "count": "3", "ship_to": RECEIVER, "extension": "0"}


def make_packer(on: Runtime) -> Enterprise:
    """An enterprise with a product and a batch that has an expiry."""
    made = make_enterprise(on)
    register.register_product({"gtin": LYCHEE, "name": "Vải thiều Thanh Hà loại 1, thùng 5 kg"}, by=made.actor(), on=on)
    register.register_lot(LYCHEE, {"lot": LOT, "produced_on": "2026-06-12", "expires_on": "2026-07-19"}, by=made.actor(), on=on)
    return made


def given(client: Any, **change: str) -> str:
    """The path of the page of a fresh batch, given out at the page."""
    answer = client.post("/console/ssccs", data=ASKED | change)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"]).partition("?")[0]


def numbers(client: Any, page: str) -> list[str]:
    """The SSCCs of a batch in the order in which they are printed."""
    whole = client.get(page.replace("/console/ssccs", "/api/sscc-batches")).get_json()
    return [unit["sscc"] for unit in whole["units"]]
