"""Made-up data of every carrier for the tests of this folder; prefix 952 is GS1's own for examples."""

from __future__ import annotations

from hypothesis import strategies as st

from app.identify import check_digit
from app.label.symbols.carrier import Carrier, Pairs

SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
GTIN = "09521234543213"
CARTON = "19521234543210"
GTIN_8 = "95212340"
SSCC = "095212340000000013"

USUAL: dict[Carrier, Pairs] = {
    Carrier.QR_DL: (("01", GTIN), ("10", "L2026A"), ("21", "7K3M9P2XQ4RT"), ("17", "260731")),
    Carrier.GS1_DATAMATRIX: (("01", GTIN), ("10", "L2026A"), ("21", "7K3M9P2XQ4RT"), ("17", "260731")),
    Carrier.GS1_128: (("01", GTIN), ("10", "L2026A"), ("17", "260731"), ("3103", "000500")),
    Carrier.GS1_QR: (("01", GTIN), ("10", "L2026A"), ("21", "7K3M9P2XQ4RT"), ("17", "260731")),
    Carrier.EAN_13: (("01", GTIN), ("10", "L2026A")),
    Carrier.EAN_8: (("01", GTIN_8),),
    Carrier.ITF_14: (("01", CARTON),),
    Carrier.DM_DL: (("01", GTIN), ("10", "L2026A"), ("21", "7K3M9P2XQ4RT"), ("17", "260731")),
    Carrier.SSCC: (("00", SSCC), ("01", GTIN), ("37", "48"), ("10", "L2026A"), ("17", "260731")),
}
IDENTIFIERS = {
    Carrier.QR_DL: "]Q1",
    Carrier.GS1_DATAMATRIX: "]d2",
    Carrier.GS1_128: "]C1",
    Carrier.GS1_QR: "]Q3",
    Carrier.EAN_13: "]E0",
    Carrier.EAN_8: "]E4",
    Carrier.ITF_14: "]I1",
    Carrier.DM_DL: "]d1",
    Carrier.SSCC: "]C1",
}


def with_check_digit(body: str) -> str:
    """The digits with the check digit that belongs to them."""
    return body + check_digit.digit(body)


_days = st.dates().map(lambda day: f"{day:%m%d}")
_dates = st.tuples(st.integers(0, 99).map("{:02}".format), _days.filter(lambda day: day != "0229")).map("".join)
_texts = st.text(SET_82, min_size=1, max_size=20)
_weights = st.integers(0, 999999).map("{:06}".format)
_values = {"10": _texts, "11": _dates, "15": _dates, "17": _dates, "21": _texts, "22": _texts, "240": _texts, "3103": _weights}


def gtins(*, carton: bool = False) -> st.SearchStrategy[str]:
    """GTIN-14 of made-up goods or cartons."""
    body = st.integers(0, 10**9 - 1).map("952{:09}".format)
    return body.map(lambda digits: with_check_digit(("1" if carton else "0") + digits))


@st.composite
def elements(draw: st.DrawFn, longest: int = 20) -> Pairs:
    """A GTIN and up to five other AIs in any order; texts of at most so many characters."""
    held = [("01", draw(gtins()))]
    for ai in draw(st.lists(st.sampled_from(sorted(_values)), unique=True, max_size=5)):
        value = draw(_values[ai])
        held.append((ai, value[:longest] if ai in ("10", "21", "22", "240") else value))
    return tuple(draw(st.permutations(held)))
