from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Invalid
from app.identify.refusals import WrongCheckDigit
from app.label.drawing import design
from app.label.drawing.design import LabelText, Wishes, wishes
from app.label.drawing.layouts import LAYOUTS
from app.label.drawing.refusals import WishesWrong
from app.label.refusals import ExpiryWrong, LayoutUnknown, LetterMissing, LinkDiffers, TextMissing
from app.label.symbols.symbol import Carrier
from tests.label.samples import DAY, LYCHEE, label
from tests.thorough import rounds


def test_people_read_the_identifiers_in_the_order_of_the_standard() -> None:
    assert label().hri.replace(" ", "") == "(01)09521234543213(10)L2026A(17)260731(21)7K3M9P2XQ4RT"


def test_a_label_without_lot_serial_and_expiry_shows_its_gtin() -> None:
    assert replace(label(), lot="", serial="", expiry=None).pairs == (("01", "09521234543213"),)


@pytest.mark.parametrize(
    ("change", "ai"),
    [({"lot": "L2026B"}, "10"), ({"serial": ""}, "21"), ({"expiry": date(2026, 8, 1)}, "17"), ({"gtin": "9520000000004"}, "01")],
)
def test_a_label_that_says_something_else_than_its_qr_is_refused(change: dict[str, Any], ai: str) -> None:
    with pytest.raises(LinkDiffers) as refused:
        design.check(replace(label(), **change))
    assert refused.value.params["ai"] == ai


def test_a_wrong_check_digit_is_refused() -> None:
    with pytest.raises(WrongCheckDigit):
        design.check(replace(label(), gtin="9521234543214"))


def test_a_made_label_agrees_with_its_own_link() -> None:
    made = design.make_label(LYCHEE, "9521234543213", lot="L/1", serial="A%B", expiry=DAY, stem="https://truyxuat.example/t")
    assert made.digital_link == "https://truyxuat.example/t/01/09521234543213/10/L%2F1/21/A%25B?17=260731"
    design.check(made)
    assert made.ean13 is None


def test_a_made_label_of_a_carton_has_no_ean13() -> None:
    made = design.make_label(LYCHEE, "19521234543210")
    assert (made.digital_link, made.ean13) == ("https://id.gs1.org/01/19521234543210", False)


def test_a_made_label_with_an_expiry_out_of_range_is_refused() -> None:
    with pytest.raises(ExpiryWrong):
        design.make_label(LYCHEE, "9521234543213", expiry=date(2050, 1, 1))


@pytest.mark.parametrize("expiry", [date(1999, 12, 31), date(2050, 1, 1), datetime(2026, 7, 31, tzinfo=UTC), "2026-07-31"])
def test_an_expiry_that_is_no_day_of_our_time_is_refused(expiry: Any) -> None:
    with pytest.raises(ExpiryWrong):
        design.check(replace(label(), expiry=expiry))


def test_the_first_and_the_last_day_that_two_digits_can_say_are_accepted() -> None:
    for day in (date(2000, 1, 1), date(2049, 12, 31)):
        changed = label().digital_link.replace("260731", f"{day:%y%m%d}")
        design.check(replace(label(), expiry=day, digital_link=changed))


def test_an_empty_product_name_is_refused() -> None:
    with pytest.raises(TextMissing) as refused:
        design.check(label(text=LabelText(" ")))
    assert refused.value.pointer == "/text/product"


def test_a_letter_outside_the_typeface_is_refused_by_name_and_place() -> None:
    with pytest.raises(LetterMissing) as refused:
        design.check(label(text=replace(LYCHEE, lines=("Lychee", "茘枝"))))
    assert (refused.value.pointer, refused.value.params["letter"]) == ("/text/lines/1", "茘 (U+8318)")


def test_layouts_are_found_by_name_and_an_unknown_name_lists_them() -> None:
    assert design.layout("a4-3x8").on_a_page == 24
    with pytest.raises(LayoutUnknown) as refused:
        design.layout("a5")
    assert refused.value.params["known"] == ", ".join(LAYOUTS)


@pytest.mark.parametrize("name", LAYOUTS)
def test_labels_of_a_page_stay_on_the_paper_and_apart(name: str) -> None:
    layout = LAYOUTS[name]
    corners = list(layout.corners())
    assert len(corners) == len(set(corners)) == layout.on_a_page
    assert max(x for x, _ in corners) + layout.width <= layout.paper[0] + 1e-9
    assert max(y for _, y in corners) + layout.height <= layout.paper[1] + 1e-9
    if layout.on_a_page > 1:
        assert layout.across >= layout.width
        assert layout.down >= layout.height


def test_further_identifiers_stand_in_the_link_and_are_read_by_people() -> None:
    made = design.make_label(LYCHEE, "9521234543213", lot="A", more=(("3103", "000500"),))
    assert made.digital_link == "https://id.gs1.org/01/09521234543213/10/A?3103=000500"
    assert made.hri.replace(" ", "") == "(01)09521234543213(10)A(3103)000500"
    design.check(made)


def test_the_goods_of_a_logistic_unit_are_its_content_with_their_count() -> None:
    made = design.make_label(LYCHEE, "9521234543213", lot="A", sscc="095212340000000013", quantity=48, carrier=Carrier.SSCC)
    assert made.pairs == (("00", "095212340000000013"), ("02", "09521234543213"), ("10", "A"), ("37", "48"))


def test_a_further_identifier_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(Invalid):
        design.make_label(LYCHEE, "9521234543213", more=(("3103", "0005"),))


def test_the_wishes_of_a_design_come_back_from_their_json() -> None:
    kept = Wishes(show_brand=False, lines=("Bảo quản 2-5 °C",), data_titles=True, ean13=False)
    assert wishes(kept.as_json()) == kept
    assert wishes("{}") == Wishes()


@settings(max_examples=rounds(40))
@given(
    st.builds(
        Wishes,
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.lists(st.text(), max_size=4).map(tuple),
        st.booleans(),
        st.sampled_from((None, True, False)),
    )
)
def test_any_wishes_come_back_from_their_json(kept: Wishes) -> None:
    assert wishes(kept.as_json()) == kept


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("no", "-"),
        ("[]", "-"),
        ('{"shown": true}', "shown"),
        ('{"ean13": 1}', "ean13"),
        ('{"lines": [1]}', "lines"),
        ('{"data_titles": null}', "data_titles"),
    ],
)
def test_wishes_that_cannot_be_read_are_refused_by_name(written: str, field: str) -> None:
    with pytest.raises(WishesWrong) as refused:
        wishes(written)
    assert refused.value.params == {"field": field}


def test_a_label_shows_what_the_enterprise_wishes() -> None:
    said = {"brand": "Ngạn Xanh", "producer": "Công ty", "net_content": "500 g"}
    assert Wishes(show_producer=False, lines=("Giữ lạnh",)).text("Vải", **said) == LabelText("Vải", "Ngạn Xanh", "", "500 g", ("Giữ lạnh",))
    assert Wishes(show_brand=False, show_net_content=False).text("Vải", **said) == LabelText("Vải", producer="Công ty")
