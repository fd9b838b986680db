"""SSCCs: one counter for each prefix and extension digit, never a number twice."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from app.errors import Invalid
from app.identify.sscc import check_sscc
from app.label.model import Sscc, SsccCounter
from app.label.stamps import find, sscc
from app.label.stamps.refusals import (
    CountWrong,
    ExtensionWrong,
    NoSuchSscc,
    PrefixNotYours,
    PrefixUnclear,
    ReasonMissing,
    SsccExhausted,
)
from app.label.stamps.sscc import OPERATOR, capacity, give_ssccs, left, void_sscc
from app.party.model import CompanyPrefix
from app.party.permissions import Actor, NotAllowed, Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def owner(firm: Enterprise) -> Actor:
    return firm.actor()


def add_prefix(on: Runtime, enterprise: Enterprise, prefix: str) -> None:
    values = {"prefix": prefix, "party_id": enterprise.party_id, "evidence": "declared", "created_at": on.clock.now()}
    on.store.write(lambda tx: tx.execute(insert(CompanyPrefix).values(values)))


def set_counter(on: Runtime, prefix: str, extension: int, reference: int) -> None:
    """As if that many had been given before."""
    values = {"issuer": int(prefix.ljust(7, "0")[:7]), "prefix": prefix, "extension": extension, "next_reference": reference}
    on.store.write(lambda tx: tx.execute(insert(SsccCounter).values(values)))


def kept(on: Runtime) -> int:
    with on.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(Sscc)).scalar_one())


def test_sscc_are_counted_with_the_organisations_prefix_and_a_right_check_digit(on: Runtime, owner: Actor) -> None:
    first = give_ssccs(2, by=owner, on=on)
    second = give_ssccs(1, extension=3, by=owner, on=on)
    third = give_ssccs(1, by=owner, on=on)
    assert [number[:17] for number in (*first, *third, *second)] == [
        "09521001000000000", "09521001000000001", "09521001000000002", "39521001000000000",
    ]  # fmt: skip
    assert all(check_sscc(number) == number for number in (*first, *second, *third))


def test_the_prefix_must_be_the_organisations_own(on: Runtime, owner: Actor) -> None:
    for prefix in ("9521002", "952100", "95210010", "x", ""):
        with pytest.raises(PrefixNotYours) as told:
            give_ssccs(1, prefix=prefix, by=owner, on=on)
        assert told.value.params["known"] == "9521001"


def test_of_several_prefixes_one_is_named(on: Runtime, firm: Enterprise) -> None:
    add_prefix(on, firm, "95210077")
    with pytest.raises(PrefixUnclear):
        give_ssccs(1, by=firm.actor(), on=on)
    assert give_ssccs(1, prefix="95210077", by=firm.actor(), on=on)[0].startswith("095210077")


def test_the_operator_names_any_prefix(on: Runtime) -> None:
    (number,) = give_ssccs(1, prefix="9525", by=OPERATOR, on=on)
    assert number.startswith("09525000000000000")
    with pytest.raises(PrefixUnclear):
        give_ssccs(1, by=OPERATOR, on=on)
    with pytest.raises(PrefixNotYours):
        give_ssccs(1, prefix="952", by=OPERATOR, on=on)


def test_overlapping_prefixes_never_make_one_number_twice(on: Runtime, firm: Enterprise) -> None:
    other = make_enterprise(on, "HTX Rau Tam Đa", "952100100")
    theirs = give_ssccs(30, by=other.actor(), on=on)
    ours = give_ssccs(5, by=firm.actor(), on=on)
    assert theirs[0][:17] == "09521001000000000"
    assert not set(ours) & set(theirs)
    assert [number[:17] for number in ours] == [f"0952100100000{place:04d}" for place in range(30, 35)]
    more = give_ssccs(10, by=other.actor(), on=on)
    assert [int(number[10:17]) for number in more] == list(range(35, 45))
    assert kept(on) == 45


def test_an_exhausted_counter_gives_nothing_and_tells_what_is_left_and_where(on: Runtime, firm: Enterprise) -> None:
    add_prefix(on, firm, "952100112345")
    assert capacity("952100112345") == 10_000
    set_counter(on, "952100112345", 0, 9_998)
    set_counter(on, "952100112345", 4, 9_999)
    with pytest.raises(SsccExhausted) as told:
        give_ssccs(3, prefix="952100112345", by=firm.actor(), on=on)
    assert told.value.params == {"prefix": "952100112345", "extension": 0, "left": 2, "asked": 3, "free": "1, 2, 3, 5, 6, 7, 8, 9"}
    assert kept(on) == 0
    last = give_ssccs(2, prefix="952100112345", by=firm.actor(), on=on)
    assert [number[13:17] for number in last] == ["9998", "9999"]
    with on.store.reading() as connection:
        assert left(connection, "952100112345") == dict.fromkeys(range(10), 10_000) | {0: 0, 4: 1}


def test_the_last_free_numbers_are_found_between_those_of_an_overlapping_prefix(on: Runtime, firm: Enterprise) -> None:
    other = make_enterprise(on, "HTX Rau Tam Đa", "952100112345")
    add_prefix(on, firm, "95210011234")
    set_counter(on, "95210011234", 0, 59_990)
    give_ssccs(10_000, by=other.actor(), on=on)
    ours = give_ssccs(20, prefix="95210011234", by=firm.actor(), on=on)
    assert [number[12:17] for number in ours] == [f"{place:05d}" for place in range(60_000, 60_020)]
    set_counter(on, "95210011234", 1, 99_995)
    set_counter(on, "952100112349", 1, 9_997)
    add_prefix(on, other, "952100112349")
    give_ssccs(2, prefix="952100112349", extension=1, by=other.actor(), on=on)
    with pytest.raises(SsccExhausted) as told:
        give_ssccs(4, prefix="95210011234", extension=1, by=firm.actor(), on=on)
    assert told.value.params["left"] == 3
    last = give_ssccs(3, prefix="95210011234", extension=1, by=firm.actor(), on=on)
    assert [number[12:17] for number in last] == ["99995", "99996", "99999"]


def test_what_the_unit_holds_is_kept_beside_its_number(on: Runtime, owner: Actor) -> None:
    held = {"gtin": "9521001000017", "lot": "TH260612A", "quantity": 48, "expiry": "260630"}
    (number,) = give_ssccs(1, by=owner, on=on, **held)  # type: ignore[arg-type]  # values of several types
    with on.store.reading() as connection:
        (row,) = find.ssccs(connection, owner.party)
    assert (row.sscc, row.gtin, row.lot, row.quantity, row.expiry) == (number, "09521001000017", "TH260612A", 48, "260630")


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"count": 0}, CountWrong), ({"count": sscc.MOST + 1}, CountWrong), ({"extension": 10}, ExtensionWrong),
        ({"extension": -1}, ExtensionWrong), ({"gtin": "9521001000018"}, Invalid), ({"lot": "X" * 21}, Invalid),
        ({"quantity": 10**8}, Invalid), ({"quantity": -1}, Invalid), ({"expiry": "261301"}, Invalid),
    ],
)  # fmt: skip
def test_what_no_label_could_carry_is_refused(on: Runtime, owner: Actor, wrong: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        give_ssccs(**({"count": 1, "by": owner, "on": on} | wrong))  # type: ignore[arg-type]  # of several types
    assert kept(on) == 0


def test_a_void_sscc_stays_void_and_is_not_given_again(on: Runtime, firm: Enterprise) -> None:
    (number,) = give_ssccs(1, by=firm.actor(), on=on)
    with pytest.raises(NotAllowed):
        void_sscc(number, "in hỏng", by=firm.actor(Role.MEMBER), on=on)
    with pytest.raises(ReasonMissing):
        void_sscc(number, " ", by=firm.actor(), on=on)
    void_sscc(number, "in hỏng", by=firm.actor(), on=on)
    for wrong in (number, "09521001000000109", "x", "", "1" * 18):
        with pytest.raises(NoSuchSscc):
            void_sscc(wrong, "in hỏng", by=firm.actor(), on=on)
    assert give_ssccs(1, by=firm.actor(), on=on) != [number]


def test_another_organisation_neither_voids_nor_lists_it(on: Runtime, firm: Enterprise) -> None:
    (number,) = give_ssccs(1, by=firm.actor(), on=on)
    stranger = make_enterprise(on, "HTX Rau Tam Đa", "9521009")
    with pytest.raises(NoSuchSscc):
        void_sscc(number, "in hỏng", by=stranger.actor(), on=on)
    with on.store.reading() as connection:
        assert find.ssccs(connection, stranger.party_id) == []


def test_a_list_of_sscc_goes_on_page_by_page(on: Runtime, owner: Actor) -> None:
    numbers = give_ssccs(5, by=owner, on=on)
    give_ssccs(2, extension=1, by=owner, on=on)
    on.store.write(
        lambda tx: tx.execute(update(Sscc).where(Sscc.sscc.in_(numbers[:2])).values(created_at=on.clock.now().replace(year=2025)))
    )
    seen: list[str] = []
    before = ""
    with on.store.reading() as connection:
        while rows := find.ssccs(connection, owner.party, 2, before):
            seen += [row.sscc for row in rows]
            before = find.cursor(rows[-1])
    assert (len(seen), len(set(seen)), seen[-2:]) == (7, 7, numbers[:2])


def test_a_role_without_labels_gets_no_sscc(on: Runtime, firm: Enterprise) -> None:
    for role in (Role.CARRIER, Role.INSPECTOR):
        with pytest.raises(NotAllowed):
            give_ssccs(1, by=firm.actor(role), on=on)
    assert len(give_ssccs(1, by=firm.actor(Role.MEMBER), on=on)) == 1


@pytest.mark.parametrize(("second", "named"), [("952100123", True), ("95213", False)])
def test_the_numbers_of_every_prefix_are_listed_and_the_issuers_named_where_they_are_few(on: Runtime, second: str, named: bool) -> None:
    firm = make_enterprise(on)
    row = {"prefix": second, "party_id": firm.party_id, "evidence": "declared", "created_at": on.clock.now()}
    on.store.write(lambda tx: tx.execute(insert(CompanyPrefix).values(row)))
    given = [give_ssccs(1, prefix=prefix, by=firm.actor(), on=on)[0] for prefix in ("9521001", second)]
    with on.store.reading() as connection:
        assert {row.sscc for row in find.ssccs(connection, firm.party_id)} == set(given)
        assert ("issuer" in str(sscc.of_party(connection, firm.party_id))) == named
        assert sscc.left(connection, second)[0] == sscc.capacity(second) - 1
