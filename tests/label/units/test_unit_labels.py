"""Logistic labels of a batch, decoded by a reader that drew none of them."""

from __future__ import annotations

import csv
import io
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.errors import Invalid
from app.identify import element_string
from app.label.refusals import ExpiryWrong
from app.label.units import labels
from app.label.units.give import destination, give
from app.label.units.refusals import QuantityAlone, SenderTooLong
from app.party.permissions import NotAllowed, Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_api_key, make_enterprise
from tests.label.measured import answers
from tests.label.units.units import LOT, LYCHEE, RECEIVER, make_packer


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_packer(on)


def _pages(content: bytes, folder: Path, dpi: int = 203) -> list[Any]:
    """Every page of a PDF as a print head of that many dots draws it."""
    file = folder / "units.pdf"
    file.write_bytes(content)
    subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-png", str(file), str(folder / "page")], check=True)  # noqa: S607  # our file
    return [np.asarray(Image.open(path).convert("L")) for path in sorted(folder.glob("page*.png"))]


@pytest.mark.parametrize("paper", ["logistic-a6", "logistic-a5", "roll-100x150"])
def test_every_label_of_a_pdf_of_three_units_reads_back_at_203_dpi(on: Runtime, firm: Enterprise, tmp_path: Path, paper: str) -> None:
    made = give(3, gtin=LYCHEE, lot=LOT, quantity=48, ship_to=RECEIVER, by=firm.actor(), on=on)
    content = labels.pdf(made.batch_id, labels.Wish(paper, 203), by=firm.actor(), on=on)
    pages = _pages(content, tmp_path)
    assert len(pages) == 3
    for number, page in zip(made.ssccs, pages, strict=True):
        found = answers(page)
        assert {identifier for _, identifier in found} == {"]C1"}
        assert found[0][0] == f"00{number}"
        told = dict(pair for text, _ in found for pair in element_string.parse(text, associations=False))
        wanted = {"00": number, "02": LYCHEE, "37": "48", "10": LOT, "17": "260719"}
        assert told.items() <= wanted.items()
        assert told.keys() >= {"00", "02", "37"}


def test_the_label_tells_sender_goods_and_receiver(on: Runtime, firm: Enterprise, tmp_path: Path) -> None:
    made = give(1, gtin=LYCHEE, lot=LOT, quantity=48, ship_to=RECEIVER, by=firm.actor(), on=on)
    file = tmp_path / "one.pdf"
    file.write_bytes(labels.pdf(made.batch_id, labels.Wish("logistic-a5"), by=firm.actor(), on=on))
    said = subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True, text=True).stdout  # noqa: S607  # our file
    words = " ".join(said.split())
    assert "TỪ / FROM: HTX Vải Hương Giang" in words
    assert "ĐẾN / TO: Công ty TNHH Siêu thị Sông Hồng, Kho số 4" in words
    assert "Vải thiều Thanh Hà loại 1" in words
    assert words.index("FROM") < words.index("TO:") < words.index("Vải thiều") < words.index("19/07/2026")


def test_a_picture_of_one_unit_reads_back_at_every_resolution(client: Any, on: Runtime, firm: Enterprise) -> None:
    made = give(1, gtin=LYCHEE, lot=LOT, quantity=48, by=firm.actor(), on=on)
    key = make_api_key(on, firm)
    for dpi in (203, 300, 600):
        answer = client.get(f"/api/sscc-batches/{made.batch_id}/labels/{made.ssccs[0]}.png?dpi={dpi}", headers=key)
        found = answers(np.asarray(Image.open(io.BytesIO(answer.data)).convert("L")))
        assert (f"00{made.ssccs[0]}", "]C1") in found


def test_zpl_has_a_program_for_each_unit(client: Any, on: Runtime, firm: Enterprise) -> None:
    made = give(3, gtin=LYCHEE, lot=LOT, quantity=48, by=firm.actor(), on=on)
    text = client.get(f"/api/sscc-batches/{made.batch_id}/labels.zpl?dpi=203&first=2", headers=make_api_key(on, firm)).text
    assert (text.count("^XA"), text.count("^XZ")) == (2, 2)


def test_the_table_for_a_print_house_has_the_content_of_every_symbol(client: Any, on: Runtime, firm: Enterprise) -> None:
    made = give(2, gtin=LYCHEE, lot=LOT, quantity=48, by=firm.actor(), on=on)
    answer = client.get(f"/api/sscc-batches/{made.batch_id}/labels.csv", headers=make_api_key(on, firm))
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["position"], row["sscc"], row["content"], row["symbology_identifier"]) for row in rows] == [
        (str(place), number, f"00{number}", "]C1") for place, number in enumerate(made.ssccs, 1)
    ]
    assert all(f"02{LYCHEE}" in row["further_contents_shown"] and "3748" in row["further_contents_shown"] for row in rows)


def test_a_program_gives_out_a_batch_and_finds_it_again(client: Any, on: Runtime, firm: Enterprise) -> None:
    key = make_api_key(on, firm)
    sent = {"count": 2, "gtin": LYCHEE, "lot": LOT, "quantity": 48, "shipTo": f"  {RECEIVER}\n\n"}
    made = client.post("/api/ssccs", json=sent, headers=key)
    where, body = made.headers["Location"], made.get_json()
    assert (made.status_code, where) == (201, f"/api/sscc-batches/{body['batch']}")
    whole = client.get(where, headers=key).get_json()
    assert [unit["sscc"] for unit in whole["units"]] == body["ssccs"]
    assert (whole["expiry"], whole["shipTo"], whole["shipFrom"]) == ("260719", RECEIVER, "HTX Vải Hương Giang, Hải Phòng")
    listed = client.get("/api/sscc-batches", headers=key).get_json()
    assert [(each["batch"], each["count"]) for each in listed["batches"]] == [(body["batch"], 2)]
    assert {each["batch"] for each in client.get("/api/ssccs", headers=key).get_json()["ssccs"]} == {body["batch"]}


def test_a_stranger_finds_no_door_to_a_batch(client: Any, on: Runtime, firm: Enterprise) -> None:
    made = give(1, gtin=LYCHEE, lot=LOT, quantity=48, by=firm.actor(), on=on)
    theirs = make_api_key(on, make_enterprise(on, "Khác", "9521002"))
    where, one = f"/api/sscc-batches/{made.batch_id}", f"labels/{made.ssccs[0]}"
    doors = (where, *(f"{where}/{name}" for name in ("labels.pdf", "labels.zpl", "labels.csv", f"{one}.svg", f"{one}.png")))
    assert [client.get(path, headers=theirs).status_code for path in doors] == [404] * 6
    assert client.get("/api/sscc-batches", headers=theirs).get_json() == {"batches": [], "next": None}


@pytest.mark.parametrize("query", ["first=0", "first=2", "last=2", "first=x", "dpi=1", "dx=99", "dy=inf", "layout=x", "layout=roll-50x25"])
def test_a_wish_for_labels_that_cannot_be_is_refused(client: Any, on: Runtime, firm: Enterprise, query: str) -> None:
    made = give(1, gtin=LYCHEE, lot=LOT, quantity=48, by=firm.actor(), on=on)
    answer = client.get(f"/api/sscc-batches/{made.batch_id}/labels.pdf?{query}", headers=make_api_key(on, firm))
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "sent",
    [
        {}, {"count": "1"}, {"count": True}, {"count": 1, "gtin": "1"}, {"count": 1, "gtin": LYCHEE, "lot": "x" * 21},
        {"count": 1, "gtin": LYCHEE, "expiry": "261331"}, {"count": 1, "gtin": LYCHEE, "expiry": ""}, {"count": 1, "lot": LOT},
        {"count": 1, "gtin": LYCHEE, "expiry": "990101"}, {"count": 1, "gtin": LYCHEE, "quantity": -1}, {"count": 1, "shipTo": "\u2603"},
        {"count": 1, "shipTo": ["a"]}, {"count": 1, "gtin": LYCHEE, "lot": "Đ"}, {"count": 1, "gtin": "", "lot": ""}, {"count": 10**15},
    ],
)  # fmt: skip
def test_a_wrong_wish_for_numbers_is_refused_before_any_is_taken(client: Any, on: Runtime, firm: Enterprise, sent: dict[str, Any]) -> None:
    key = make_api_key(on, firm)
    answer = client.post("/api/ssccs", json=sent, headers=key)
    assert 400 <= answer.status_code < 500 or sent.get("expiry") == ""
    listed = client.get("/api/sscc-batches", headers=key).get_json()["batches"]
    assert len(listed) == (1 if answer.status_code == 201 else 0)


@pytest.mark.usefixtures("firm")
def test_goods_of_somebody_else_are_named_by_their_number_only(on: Runtime) -> None:
    trader = make_enterprise(on, "Công ty Vận tải", "9521002")
    made = give(1, gtin=LYCHEE, lot="KHAC", quantity=5, by=trader.actor(), on=on)
    printed = labels.printing(made.batch_id, by=trader.actor(), on=on)
    assert (printed.product, printed.text.product, printed.expiry) == ("", f"GTIN {LYCHEE}", None)


def test_a_name_without_room_is_refused_before_any_number_is_taken(on: Runtime) -> None:
    firm = make_enterprise(on, "W" * 200, "9521003")
    with pytest.raises(SenderTooLong):
        give(1, by=firm.actor(), on=on)


def test_only_those_who_may_give_numbers_do(on: Runtime, firm: Enterprise) -> None:
    with pytest.raises(NotAllowed):
        give(1, by=firm.actor(Role.REGULATOR), on=on)
    with pytest.raises(QuantityAlone):
        give(1, quantity=3, by=firm.actor(), on=on)


def test_day_00_is_the_last_of_its_month() -> None:
    assert labels.expiry_of("280200") == date(2028, 2, 29)
    assert labels.expiry_of("260719") == date(2026, 7, 19)
    assert labels.expiry_of(None) is None
    with pytest.raises(ExpiryWrong):
        labels.expiry_of("261301")


def test_a_destination_is_read_line_by_line() -> None:
    assert destination(" Kho  số 4 \n\n  Đồng Tháp\t") == "Kho số 4\nĐồng Tháp"
    with pytest.raises(Invalid):
        destination("x\n" * 5)
