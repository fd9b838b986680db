"""What is asked for at the command line: dates, further identifiers, and that it can be written down whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from app.errors import Invalid
from app.identify.refusals import WrongDate
from app.label.drawing.design import LabelText
from app.label.folder import asked
from app.label.folder.asked import Asked, Numbers, SaidTwice, from_json, read_expiry, read_further
from app.label.refusals import ExpiryWrong
from app.label.symbols.carrier import Carrier

GTIN = "09521234543213"


@pytest.mark.parametrize("text", ["2026-12-31", "261231", "31/12/2026", " 31/12/2026 "])
def test_a_date_is_read_as_people_write_it(text: str) -> None:
    assert read_expiry(text) == date(2026, 12, 31)


def test_no_date_is_no_date() -> None:
    assert read_expiry("") is None


@pytest.mark.parametrize(
    "text", ["2026-13-01", "261301", "01/13/2026", "2026-02-30", "260200", "31.12.2026", "tomorrow", "\uff12\uff16\uff11\uff12\uff13\uff11"]
)
def test_a_month_13_and_other_days_that_do_not_exist_are_refused_with_their_place(text: str) -> None:
    with pytest.raises(ExpiryWrong) as refused:
        read_expiry(text)
    assert (refused.value.pointer, refused.value.params["expiry"]) == ("/expiry", text)


def test_further_identifiers_are_read_in_brackets() -> None:
    assert read_further("(3103)000500(15)270101") == (("3103", "000500"), ("15", "270101"))
    assert read_further("") == ()


def test_a_further_identifier_that_has_its_own_option_is_refused() -> None:
    with pytest.raises(SaidTwice) as refused:
        read_further("(15)270101(10)L2")
    assert refused.value.params == {"ai": "10", "option": "--lot"}


def test_a_wrong_further_identifier_is_refused() -> None:
    with pytest.raises(WrongDate):
        read_further("(15)271301")


WHOLE = Asked(
    GTIN, Carrier.GS1_128, "zpl", 3, "roll-70x40", "L1", date(2026, 12, 31), 203, "Vải thiều", "Ngạn Xanh", "Công ty", "500 g", ("a", "b"),
    b"\x89PNG", "https://nhan.example", (("3103", "000500"),), 4, 1.5, -2.0, 7, 500, "Hợp tác xã", serialised=True,
)  # fmt: skip


def test_a_request_is_read_as_it_was_written_down() -> None:
    assert from_json(json.loads(json.dumps(WHOLE.to_json()))) == WHOLE


@pytest.mark.parametrize("change", [{"carrier": "qr"}, {"expiry": "x"}, {"logo": "?"}, {"more": [["1"]]}, {"unknown": 1}])
def test_a_changed_record_is_no_request(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        from_json(WHOLE.to_json() | change)


def test_rolls_count_anew_and_positions_go_on() -> None:
    rolls = Asked(GTIN, Carrier.QR_DL, "pdf", 600, "roll-70x40", per_roll=500)
    assert [label.position for label in rolls.labels(Numbers(), 499, 501)] == ["R1 · 00500", "R2 · 00501"]
    assert replace(rolls, per_roll=None).labels(Numbers(), 2, 3)[0].position == ""


@pytest.mark.parametrize(
    ("lot", "serials"),
    [("L" * 21, ()), ("Lô 1", ()), ("L1", ("A B",)), ("L1", ("A", "B" * 21))],
    ids=["long", "accent", "space", "longest"],
)
def test_values_that_their_identifier_does_not_allow_are_refused(lot: str, serials: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        asked.check(Asked(GTIN, Carrier.EAN_13, "pdf", 2, "roll-70x40", lot), Numbers(serials))


def test_one_sscc_is_for_all_labels_and_several_are_for_one_each() -> None:
    assert [Numbers((), ("A",)).sscc(index) for index in (0, 1)] == ["A", "A"]
    assert [Numbers((), ("A", "B")).sscc(index) for index in (0, 1)] == ["A", "B"]
    assert Numbers().serial(5) == ""


def test_a_label_says_what_was_asked_for() -> None:
    made = WHOLE.label(LabelText("Vải"), "S1", "")
    assert made.hri == "(01)09521234543213 (10)L1 (17)261231 (21)S1 (3103)000500"
