from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify.refusals import WrongCheckDigit, WrongDate
from app.label.refusals import CarrierNeedsKey, NoEan13
from app.label.symbols.carrier import Carrier, Pairs, contents, symbols
from tests.label.symbols.samples import CARTON, GTIN, IDENTIFIERS, SET_82, USUAL

STEM = "https://truy.example"


@pytest.mark.parametrize("by", Carrier)
def test_the_contents_of_every_carrier_are_what_its_symbols_say(by: Carrier) -> None:
    told = contents(by, USUAL[by], STEM)
    assert told == tuple((symbol.text, symbol.identifier) for symbol in symbols(by, USUAL[by], STEM))
    assert told[-1].identifier == IDENTIFIERS[by]


@given(st.sampled_from([Carrier.QR_DL, Carrier.DM_DL, Carrier.GS1_DATAMATRIX, Carrier.GS1_QR]), st.text(SET_82, min_size=1, max_size=20))
def test_every_serial_number_is_told_as_its_symbol_says_it(by: Carrier, serial: str) -> None:
    pairs = (("01", GTIN), ("10", "L1"), ("21", serial))
    assert contents(by, pairs, STEM) == tuple((symbol.text, symbol.identifier) for symbol in symbols(by, pairs, STEM))


@pytest.mark.parametrize(
    ("by", "pairs", "kind"),
    [
        (Carrier.GS1_128, (("01", "09521234543214"),), WrongCheckDigit),
        (Carrier.GS1_QR, (("01", GTIN), ("17", "261301")), WrongDate),
        (Carrier.EAN_13, (("01", CARTON),), NoEan13),
        (Carrier.SSCC, (("01", GTIN),), CarrierNeedsKey),
    ],
)
def test_contents_are_refused_as_symbols_are(by: Carrier, pairs: Pairs, kind: type[Refusal]) -> None:
    for made in (contents, symbols):
        with pytest.raises(kind):
            made(by, pairs)
