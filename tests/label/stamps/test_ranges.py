"""Ranges of serial numbers: opened, counted, exhausted, closed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.label.model import LabelJob, Serial, SerialRange
from app.label.refusals import SerialRange as LengthWrong
from app.label.stamps import find, permuted, ranges
from app.label.stamps.issue import issue
from app.label.stamps.refusals import (
    CountWrong,
    NoSuchRange,
    RangeClosed,
    RangeExhausted,
    RangeKeyMissing,
    RangeRefused,
    RangeSchemeUnknown,
)
from app.party.permissions import NotAllowed, Role
from app.runtime import Runtime
from app.vault import SEALING_KEY
from tests.builders import Enterprise, make_enterprise
from tests.label.stock import GTIN, LOT, make_stock


def counted(on: Runtime, what: Any) -> int:
    with on.store.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(what)).scalar_one())


def issued(on: Runtime, range_id: int) -> int:
    with on.store.reading() as connection:
        return int(connection.execute(select(SerialRange.issued).where(SerialRange.range_id == range_id)).scalar_one())


def test_a_job_draws_from_the_range_that_was_opened_last(on: Runtime, firm: Enterprise) -> None:
    first = ranges.open_range(GTIN, by=firm.actor(), on=on)
    second = ranges.open_range(GTIN, length=16, by=firm.actor(), on=on)
    made = issue(GTIN, LOT, 5, by=firm.actor(), on=on)
    assert ({len(serial) for serial in made.serials}, issued(on, first), issued(on, second)) == ({16}, 0, 5)


def test_a_job_may_name_its_range(on: Runtime, firm: Enterprise) -> None:
    first = ranges.open_range(GTIN, by=firm.actor(), on=on)
    ranges.open_range(GTIN, length=16, by=firm.actor(), on=on)
    made = issue(GTIN, LOT, 5, range_id=first, by=firm.actor(), on=on)
    assert ({len(serial) for serial in made.serials}, issued(on, first)) == ({12}, 5)


def test_a_permuted_range_counts_through_its_permutation_from_job_to_job(on: Runtime, firm: Enterprise) -> None:
    range_id = ranges.open_range(GTIN, scheme="permuted", length=13, by=firm.actor(), on=on)
    with on.store.reading() as connection:
        key = ranges.source(connection, firm.party_id, GTIN, range_id, on=on).key
    made = [serial for count in (3, 4) for serial in issue(GTIN, LOT, count, by=firm.actor(), on=on).serials]
    assert [permuted.count_of(key, serial) for serial in made] == list(range(7))


def test_a_number_that_came_from_outside_before_is_passed_over(on: Runtime, firm: Enterprise) -> None:
    range_id = ranges.open_range(GTIN, scheme="permuted", by=firm.actor(), on=on)
    with on.store.reading() as connection:
        upcoming = ranges.source(connection, firm.party_id, GTIN, range_id, on=on).draw(0, 4)
    issue(GTIN, LOT, 1, numbers=[upcoming[1]], by=firm.actor(), on=on)
    made = issue(GTIN, LOT, 3, by=firm.actor(), on=on)
    assert sorted(made.serials) == sorted([upcoming[0], upcoming[2], upcoming[3]])
    assert issued(on, range_id) == 4


@pytest.mark.parametrize("scheme", ranges.SCHEMES)
def test_an_exhausted_range_is_refused_before_anything_is_drawn(on: Runtime, firm: Enterprise, scheme: str) -> None:
    range_id = ranges.open_range(GTIN, scheme=scheme, most=10, by=firm.actor(), on=on)
    issue(GTIN, LOT, 7, by=firm.actor(), on=on)
    with pytest.raises(RangeExhausted) as told:
        issue(GTIN, LOT, 4, by=firm.actor(), on=on)
    assert told.value.params == {"asked": 4, "left": 3}
    assert (counted(on, LabelJob), counted(on, Serial), issued(on, range_id)) == (1, 7, 7)
    assert len(issue(GTIN, LOT, 3, by=firm.actor(), on=on).serials) == 3


def test_nothing_is_given_from_a_closed_range(on: Runtime, firm: Enterprise) -> None:
    range_id = ranges.open_range(GTIN, length=14, by=firm.actor(), on=on)
    ranges.close_range(range_id, by=firm.actor(), on=on)
    with pytest.raises(RangeClosed):
        issue(GTIN, LOT, 1, range_id=range_id, by=firm.actor(), on=on)
    with pytest.raises(RangeClosed):
        ranges.close_range(range_id, by=firm.actor(), on=on)
    assert len(issue(GTIN, LOT, 1, by=firm.actor(), on=on).serials[0]) == 12


def test_a_ceiling_from_which_a_number_could_be_guessed_is_refused(on: Runtime, firm: Enterprise) -> None:
    limit = ranges.ceiling(12)
    assert limit / 32**12 <= ranges.GUESS_LIMIT < (limit + 1) / 32**12
    with pytest.raises(RangeRefused) as told:
        ranges.open_range(GTIN, most=limit + 1, by=firm.actor(), on=on)
    assert told.value.params["limit"] == limit
    ranges.open_range(GTIN, most=limit, by=firm.actor(), on=on)


def test_all_ranges_of_a_length_count_together_and_a_closed_one_what_it_gave(on: Runtime, firm: Enterprise) -> None:
    limit = ranges.ceiling(12)
    first = ranges.open_range(GTIN, most=limit - 5, by=firm.actor(), on=on)
    with pytest.raises(RangeRefused) as told:
        ranges.open_range(GTIN, most=6, by=firm.actor(), on=on)
    assert told.value.params["limit"] == 5
    ranges.open_range(GTIN, length=13, most=6, by=firm.actor(), on=on)
    issue(GTIN, LOT, 2, range_id=first, by=firm.actor(), on=on)
    ranges.close_range(first, by=firm.actor(), on=on)
    ranges.open_range(GTIN, most=limit - 2, by=firm.actor(), on=on)


def test_the_chance_of_a_guess_is_told_from_what_was_given(on: Runtime, firm: Enterprise) -> None:
    ranges.open_range(GTIN, by=firm.actor(), on=on)
    issue(GTIN, LOT, 9, by=firm.actor(), on=on)
    with on.store.reading() as connection:
        assert ranges.guess_probabilities(connection, firm.party_id) == {(GTIN, 12): pytest.approx(9 / 32**12)}


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [({"scheme": "counting"}, RangeSchemeUnknown), ({"length": 11}, LengthWrong), ({"length": 21}, LengthWrong), ({"most": 0}, CountWrong)],
)
def test_a_range_that_is_none_is_refused(on: Runtime, firm: Enterprise, wrong: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        ranges.open_range(GTIN, by=firm.actor(), on=on, **wrong)
    assert counted(on, SerialRange) == 0


def test_without_its_secret_a_permuted_range_gives_nothing(on: Runtime, firm: Enterprise) -> None:
    ranges.open_range(GTIN, scheme="permuted", by=firm.actor(), on=on)
    on.vault.path(SEALING_KEY).unlink()
    with pytest.raises(RangeKeyMissing):
        issue(GTIN, LOT, 1, by=firm.actor(), on=on)
    assert not on.vault.path(SEALING_KEY).exists()
    on.vault.load(SEALING_KEY)  # another installation's
    with pytest.raises(RangeKeyMissing):
        issue(GTIN, LOT, 1, by=firm.actor(), on=on)


def test_the_secret_of_a_range_stands_sealed_in_its_row_and_fits_no_other(on: Runtime, firm: Enterprise) -> None:
    one, other = (ranges.open_range(GTIN, scheme="permuted", by=firm.actor(), on=on) for _ in range(2))
    with on.store.reading() as connection:
        key = ranges.source(connection, firm.party_id, GTIN, one, on=on).key
        rows: dict[int, Any] = {row.range_id: row for row in find.ranges(connection, firm.party_id)}
    assert key not in bytes(rows[one].key_sealed)
    on.store.write(lambda tx: tx.execute(update(SerialRange).where(SerialRange.range_id == other).values(key_sealed=rows[one].key_sealed)))
    with on.store.reading() as connection, pytest.raises(RangeKeyMissing):
        ranges.source(connection, firm.party_id, GTIN, other, on=on)


def test_ranges_are_of_one_product_and_one_organisation(on: Runtime, firm: Enterprise) -> None:
    other = make_enterprise(on, "HTX Chè Shan Bình Lư", "9521004")
    code = make_stock(on, other)
    range_id = ranges.open_range(GTIN, by=firm.actor(), on=on)
    with pytest.raises(NoSuchRange):
        issue(code, LOT, 1, range_id=range_id, by=other.actor(), on=on)
    with pytest.raises(NoSuchRange):
        ranges.close_range(range_id, by=other.actor(), on=on)
    theirs = ranges.open_range(code, by=other.actor(), on=on)
    with pytest.raises(NoSuchRange):
        issue(GTIN, LOT, 1, range_id=theirs, by=firm.actor(), on=on)
    with on.store.reading() as connection:
        assert [row.range_id for row in find.ranges(connection, firm.party_id)] == [range_id]


def test_a_member_prints_from_a_range_and_does_not_open_one(on: Runtime, firm: Enterprise) -> None:
    with pytest.raises(NotAllowed):
        ranges.open_range(GTIN, by=firm.actor(Role.MEMBER), on=on)
    ranges.open_range(GTIN, by=firm.actor(Role.APPROVER), on=on)
    assert issue(GTIN, LOT, 1, by=firm.actor(Role.MEMBER), on=on).count == 1
