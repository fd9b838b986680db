"""Parameters of a question become filters, or are refused by their name: none is left out without a word."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture import times
from app.identify.item_key import item_key
from app.query import filters
from app.query.refusals import QueryParameterLater, QueryParameterUnknown, QueryParameterWrong, TooComplex
from tests import SHARED

EPC = "urn:epc:id:sgtin:9521002.000001.K7M2Q9"
LINK = "https://nhan.example/01/09521002000016/21/K7M2Q9"


def test_values_of_a_list_are_divided_by_a_bar_and_canonical() -> None:
    found = filters.read(
        [
            ("EQ_bizStep", "urn:epcglobal:cbv:bizstep:shipping|https://ref.gs1.org/cbv/BizStep-receiving|packing"),
            ("EQ_readPoint", "urn:epc:id:sgln:9521002.00101.0"),
            ("EQ_action", "ADD|DELETE"),
        ]
    )
    assert dict(found.columns) == {
        "biz_step": ("shipping", "receiving", "packing"),
        "read_point": ("https://id.gs1.org/414/9521002001013",),
        "action": ("ADD", "DELETE"),
    }


def test_a_list_may_be_repeated() -> None:
    assert filters.read([("eventType", "ObjectEvent"), ("eventType", "AggregationEvent")]).columns == (
        ("kind", ("ObjectEvent", "AggregationEvent")),
    )


def test_one_item_in_two_spellings_is_one_item() -> None:
    found = filters.read([("MATCH_anyEPC", f"{EPC}|{LINK}")]).epcs
    assert found is not None
    assert [key[:3] for key in found] == [item_key(EPC)[:3]]


def test_times_are_read_with_their_offset_also_where_the_plus_was_not_encoded() -> None:
    found = filters.read([("GE_eventTime", "2026-06-12T19:30:00 07:00"), ("LT_recordTime", "2026-06-12T12:30:00Z")])
    assert found.event_time == (times.micros("2026-06-12T12:30:00Z"), None)
    assert found.record_time == (None, times.micros("2026-06-12T19:30:00+07:00"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EQ_action", "MOVE"), ("GE_eventTime", "2026-06-12"), ("LT_eventTime", "2026-06-12T12:30:00"), ("EQ_bizStep", ""),
        ("EQ_bizStep", "a||b"), ("MATCH_anyEPC", "urn:epc:idpat:sgtin:9521002.000001.*"), ("MATCH_anyEPC", "urn:epc:id:sgtin:*"),
        ("GE_recordTime", "0000-01-01T00:00:00Z"), ("GE_recordTime", "9999-12-31T23:59:59-14:00x"),
    ],
)  # fmt: skip
def test_a_value_that_a_parameter_does_not_take_is_refused(name: str, value: str) -> None:
    with pytest.raises(QueryParameterWrong) as told:
        filters.read([(name, value)])
    assert told.value.params["name"] == name


def test_a_time_that_is_given_twice_is_refused() -> None:
    with pytest.raises(QueryParameterWrong):
        filters.read([("GE_eventTime", "2026-06-12T12:30:00Z"), ("GE_eventTime", "2026-06-13T12:30:00Z")])


@pytest.mark.parametrize(
    "name",
    [
        "MATCH_epc", "MATCH_inputEPCClass", "WD_readPoint", "orderBy", "eventCountLimit", "EQ_bizTransaction_po", "EQ_example:field",
        "EQ_http://example.org/ns#field", "EXISTS_INNER_ILMD_ex:a", "HASATTR_ex:a", "EQ_ATTR_a_b", "GE_value_CEL", "LT_quantity_KGM",
        "GE_errorDeclarationTime", "@context",
    ],
)  # fmt: skip
def test_what_the_standard_has_and_this_version_not_is_told_so(name: str) -> None:
    assert filters.is_standard(name)
    with pytest.raises(QueryParameterLater):
        filters.read([(name, "1")])


@pytest.mark.parametrize("name", ["EQ_nonsense", "eq_bizStep", "MATCH_anyepc", "q", "", "GE_", "EXISTS_nothing", "MATCH_anyEPC_"])
def test_a_name_that_nobody_knows_is_refused(name: str) -> None:
    assert not filters.is_standard(name)
    with pytest.raises(QueryParameterUnknown):
        filters.read([(name, "1")])


@pytest.mark.parametrize(("name", "most"), [("EQ_eventID", filters.MOST_VALUES), ("MATCH_anyEPC", filters.MOST_ITEMS)])
def test_a_question_names_so_many_values_and_not_one_more(name: str, most: int) -> None:
    values = [f"urn:uuid:{number}" for number in range(most + 1)]
    filters.read([(name, "|".join(values[:most]))])
    with pytest.raises(TooComplex):
        filters.read([(name, "|".join(values))])


@given(st.lists(st.tuples(st.sampled_from(filters.KNOWN), st.text(max_size=30)), max_size=6))
def test_any_value_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        found = filters.read(pairs)
    except QueryParameterWrong as told:
        refused = told.params["name"]
    else:
        refused = None
        assert isinstance(found, filters.Filters)
    assert refused is None or refused in dict(pairs)


@pytest.mark.skipif(SHARED is None, reason="the standard's tables are not beside the repository")
def test_every_parameter_of_the_standard_is_known_by_name() -> None:
    assert SHARED is not None
    with (SHARED / "epcis-standard" / "derived" / "event-query-parameters.tsv").open(encoding="utf-8") as file:
        names = [row[0] for row in csv.reader(file, delimiter="\t")][1:]
    fixed = [name for name in names if not name.startswith("pattern ")]
    assert len(fixed) > 50
    assert [name for name in fixed if not filters.is_standard(name)] == []
