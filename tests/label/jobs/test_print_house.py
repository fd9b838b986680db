"""The table of a print house: what goes in comes out, and no spreadsheet takes a cell for a formula."""

from __future__ import annotations

import csv
from io import StringIO

from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.identify.escape import DOTS
from app.label.drawing.design import LabelText, make_label
from app.label.jobs import print_house
from app.label.symbols.carrier import Carrier, symbols
from tests.label.symbols.samples import GTIN, SET_82, SSCC

VALUES = st.text(SET_82, min_size=1, max_size=20)


def table(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline="")))


@given(VALUES, VALUES)
@example("=1+1", "-2")
@example("-A", "+7")
@example("'", '"')
def test_every_lot_and_serial_stands_there_exactly(lot: str, serial: str) -> None:
    assume(not {lot, serial} & DOTS)
    label = make_label(LabelText("Vải"), GTIN, lot=lot, serial=serial, carrier=Carrier.GS1_DATAMATRIX)
    made = symbols(label.carrier, label.pairs)
    [row] = table(print_house.heading() + print_house.rows([label], [7], 4, ""))
    assert (row["position"], row["roll"], row["place_on_roll"]) == ("7", "2", "3")
    assert row["content"] == made[0].text
    assert (row["lot"], row["serial"], row["digital_link"]) == (lot, serial, label.digital_link)


def test_the_symbols_above_an_sscc_have_a_cell_of_their_own() -> None:
    label = make_label(LabelText("Vải"), GTIN, lot="L1", carrier=Carrier.SSCC, sscc=SSCC, quantity=48)
    [row] = table(print_house.heading() + print_house.rows([label], [1], None, ""))
    assert (row["content"], row["sscc"]) == (f"00{SSCC}", SSCC)
    assert row["further_contents_shown"].startswith(f"02{GTIN}")


def test_fnc1_is_shown_to_people() -> None:
    assert print_house.shown("0109521234543213\x1d21A") == "0109521234543213<GS>21A"


def test_the_columns_stay_where_print_programs_look_for_them() -> None:
    assert list(table(print_house.heading() + b'"1"\r\n')[0])[:9] == [
        "position", "roll", "place_on_roll", "gtin", "lot", "expiry", "serial", "sscc", "carrier",
    ]  # fmt: skip
