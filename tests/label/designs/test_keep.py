from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.errors import Refusal
from app.label.designs import find, keep, rules
from app.label.drawing.layouts import LAYOUTS
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise

VALUES = {"name": "Cuộn 70 × 40 có logo", "layout": "roll-70x40", "carrier": "qr-dl", "lines": ["Bảo quản 0–4 °C"]}


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def _read(on: Runtime, firm: Enterprise, design_id: int) -> Any:
    with on.store.reading() as connection:
        return find.design(connection, firm.party_id, design_id)


def _names(on: Runtime, firm: Enterprise) -> list[str]:
    with on.store.reading() as connection:
        return [row.name for row in find.designs(connection, firm.party_id)]


def _refused(call: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value


def test_a_design_comes_back_as_it_was_kept(on: Runtime, firm: Enterprise) -> None:
    design_id = keep.make(VALUES | {"ean13": "never", "show_brand": False}, png(), by=firm.actor(Role.MEMBER), on=on)
    row = _read(on, firm, design_id)
    made = rules.of_row(row)
    assert rules.as_values(made) == VALUES | {
        "ean13": "never", "show_brand": False, "show_producer": True, "show_net_content": True, "data_titles": False,
    }  # fmt: skip
    assert (row.logo_type, made.wishes.logo[:4]) == ("image/png", b"\x89PNG")  # type: ignore[index]  # it has one


@given(
    st.fixed_dictionaries(
        {
            "name": st.text("aạÂ9 ·", min_size=1, max_size=rules.LONGEST_NAME),
            "layout": st.sampled_from(sorted(LAYOUTS)),
            "carrier": st.sampled_from([str(carrier) for carrier in rules.CARRIERS]),
            "lines": st.lists(st.text("bặ é", min_size=1, max_size=rules.LONGEST_LINE), max_size=rules.MOST_LINES),
            "ean13": st.sampled_from(list(rules.EAN_13)),
            **{name: st.booleans() for name in rules.FLAGS},
        }
    )
)
def test_what_a_design_says_survives_being_written_and_read(values: dict[str, Any]) -> None:
    made = rules.draft(values)
    row = type(
        "Row", (), {"name": made.name, "layout": made.layout, "carrier": str(made.carrier), "texts": made.wishes.as_json(), "logo": None}
    )
    assert rules.as_values(rules.of_row(row)) == values


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"name": ""}, "party.field-missing", "/name"),
        ({"name": "n" * 61}, "party.field-too-long", "/name"),
        ({"name": 7}, "party.field-not-text", "/name"),
        ({"layout": "a5"}, "designs.choice-unknown", "/layout"),
        ({"layout": ["a4-3x8"]}, "designs.choice-unknown", "/layout"),
        ({"carrier": "sscc"}, "designs.choice-unknown", "/carrier"),
        ({"ean13": True}, "designs.choice-unknown", "/ean13"),
        ({"show_brand": "yes"}, "designs.field-type", "/show_brand"),
        ({"lines": "one"}, "designs.field-type", "/lines"),
        ({"lines": ["a"] * 5}, "designs.lines", "/lines"),
        ({"lines": ["l" * 81]}, "party.field-too-long", "/lines"),
        ({"lines": ["a\nb"]}, "designs.lines", "/lines"),
    ],
)
def test_a_field_that_is_wrong_is_named(wrong: dict[str, Any], code: str, pointer: str) -> None:
    refusal = _refused(lambda: rules.draft(VALUES | wrong))
    assert [(finding.code, finding.pointer) for finding in refusal.findings] == [(code, pointer)]


def test_the_longest_name_and_lines_are_taken() -> None:
    made = rules.draft(VALUES | {"name": "n" * 60, "lines": ["l" * 80] * 4})
    assert (len(made.name), len(made.wishes.lines)) == (60, 4)


def test_two_designs_in_use_have_different_names(on: Runtime, firm: Enterprise) -> None:
    by = firm.actor()
    first = keep.make(VALUES, by=by, on=on)
    refusal = _refused(lambda: keep.make(VALUES, by=by, on=on))
    assert (refusal.code, refusal.pointer) == ("designs.name-taken", "/name")
    keep.change(first, VALUES | {"layout": "a4-2x5"}, by=by, on=on)
    assert _read(on, firm, first).layout == "a4-2x5"
    other = keep.make(VALUES | {"name": "Khác"}, by=by, on=on)
    assert _refused(lambda: keep.change(other, VALUES, by=by, on=on)).code == "designs.name-taken"


def test_a_copy_has_everything_but_the_name(on: Runtime, firm: Enterprise) -> None:
    by = firm.actor()
    first = keep.make(VALUES, png(), by=by, on=on)
    copies = [keep.copy(first, by=by, on=on) for _ in range(2)]
    assert [_read(on, firm, each).name for each in copies] == [f"{VALUES['name']} (2)", f"{VALUES['name']} (3)"]
    assert _read(on, firm, copies[0]).logo == _read(on, firm, first).logo


def test_the_name_of_a_copy_is_never_too_long() -> None:
    assert rules.next_name("n" * 60, ["n" * 60]) == "n" * 56 + " (2)"


def test_a_removal_can_be_taken_back(on: Runtime, firm: Enterprise) -> None:
    by = firm.actor()
    design_id = keep.make(VALUES, by=by, on=on)
    keep.remove(design_id, by=by, on=on)
    assert _names(on, firm) == []
    assert _refused(lambda: keep.remove(design_id, by=by, on=on)).code == "designs.no-such-design"
    keep.restore(design_id, by=by, on=on)
    keep.restore(design_id, by=by, on=on)
    assert _names(on, firm) == [VALUES["name"]]


def test_a_removed_design_whose_name_was_given_away_stays_removed(on: Runtime, firm: Enterprise) -> None:
    by = firm.actor()
    design_id = keep.make(VALUES, by=by, on=on)
    keep.remove(design_id, by=by, on=on)
    keep.make(VALUES, by=by, on=on)
    assert _refused(lambda: keep.restore(design_id, by=by, on=on)).code == "designs.name-taken"


def test_a_logo_is_put_and_taken_away(on: Runtime, firm: Enterprise) -> None:
    by = firm.actor()
    design_id = keep.make(VALUES, by=by, on=on)
    keep.set_logo(design_id, png("blue"), by=by, on=on)
    assert _read(on, firm, design_id).logo_type == "image/png"
    keep.change(design_id, VALUES | {"show_producer": False}, by=by, on=on)
    assert _read(on, firm, design_id).logo is not None
    keep.set_logo(design_id, None, by=by, on=on)
    assert _read(on, firm, design_id).logo_type is None


def test_nobody_keeps_more_designs_than_people_can_choose_from(on: Runtime, firm: Enterprise) -> None:
    by = firm.actor()
    made = [keep.make(VALUES | {"name": f"Mẫu {number}"}, by=by, on=on) for number in range(keep.MOST)]
    assert _refused(lambda: keep.copy(made[0], by=by, on=on)).code == "designs.full"
    keep.remove(made[1], by=by, on=on)
    keep.copy(made[0], by=by, on=on)
    assert _refused(lambda: keep.restore(made[1], by=by, on=on)).code == "designs.full"


def test_designs_of_others_are_as_if_they_were_not_there(on: Runtime, firm: Enterprise) -> None:
    design_id = keep.make(VALUES, by=firm.actor(), on=on)
    stranger = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003").actor()
    acts = (keep.remove, keep.restore, keep.copy)
    assert {_refused(lambda act=act: act(design_id, by=stranger, on=on)).code for act in acts} == {"designs.no-such-design"}
    assert _refused(lambda: keep.change(design_id, VALUES, by=stranger, on=on)).code == "designs.no-such-design"
    assert _refused(lambda: keep.set_logo(design_id, None, by=stranger, on=on)).code == "designs.no-such-design"
