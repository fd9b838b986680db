"""Lots and serial numbers that are only dots: links of others are read, none of ours is made."""

from __future__ import annotations

import pytest

from app.capture.sheets.sheet_cells import product
from app.catalogue.rules import check_lot
from app.identify import digital_link
from app.identify.refusals import DotsAlone
from app.label.drawing.design import LabelText, make_label
from app.label.folder.serial_file import SerialFileWrong, serials
from app.label.symbols.carrier import Carrier

GTIN = "09521001000017"
DOTS = pytest.mark.parametrize("dots", [".", ".."])
WELL = pytest.mark.parametrize("value", ["...", ".A", "A.", "-", "." * 20])


@DOTS
@pytest.mark.parametrize("ai", ["10", "21", "22"])
def test_no_link_of_ours_has_a_segment_of_dots(ai: str, dots: str) -> None:
    with pytest.raises(DotsAlone) as told:
        digital_link.from_elements((("01", GTIN), (ai, dots)))
    assert told.value.params == {"given": dots, "position": 0}


@DOTS
def test_dots_in_a_query_stay(dots: str) -> None:
    assert digital_link.from_elements((("01", GTIN), ("240", dots))).endswith(f"?240={dots}")


@DOTS
def test_links_of_others_are_read_as_they_are(dots: str) -> None:
    assert digital_link.parse(f"https://id.gs1.org/01/{GTIN}/10/{dots}").get("10") == dots


@WELL
def test_dots_with_something_else_are_good_numbers(value: str) -> None:
    assert make_label(LabelText("x"), GTIN, lot=value, serial=value).digital_link.endswith(f"/10/{value}/21/{value}")
    assert check_lot({"lot": value}) == []
    assert serials(value.encode()) == [value]


@DOTS
@pytest.mark.parametrize("carrier", [Carrier.QR_DL, Carrier.GS1_DATAMATRIX])
def test_no_label_with_such_a_lot_or_serial_is_drawn(carrier: Carrier, dots: str) -> None:
    for lot, serial in ((dots, ""), ("A", dots)):
        with pytest.raises(DotsAlone):
            make_label(LabelText("x"), GTIN, carrier=carrier, lot=lot, serial=serial)


@DOTS
def test_such_a_lot_is_not_registered_and_such_a_serial_not_taken(dots: str) -> None:
    assert [finding.code for finding in check_lot({"lot": dots})] == ["identify.dots-alone"]
    with pytest.raises(SerialFileWrong) as told:
        serials(f"A1\n{dots}\n".encode())
    assert [(finding.code, finding.pointer) for finding in told.value.findings] == [("identify.dots-alone", "line 2")]
    for lot, serial in ((dots, ""), ("", dots)):
        with pytest.raises(DotsAlone):
            product(GTIN, lot, serial)
