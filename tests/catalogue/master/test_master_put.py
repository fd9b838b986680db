"""Saying something of an element by API or form: a version per change, never an update."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.master import find, put
from app.catalogue.master.free_lines import from_form, to_form
from app.catalogue.master.rules import PLACE_FIELDS, Attribute
from app.party.permissions import ANONYMOUS, NotAllowed, Permission, Role, SignInNeeded
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise
from tests.catalogue.master.said import GTIN, HOUSE, HOUSE_URN, LOCATION, NAME, at, element, header, say


def _put(on: Runtime, ours: Enterprise, name: str, valid_from: str = "", uri: str = HOUSE) -> bool:
    values = {"attributes": [{"id": NAME, "attribute": name}], "valid_from": valid_from}
    return put.put("BusinessLocation", uri, values, by=ours.actor(), on=on).changed


def _name(on: Runtime, ours: Enterprise, text: str) -> str | None:
    with on.store.reading() as connection:
        found = find.at_instant(connection, ours.party_id, HOUSE, put.instant_of(text, end=True))
    return found[0].name if found else None


def test_a_version_counts_from_its_day_until_the_next_one(on: Runtime) -> None:
    ours = make_enterprise(on)
    assert _put(on, ours, "Mới", "2026-06-10")
    assert _put(on, ours, "Cũ", "2026-06-01", HOUSE_URN)
    assert [_name(on, ours, f"2026-06-{day:02d}") for day in (1, 9, 10, 30)] == ["Cũ", "Cũ", "Mới", "Mới"]
    assert _name(on, ours, "2026-05-31") is None


def test_what_is_said_last_of_a_day_counts_on_that_day(on: Runtime) -> None:
    ours = make_enterprise(on)
    say(on, ours.party_id, at(10, 9), header(LOCATION, element(HOUSE, "Từ tài liệu")))
    assert _put(on, ours, "Sửa lại", "2026-06-10")
    assert _name(on, ours, "2026-06-10") == "Sửa lại"


def test_saying_the_same_again_adds_nothing(on: Runtime) -> None:
    ours = make_enterprise(on)
    assert [_put(on, ours, "Kho"), _put(on, ours, "Kho"), _put(on, ours, "Kho", "2026-06-25")] == [True, False, False]


def test_a_day_begins_at_midnight_of_viet_nam() -> None:
    assert put.instant_of("2026-06-12") == put.instant_of("2026-06-12T00:00:00+07:00")
    assert put.instant_of("2026-06-12", end=True) == put.instant_of("2026-06-13") - timedelta(microseconds=1)


@pytest.mark.parametrize("text", ["hôm qua", "2026-02-30", "20260612", "2026-06-12T08:00:00", "0001-01-01", "9999-12-31", "2026-W24-5", ""])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(put.NotADay):
        put.instant_of(text)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    try:
        read = put.instant_of(text)
    except put.NotADay:
        return
    assert read.tzinfo is not None


def test_a_removed_element_is_gone_from_then_on_and_may_return(on: Runtime) -> None:
    ours = make_enterprise(on)
    _put(on, ours, "Kho", "2026-06-01")
    assert put.remove("bizLocation", HOUSE_URN, "2026-06-10", by=ours.actor(), on=on).changed
    assert not put.remove(LOCATION, HOUSE, "2026-06-11", by=ours.actor(), on=on).changed
    assert [_name(on, ours, f"2026-06-{day:02d}") for day in (9, 10)] == ["Kho", None]
    assert _put(on, ours, "Kho", "2026-06-15")
    assert _name(on, ours, "2026-06-15") == "Kho"
    with on.store.reading() as connection:
        assert [each.removed for each in find.versions(connection, ours.party_id, HOUSE)] == [False, True, False]


def test_nothing_can_be_removed_that_was_never_said(on: Runtime) -> None:
    with pytest.raises(find.NoSuchElement):
        put.remove(LOCATION, HOUSE, by=make_enterprise(on).actor(), on=on)


def test_products_need_another_permission_than_places(on: Runtime) -> None:
    ours = make_enterprise(on)
    carrier = ours.actor(Role.CARRIER)
    assert put.put("ReadPoint", HOUSE, {}, by=carrier, on=on).changed
    for vocabulary, uri in (("EPCClass", GTIN), ("https://example.vn/giong", GTIN)):
        with pytest.raises(NotAllowed) as refusal:
            put.put(vocabulary, uri, {}, by=carrier, on=on)
        assert refusal.value.params["permission"] == Permission.CATALOGUE_PRODUCT_WRITE
    with pytest.raises(SignInNeeded):
        put.put("ReadPoint", HOUSE, {}, by=ANONYMOUS, on=on)


@pytest.mark.parametrize(
    ("vocabulary", "uri", "values", "code"),
    [
        ("Vườn", HOUSE, {}, "catalogue.master-vocabulary"),
        ("ReadPoint", "vườn của tôi", {}, "catalogue.master-not-uri"),
        ("ReadPoint", "urn:x:" + "y" * 2048, {}, "catalogue.master-not-uri"),
        ("ReadPoint", HOUSE, {"attributes": 7}, "catalogue.master-attributes"),
        ("ReadPoint", HOUSE, {"children": "x"}, "catalogue.master-children"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_findings(on: Runtime, vocabulary: str, uri: str, values: dict[str, Any], code: str) -> None:
    with pytest.raises(put.MasterDataInvalid) as refusal:
        put.put(vocabulary, uri, values, by=make_enterprise(on).actor(), on=on)
    assert [each.code for each in refusal.value.findings] == [code]


_NAMES = st.lists(st.tuples(st.integers(1, 28), st.sampled_from("ABC")), min_size=1, max_size=6)


@given(_NAMES)
def test_at_every_day_the_version_with_the_latest_beginning_counts(said: list[tuple[int, str]]) -> None:
    """Against the plainest model there is: days and names in a dictionary."""
    versions = dict(said)
    kept = tuple(
        find.Version(LOCATION, HOUSE, HOUSE, at(day), day, removed=False, document_id=None, actor=None, attributes=(Attribute(NAME, name),))
        for day, name in sorted(versions.items())
    )
    names = find.Names({HOUSE: kept})
    for day in range(1, 29):
        before = [number for number in sorted(versions) if number <= day]
        expected = versions[before[-1] if before else min(versions)]
        found = names.of(HOUSE_URN, int(at(day).timestamp() * 1_000_000))
        assert found is not None
        assert found.name == expected


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)
_VALUE = st.one_of(_TEXT, st.integers(-99, 99), st.booleans(), st.dictionaries(_TEXT, _TEXT, max_size=2), st.lists(_TEXT, max_size=2))
_IDS = st.sampled_from(["urn:epcglobal:cbv:mda:name", "cbvmda:city", "https://example.vn/mda/x", "gs1:sst", "urn:epcglobal:cbv:mda:note"])


@given(st.lists(st.builds(Attribute, _IDS, _VALUE), max_size=6))
def test_a_form_that_nobody_changed_says_what_was_said(attributes: list[Attribute]) -> None:
    filled = to_form(attributes, PLACE_FIELDS)
    typed = {name: " ".join(text.split("\n")) if name != "more" else text for name, text in filled.items()}
    told, found = from_form(typed, PLACE_FIELDS, attributes)
    assert found == []
    blank = [each for each in attributes if each.value == "" and each.name in PLACE_FIELDS]
    by_id = sorted((each.id, repr(each.value)) for each in attributes if each not in blank)
    assert sorted((each["id"], repr(each["attribute"])) for each in told if each["attribute"] != "") == [
        pair for pair in by_id if pair[1] != "''"
    ]


def test_lines_that_cannot_be_read_are_told() -> None:
    _, found = from_form({"more": "diện tích 2 ha\n= 3\nx = {\n\ny = 1"}, ())
    assert [(each.code, each.value) for each in found] == [
        ("catalogue.master-line", "diện tích 2 ha"), ("catalogue.master-line", "= 3"), ("catalogue.master-line", "{"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "urn:\x07:x", "urn:x y"])
def test_an_identifier_that_nobody_can_write_is_refused(on: Runtime, text: str) -> None:
    with pytest.raises(put.MasterDataInvalid):
        put.put("ReadPoint", text, {}, by=make_enterprise(on).actor(), on=on)
