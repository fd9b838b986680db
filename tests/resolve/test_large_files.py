"""Files of a million registrations, tried on smaller ones: read bit by bit, judged before anything is written, written in portions."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.capture import read_document
from app.catalogue import register
from app.errors import Refusal
from app.identify import check_digit, read
from app.party.permissions import Actor, Role
from app.resolve import declare, find_links, json_members, kept, link_sheet, registration_file, rules
from app.resolve.links import DEFAULT, VOC, Link, Registration
from app.resolve.model import LinkChange, LinkHost, LinkSet
from app.resolve.plan import Item
from app.runtime import Runtime
from tests.builders import gtin, make_enterprise

OPERATOR = Actor(Role.OPERATOR, 0)
SITE = "https://vaihuonggiang.example"
FRUIT = gtin("952100100001")
PORTION = 2_000


def item(number: int, *, default: bool = True, path: str = "") -> Item:
    """A serial number of one product; without a default it needs the product's."""
    first = Link(DEFAULT, f"{SITE}/s/{number}", "Vải thiều") if default else None
    link = Link(VOC + "pip", f"{SITE}/s/{number}", "Thông tin", "text/html", ("vi",))
    return Item(Registration(rules.read_path(path or f"/01/{FRUIT}/21/S{number:06d}"), "Vải thiều", first, (link,)), f"line={number + 1}")


def wrong(number: int) -> Item:
    good = item(number)
    assert good.registration is not None
    return replace(good, registration=replace(good.registration, description=""))


def count_of(on: Runtime, model: Any) -> int:
    with on.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(model)).scalar_one())


class PowerCut(Exception):  # noqa: N818  # not an error of the program
    """The import ends between two portions."""


def cut(done: int, total: int) -> None:
    """Ends an import after its first portion."""
    assert (done, total) == (PORTION, PORTION + 500)
    raise PowerCut


def test_an_import_that_was_cut_off_is_finished_by_the_same_file(on: Runtime) -> None:
    items = [item(number) for number in range(PORTION + 500)]
    with pytest.raises(PowerCut):
        declare.declare_many(items, by=OPERATOR, on=on, told=cut)
    assert (count_of(on, LinkSet), count_of(on, LinkHost)) == (PORTION, 1)
    again = declare.declare_many(items, by=OPERATOR, on=on)
    assert (again.created, again.unchanged, again.replaced) == (500, PORTION, 0)
    assert declare.declare_many(items, by=OPERATOR, on=on).unchanged == PORTION + 500


def test_nothing_of_a_file_is_written_when_its_last_line_is_wrong(on: Runtime) -> None:
    items = [item(number) for number in range(PORTION)]
    with pytest.raises(declare.RowsWrong) as refusal:
        declare.declare_many([*items, wrong(PORTION)], by=OPERATOR, on=on)
    assert refusal.value.params == {"count": 1, "rows": 1, "of": PORTION + 1}
    assert (count_of(on, LinkSet), count_of(on, LinkHost)) == (0, 0)


def test_the_first_of_many_mistakes_are_kept_and_all_are_counted(on: Runtime) -> None:
    orphan = item(0, default=False, path=f"/01/{gtin('952100300001')}")
    items = [wrong(0), orphan, *[wrong(number) for number in range(2, 2_500)], item(2_500)]
    loaded = declare.check_many(items, by=OPERATOR, on=on, most=3)
    assert [(finding.code, finding.pointer) for finding in loaded.findings] == [
        ("resolve.text-length", "line=1 /itemDescription"),
        ("resolve.default-missing", "line=1 /default"),
        ("resolve.text-length", "line=3 /itemDescription"),
    ]
    assert (loaded.findings_total, loaded.skipped, loaded.created) == (2_500, 2_500, 1)


def test_a_key_twice_in_a_file_is_found_however_far_apart(on: Runtime) -> None:
    loaded = declare.check_many([*[item(number) for number in range(2_100)], item(5)], by=OPERATOR, on=on)
    assert [(finding.code, finding.pointer) for finding in loaded.findings] == [("resolve.path-twice", "line=6 /path")]


def test_a_product_may_stand_thousands_of_lines_after_what_needs_its_default(on: Runtime) -> None:
    bare = [item(number, default=False) for number in range(2_100)]
    assert declare.check_many(bare, by=OPERATOR, on=on).findings_total == 2_100
    loaded = declare.declare_many([*bare, item(2_100, path=f"/01/{FRUIT}")], by=OPERATOR, on=on)
    assert (loaded.created, loaded.findings, loaded.hosts) == (2_101, (), ("vaihuonggiang.example",))
    assert declare.declare_many(bare, by=OPERATOR, on=on).unchanged == 2_100


def test_items_are_taken_one_by_one(on: Runtime) -> None:
    def coming() -> Iterator[Item]:
        yield from (item(number) for number in range(10))

    assert declare.declare_many(coming(), by=OPERATOR, on=on).created == 10


def test_what_the_operator_adds_in_bulk_leaves_no_history_and_replacing_it_is_undone(on: Runtime) -> None:
    declare.declare_many([item(0), item(1)], by=OPERATOR, on=on)
    assert count_of(on, LinkChange) == 0
    moved = replace(item(0), registration=Registration(item(1).registration.path, "Khác", Link(DEFAULT, SITE, "Khác"), ()))  # type: ignore[union-attr]  # it has one
    assert declare.declare_many([moved], by=OPERATOR, on=on).replaced == 1
    with on.store.reading() as connection:
        number = connection.execute(select(LinkChange.change_id)).scalar_one()
    declare.undo(number, by=OPERATOR, on=on)
    with on.store.reading() as connection:
        found = find_links.own(connection, None, rules.read_path(f"/01/{FRUIT}/21/S000001"))
    assert found is not None
    assert found.description == "Vải thiều"


def test_what_the_operator_adds_for_an_organisation_stands_in_its_history(on: Runtime) -> None:
    growers = make_enterprise(on)
    register.register_product({"gtin": FRUIT, "name": "Vải thiều"}, by=growers.actor(), on=on)
    declare.declare_many([item(0)], by=OPERATOR, on=on)
    with on.store.reading() as connection:
        [change] = find_links.history(connection, growers.party_id, rules.read_path(f"/01/{FRUIT}/21/S000000"))
    assert (change.before, change.after["path"]) == (None, f"/01/{FRUIT}/21/S000000")


def test_rows_of_a_large_file_are_found_again_whatever_their_keys(on: Runtime) -> None:
    items = [item(0, path=path) for path in ("/00/195210020000000013", "/8004/9521ABC", f"/01/{FRUIT}", f"/01/{FRUIT}/10/L%2F1")]
    items += [item(number) for number in range(600)]
    assert declare.declare_many(items, by=OPERATOR, on=on).created == 604
    assert declare.declare_many(items, by=OPERATOR, on=on).unchanged == 604


# Reading


def registration(path: str) -> dict[str, Any]:
    return {"path": path, "itemDescription": "Vải", "default": {"href": f"{SITE}/", "title": "Vải"}, "links": []}


def outcome(call: Callable[[], Any]) -> Any:
    """What a reader said, or how it refused."""
    try:
        return call()
    except Refusal as refusal:
        return refusal.code, refusal.pointer, {name: value for name, value in refusal.params.items() if name != "near"}


def by_members(raw: bytes, at: int) -> list[json_members.Member]:
    return list(json_members.members(raw[:at], io.BytesIO(raw[at:]), ("linkset", "registrations")))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.sampled_from('ab"é/~ ')), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["registrations", "linkset", None]),
    st.lists(VALUES, max_size=5),
    VALUES,
    st.integers(0, 300),
    st.sampled_from([None, 1]),
)
def test_a_document_is_read_by_members_as_it_is_read_whole(
    name: str | None, said: list[Any], other: Any, at: int, indent: int | None
) -> None:
    document = said if name is None else {"about": other, name: said, "more": other}
    raw = json.dumps(document, ensure_ascii=False, indent=indent).encode()
    root = "" if name is None else f"/{name}"
    assert by_members(raw, min(at, len(raw) - 1)) == [(name or "", f"{root}/{place}", each) for place, each in enumerate(said)]


GOOD = '{"path": "/01/1", "links": []}'


@pytest.mark.parametrize(
    "text",
    [
        '{"registrations": [\n%s,\n {"a": 1, "a": 2}]}',
        '{"registrations": [%s, {"a": [NaN]}]}',
        '{"registrations": [%s, {"a": 9007199254740993}]}',
        '{"registrations": [%s, {"a": "\\ud800"}]}',
        '{"registrations": [%s, {"a": "x\\u0000"}]}',
        '{"registrations": [%s,\n%s\n  {"a": 1}]}',
        '{"registrations": [%s,\n {"é": 1 2}]}',
        '{"registrations": [%s] "more": 1}',
        '{"registrations": [%s]} x',
        '{"registrations": [%s',
        '{"registrations": [%s, {"a": "',
        '{"about": 1, "registrations": [%s], "about": 2}',
        '{"about": 1, "x": [%s]}',
        '{"registrations": 7}',
        "[%s, \n",
        "[%s,, 1]",
        "7",
        "[" * 2_000,
    ],
)
def test_a_wrong_document_is_refused_by_members_as_it_is_whole(text: str) -> None:
    raw = text.replace("%s", GOOD).encode()
    whole = outcome(lambda: registration_file.items_of(raw))
    assert isinstance(whole, tuple)
    for at in {1, len(raw) // 2, len(raw) - 1} if len(raw) > 1 else {1}:
        assert outcome(lambda at=at: by_members(raw, at)) == whole  # type: ignore[misc]  # bound now


def test_bytes_that_are_no_text_are_refused_with_their_place() -> None:
    raw = b'{"registrations": [\n{"a": "\xff"}]}'
    assert (
        outcome(lambda: by_members(raw, 10))
        == outcome(lambda: read_document.loads(raw))
        == ("capture.not-utf8", "", {"line": 2, "column": 8})
    )


def test_a_document_with_two_lists_is_refused_where_it_is_read_by_members() -> None:
    assert outcome(lambda: by_members(b'{"registrations": [], "linkset": []}', 5)) == ("resolve.not-registrations", "/linkset", {})


@pytest.mark.parametrize("name", ["registrations", "linkset"])
def test_a_document_beyond_what_is_read_whole_says_the_same(name: str) -> None:
    one: dict[str, Any] = registration(f"/01/{FRUIT}")
    if name == "linkset":
        pip = [{"href": f"{SITE}/{'x' * 900}", "title": "Vải"}] * 200
        one = {"anchor": f"https://id.gs1.org/01/{FRUIT}", "itemDescription": "Vải", VOC + "pip": pip, VOC + "defaultLink": pip[:1]}
    else:
        one["links"] = [{"rel": "gs1:pip", "href": f"{SITE}/{'x' * 900}", "title": "Vải"}] * 200
    raw = json.dumps({name: [one] * 50}, ensure_ascii=False).encode()
    assert len(raw) > 8_000_000
    assert list(registration_file.read(io.BytesIO(raw))) == registration_file.items_of(raw)


def test_lines_end_as_they_always_did_and_keep_their_numbers() -> None:
    first, second = json.dumps(registration(f"/01/{FRUIT}")), json.dumps(registration("/01/1"))
    raw = f"\ufeff{first}\r\n\r\n{first}\r{second}\n\n{{".encode()
    read_ = list(registration_file.read(io.BytesIO(raw), registration_file.LINES))
    assert [(each.pointer, bool(each.findings)) for each in read_] == [
        ("line=1", False),
        ("line=3", False),
        ("line=4", True),
        ("line=6", True),
    ]
    with pytest.raises(registration_file.NoRegistrations):
        registration_file.read(io.BytesIO(b"\n\n"), registration_file.LINES)


def test_a_line_that_is_a_whole_document_is_refused_with_the_way_out() -> None:
    raw = b"\n" + b" " * 32_000_001
    with pytest.raises(registration_file.LineTooLong) as refusal:
        list(registration_file.read(io.BytesIO(b"{}\n" + raw), registration_file.LINES))
    assert refusal.value.params == {"line": 3, "limit": 32}


def test_a_sheet_that_is_too_long_names_the_way_out() -> None:
    with pytest.raises(link_sheet.SheetTooLong) as refusal:
        link_sheet.read(b"code;href;title\n" + b"1;2;3\n" * 10_010, link_sheet.CSV)
    assert refusal.value.params == {"rows": 10_011, "limit": 10_000}
    with pytest.raises(link_sheet.SheetTooBig):
        link_sheet.read(b"x" * 20_000_001, link_sheet.CSV)


BODIES = st.text("0123456789", min_size=13, max_size=13)
LEVELS = st.dictionaries(st.sampled_from(["22", "10", "21"]), st.text(st.sampled_from("AZaz09-._~%/"), max_size=22))


@given(BODIES, st.booleans(), LEVELS, st.sampled_from(["", "https://id.gs1.org", "https://a.example.vn"]))
def test_a_usual_path_is_read_as_the_exact_reader_reads_it(body: str, right: bool, levels: dict[str, str], root: str) -> None:
    digit = check_digit.digit(body)
    key = body + (digit if right else str((int(digit) + 1) % 10))
    text = f"{root}/01/{key}" + "".join(f"/{ai}/{levels[ai]}" for ai in ("22", "10", "21") if ai in levels)
    exact = outcome(lambda: read.identify(text if root else f"https://id.gs1.org{text.removesuffix('/')}").path)
    found = outcome(lambda: rules.read_path(text))
    if isinstance(exact[0], str):  # a refusal
        assert found[0] == exact[0]
    elif found[0] == "resolve.path-level":
        assert {"21"} < {ai for ai, _ in exact} - {"01"}
    else:
        assert found == exact


def test_words_that_are_remembered_are_kept_as_the_first_time() -> None:
    link = Link("gs1:pip", f"{SITE}/", "Vải", "Text/HTML", ("VI", "vi", "en_us"), (" VN ",))
    given_ = Registration(rules.read_path(f"/01/{FRUIT}"), "Vải", None, (link, replace(link, href="ftp://x", title="")))
    first, second = rules.judge(given_), rules.judge(given_)
    assert first == second
    assert first.registration.links[0] == Link(VOC + "pip", f"{SITE}/", "Vải", "text/html", ("vi", "en-US"), ("VN",))
    assert [finding.pointer for finding in first.findings] == ["/links/1/href", "/links/1/title"]


def test_a_row_says_what_its_registration_said(on: Runtime) -> None:
    given_ = item(0).registration
    assert given_ is not None
    declare.declare(given_, by=OPERATOR, on=on)
    with on.store.reading() as connection:
        found = find_links.own(connection, None, given_.path)
    assert found is not None
    assert kept.spelled(found) == kept.spelled(given_)
