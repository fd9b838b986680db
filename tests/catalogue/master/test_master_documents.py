"""Master data in the header of documents: versions by date, nothing twice, nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.master import documents, find, rules
from app.runtime import Runtime
from tests.builders import make_enterprise
from tests.catalogue.master.said import GTIN, HOUSE, HOUSE_URN, LOCATION, PRODUCT, at, element, header, say


def _names(on: Runtime, party_id: int, **wish: Any) -> list[str]:
    day = wish.pop("day", 30)
    with on.store.reading() as connection:
        return [each.name for each in find.elements(connection, party_id, find.Wish(**wish), at=at(day))]


def test_what_a_document_says_counts_from_then_on(on: Runtime) -> None:
    ours = make_enterprise(on)
    assert say(on, ours.party_id, at(10), header(LOCATION, element(HOUSE_URN, "Nhà đóng gói cũ"))) == 1
    assert say(on, ours.party_id, at(20), header(LOCATION, element(HOUSE, "Nhà đóng gói mới"))) == 1
    assert [_names(on, ours.party_id, day=day) for day in (9, 10, 19, 20)] == [
        [], ["Nhà đóng gói cũ"], ["Nhà đóng gói cũ"], ["Nhà đóng gói mới"],
    ]  # fmt: skip


def test_what_is_said_again_in_another_spelling_adds_no_version(on: Runtime) -> None:
    ours = make_enterprise(on)
    first = header(LOCATION, element(HOUSE_URN, "Nhà đóng gói", city="Lai Châu"))
    again = header("https://ns.gs1.org/epcis/BusinessLocation", element("https://vuon.example.vn/414/9521001000000"))
    again["epcisMasterData"]["vocabularyList"][0]["vocabularyElementList"][0]["attributes"] = [
        {"id": "cbvmda:city", "attribute": "Lai Châu"},
        {"id": "gs1:name", "attribute": "Nhà đóng gói"},
    ]
    assert say(on, ours.party_id, at(10), first) == 1
    assert say(on, ours.party_id, at(11), first) == 0
    assert say(on, ours.party_id, at(12), again) == 0


def test_a_version_that_returns_to_what_was_before_is_a_version(on: Runtime) -> None:
    ours = make_enterprise(on)
    added = [say(on, ours.party_id, at(day), header(LOCATION, element(HOUSE, name))) for day, name in ((1, "A"), (2, "B"), (3, "A"))]
    assert added == [1, 1, 1]


def test_a_header_without_master_data_costs_no_query(on: Runtime) -> None:
    empty: list[Any] = [None, {}, {"epcisMasterData": {}}, {"epcisMasterData": {"vocabularyList": [{"type": LOCATION}]}}]
    for nothing in empty:
        assert documents.prepare(nothing, 1, 2, at(1)) == []
        assert documents.findings(nothing) == []
        assert not documents.carries(nothing)
    assert on.store.write(lambda tx: documents.keep(tx, [])) == 0


def test_an_element_that_stands_twice_says_what_it_says_last(on: Runtime) -> None:
    ours = make_enterprise(on)
    assert say(on, ours.party_id, at(1), header(LOCATION, element(HOUSE_URN, "A"), element(HOUSE, "B"))) == 1
    assert _names(on, ours.party_id) == ["B"]


def test_hundreds_of_elements_are_kept_and_recognised(on: Runtime) -> None:
    ours = make_enterprise(on)
    many = header(PRODUCT, *(element(f"urn:example:mat-hang:{number}", f"Hàng {number}") for number in range(900)))
    assert say(on, ours.party_id, at(1), many) == 900
    many["epcisMasterData"]["vocabularyList"][0]["vocabularyElementList"][7]["attributes"][0]["attribute"] = "Hàng bảy"
    assert say(on, ours.party_id, at(2), many) == 1


def test_another_organisation_sees_nothing_of_it(on: Runtime) -> None:
    ours, theirs = make_enterprise(on), make_enterprise(on, "HTX Người Khác", "9521009")
    say(on, ours.party_id, at(1), header(LOCATION, element(HOUSE, "Kho bí mật")))
    assert _names(on, theirs.party_id) == []
    with on.store.reading() as connection:
        assert find.names(connection, theirs.party_id, [HOUSE]).of(HOUSE, 0) is None


def test_elements_are_found_by_kind_vocabulary_identifier_and_name(on: Runtime) -> None:
    ours = make_enterprise(on)
    say(on, ours.party_id, at(1), header(LOCATION, element(HOUSE, "Nhà đóng gói Sông Thái Bình"), element("urn:uuid:vuon", "Vườn Đồi")))
    say(on, ours.party_id, at(1), header(PRODUCT, element(GTIN, descriptionShort="Vải thiều Thanh Hà")))
    say(on, ours.party_id, at(1), header("https://example.vn/Giong", element("urn:example:giong:1", "Giống vải lai"), element(GTIN, "Tem")))
    assert _names(on, ours.party_id, kind="products") == ["Tem", "Vải thiều Thanh Hà"]
    assert _names(on, ours.party_id, kind="other") == ["Giống vải lai"]
    assert _names(on, ours.party_id, kind="parties") == []
    assert _names(on, ours.party_id, vocabulary="bizLocation", element=HOUSE_URN) == ["Nhà đóng gói Sông Thái Bình"]
    assert _names(on, ours.party_id, search="dong goi song") == ["Nhà đóng gói Sông Thái Bình"]
    assert _names(on, ours.party_id, search=HOUSE_URN) == ["Nhà đóng gói Sông Thái Bình"]
    assert _names(on, ours.party_id, search="9521001000017") == ["Tem", "Vải thiều Thanh Hà"]
    with on.store.reading() as connection:
        assert find.counts(connection, ours.party_id, at(30)) == {"products": 2, "places": 2, "parties": 0, "other": 1}


def test_pages_of_a_search_follow_one_another(on: Runtime) -> None:
    ours = make_enterprise(on)
    say(on, ours.party_id, at(1), header(LOCATION, *(element(f"urn:example:kho:{number}", f"Kho {number}") for number in range(7))))
    with on.store.reading() as connection:
        pages = [
            [each.name for each in find.elements(connection, ours.party_id, find.Wish(search=word), at=at(2), page=page, count=3)]
            for word in ("", "kho")
            for page in (1, 2, 3)
        ]
    assert pages[:3] == pages[3:] == [["Kho 0", "Kho 1", "Kho 2"], ["Kho 3", "Kho 4", "Kho 5"], ["Kho 6"]]


def test_descendants_are_found_through_circles(on: Runtime) -> None:
    ours = make_enterprise(on)
    yard, room, shelf = "urn:example:san", "urn:example:phong", "urn:example:ke"
    circle = header(LOCATION, element(HOUSE_URN, children=(yard,)), element(yard, children=(room, HOUSE)), element(room, children=(shelf,)))
    say(on, ours.party_id, at(1), circle)
    with on.store.reading() as connection:
        assert find.descendants(connection, ours.party_id, [HOUSE], at(2)) == {HOUSE, yard, room, shelf}
        assert find.descendants(connection, ours.party_id, [HOUSE_URN], at(2), ["ReadPoint"]) == {HOUSE}
        assert find.descendants(connection, ours.party_id, [room], at(2), ["bizLocation"]) == {room, shelf}


def test_the_history_tells_what_changed_and_where_it_came_from(on: Runtime) -> None:
    ours = make_enterprise(on)
    say(on, ours.party_id, at(1), header(LOCATION, element(HOUSE_URN, "A", city="Lai Châu")), document_id=41)
    say(on, ours.party_id, at(2), header(LOCATION, element(HOUSE, "B", children=("urn:example:ke",), city="Lai Châu")), document_id=42)
    with on.store.reading() as connection:
        newest, oldest = find.versions(connection, ours.party_id, HOUSE)
    assert newest.differences == (("name", "A", "B"), ("children", "", "urn:example:ke"))
    assert oldest.differences == (("name", "", "A"), ("city", "", "Lai Châu"))
    assert [(each.document_id, each.as_sent) for each in (newest, oldest)] == [(42, HOUSE), (41, HOUSE_URN)]


def test_wrong_master_data_have_a_pointer_into_the_document() -> None:
    wrong = header(LOCATION, element(HOUSE, "A"), element("no uri", "B", children=("x",)))
    wrong["epcisMasterData"]["vocabularyList"][0]["vocabularyElementList"][0]["attributes"][0]["attribute"] = "\x01"
    start = "/epcisHeader/epcisMasterData/vocabularyList/0/vocabularyElementList"
    assert [(each.code, each.pointer) for each in documents.findings(wrong)] == [
        ("catalogue.master-character", f"{start}/0/attributes/0/attribute"),
        ("catalogue.master-not-uri", f"{start}/1/id"),
        ("catalogue.master-not-uri", f"{start}/1/children/0"),
    ]


def test_a_header_has_a_largest_number_of_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ELEMENTS", 3)
    assert documents.findings(header(LOCATION, *[element(HOUSE)] * 3)) == []
    (found,) = documents.findings(header(LOCATION, *[element(HOUSE)] * 4))
    assert found.code == "catalogue.master-too-many-elements"


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["type", "id", "attributes", "attribute", "children", "vocabularyElementList", "x"]), inner, max_size=4
        ),
    ),
    max_leaves=12,
)


@given(_JSON)
def test_no_header_breaks_the_judge(value: Any) -> None:
    for said in (value, {"epcisMasterData": value}, {"epcisMasterData": {"vocabularyList": value}}):
        if not documents.findings(said):
            rows = documents.prepare(said, 1, 2, at(1))
            assert len({(row.vocabulary, row.element) for row in rows}) == len(rows)
