"""Which file holds which labels: nothing twice, nothing left out, whole sheets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.label.drawing.layouts import LAYOUTS
from app.label.drawing.printer import PART
from app.label.folder.asked import FORMS, Asked
from app.label.folder.parts import parts
from app.label.symbols.carrier import Carrier


def request(form: str, count: int, sheet: str = "roll-70x40", first_place: int = 0) -> Asked:
    return Asked("09521234543213", Carrier.QR_DL, form, count, sheet, first_place=first_place)


@given(st.sampled_from(FORMS), st.integers(1, 5000), st.sampled_from(sorted(LAYOUTS)), st.data())
def test_every_label_is_in_one_file(form: str, count: int, sheet: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, LAYOUTS[sheet].on_a_page - 1))
    found = parts(request(form, count, sheet, first))
    assert [index for part in found for index in range(part.start, part.stop)] == list(range(count))
    assert len({part.name for part in found}) == len(found)
    assert [part.name for part in found] == sorted(part.name for part in found)
    assert all(part.stop - part.start <= PART for part in found) or form == "csv"


@pytest.mark.parametrize(
    ("form", "count", "names"),
    [
        ("png", 1, ["label-00001.png"]),
        ("svg", 2, ["label-00001.svg", "label-00002.svg"]),
        ("zpl", 1000, ["labels.zpl"]),
        ("zpl", 1001, ["labels-001.zpl", "labels-002.zpl"]),
        ("pdf", 1000, ["labels.pdf"]),
        ("csv", 5000, ["labels.csv"]),
    ],
)
def test_files_are_numbered_only_when_there_are_several(form: str, count: int, names: list[str]) -> None:
    assert [part.name for part in parts(request(form, count))] == names


def test_a_file_of_sheets_ends_with_a_full_sheet() -> None:
    found = parts(request("pdf", 3000, "a4-3x8", first_place=5))
    assert [(part.stop - part.start) for part in found] == [984 - 5, 984, 984, 3000 - 3 * 984 + 5]


def test_a_hundred_thousand_pictures_have_names_of_one_length() -> None:
    found = parts(request("png", 100_000))
    assert (found[0].name, found[-1].name) == ("label-000001.png", "label-100000.png")
