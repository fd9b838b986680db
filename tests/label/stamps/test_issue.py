from __future__ import annotations

import pytest

from app.catalogue.find import NoSuchLot, NoSuchProduct
from app.identify.refusals import DotsAlone
from app.label.find import NoSuchJob, NoSuchSerial
from app.label.stamps import issue, life
from app.label.stamps.refusals import CountWrong, NothingToVoid, ReasonMissing
from app.party.permissions import Actor, NotAllowed, Permission, Role
from app.runtime import Runtime
from tests.builders import make_enterprise
from tests.label.stock import GTIN, LOT, make_stock


def test_every_label_of_a_job_has_a_serial_number_of_its_own(on: Runtime, owner: Actor) -> None:
    made = issue.issue(GTIN, LOT, 300, by=owner, on=on)
    assert len(set(made.serials)) == 300
    assert made.serials == issue.job(made.job_id, by=owner, on=on).serials


@pytest.mark.parametrize("count", [0, -1, issue.MOST + 1])
def test_a_job_of_no_or_too_many_labels_is_refused(on: Runtime, owner: Actor, count: int) -> None:
    with pytest.raises(CountWrong):
        issue.issue(GTIN, LOT, count, by=owner, on=on)


def test_labels_are_made_for_registered_products_and_lots_only(on: Runtime, owner: Actor) -> None:
    with pytest.raises(NoSuchLot):
        issue.issue(GTIN, "UNKNOWN", 1, by=owner, on=on)
    with pytest.raises(NoSuchProduct):
        issue.issue("09521009999995", LOT, 1, by=owner, on=on)


def test_another_enterprise_can_neither_label_nor_see_the_job(on: Runtime, owner: Actor) -> None:
    made = issue.issue(GTIN, LOT, 2, by=owner, on=on)
    stranger = make_enterprise(on, "Nước mắm Vạn Vân Cổ", "9521003").actor()
    with pytest.raises(NoSuchProduct):
        issue.issue(GTIN, LOT, 1, by=stranger, on=on)
    with pytest.raises(NoSuchJob):
        issue.job(made.job_id, by=stranger, on=on)
    with pytest.raises(NoSuchJob):
        life.void_of_job(made.job_id, None, "stolen", by=stranger, on=on)


def test_a_member_may_print_and_not_void(on: Runtime, owner: Actor) -> None:
    enterprise = make_enterprise(on, "HTX Chè Shan Bình Lư", "9521004")
    code = make_stock(on, enterprise)
    member = enterprise.actor(Role.MEMBER)
    made = issue.issue(code, LOT, 1, by=member, on=on)
    with pytest.raises(NotAllowed):
        life.void_of_job(made.job_id, None, "stolen", by=member, on=on)
    assert owner.may(Permission.LABEL_SERIAL_VOID)


def test_some_labels_of_a_job_are_voided_and_the_others_stay(on: Runtime, owner: Actor) -> None:
    made = issue.issue(GTIN, LOT, 5, by=owner, on=on)
    assert life.void_of_job(made.job_id, made.serials[:2], "misprinted", by=owner, on=on) == 2
    assert life.void_of_job(made.job_id, None, "roll lost", by=owner, on=on) == 3
    with pytest.raises(NothingToVoid):
        life.void_of_job(made.job_id, None, "once more", by=owner, on=on)


def test_voiding_a_serial_of_another_job_voids_nothing(on: Runtime, owner: Actor) -> None:
    made, other = (issue.issue(GTIN, LOT, 2, by=owner, on=on) for _ in range(2))
    with pytest.raises(NoSuchSerial):
        life.void_of_job(made.job_id, [made.serials[0], other.serials[0]], "misprinted", by=owner, on=on)
    assert life.void_of_job(made.job_id, made.serials, "misprinted", by=owner, on=on) == 2


def test_voiding_needs_a_reason(on: Runtime, owner: Actor) -> None:
    made = issue.issue(GTIN, LOT, 1, by=owner, on=on)
    with pytest.raises(ReasonMissing):
        life.void_of_job(made.job_id, None, "  ", by=owner, on=on)


@pytest.mark.parametrize("dots", [".", ".."])
def test_given_serial_numbers_that_are_only_dots_are_refused(on: Runtime, owner: Actor, dots: str) -> None:
    with pytest.raises(DotsAlone) as told:
        issue.issue(GTIN, LOT, 2, numbers=["A1", dots], by=owner, on=on)
    assert told.value.pointer == "/numbers/1"
