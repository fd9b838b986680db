"""Registering links: whose key, which levels, one default for every URI, and the way back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.catalogue import register
from app.party.permissions import Actor, NotAllowed, Role
from app.resolve import declare, find, find_links, hosts, kept, rules
from app.resolve.links import DEFAULT, VOC, Link, Registration
from app.resolve.model import LinkHost
from app.resolve.plan import Item
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_enterprise

OPERATOR = Actor(Role.OPERATOR, 0)
SITE = "https://vaihuonggiang.example"
FRUIT = gtin("952100100001")


def links(path: str = f"/01/{FRUIT}", default: str | None = "/vai", *more: Link) -> Registration:
    """A registration of one key; default: path on the organisation's site."""
    first = None if default is None else Link(DEFAULT, SITE + default, "Vải thiều")
    return Registration(rules.read_path(path), "Vải thiều Thanh Hà", first, more)


def pip(language: str = "vi", at: str = "/vai") -> Link:
    return Link(VOC + "pip", f"{SITE}{at}/{language}", "Thông tin", "text/html", (language,))


def kept_for(on: Runtime, path: str = f"/01/{FRUIT}") -> Registration | None:
    with on.store.reading() as connection:
        return find_links.own(connection, None, rules.read_path(path))


@pytest.fixture
def growers(on: Runtime) -> Enterprise:
    return make_enterprise(on)


def test_an_organisation_registers_where_its_product_leads(on: Runtime, growers: Enterprise) -> None:
    done = declare.declare(links(f"/01/{FRUIT}", "/vai", pip("vi"), pip("en")), by=growers.actor(), on=on)
    found = kept_for(on)
    assert found is not None
    assert (done.created, done.change_id is None) == (True, False)
    assert found.default == Link(DEFAULT, f"{SITE}/vai", "Vải thiều")
    assert (found.party_id, found.description) == (growers.party_id, "Vải thiều Thanh Hà")


def test_the_default_link_gets_the_type_that_says_what_it_is(on: Runtime, growers: Enterprise) -> None:
    done = declare.declare(links(), by=growers.actor(), on=on)
    assert [link.rel for link in done.registration.links] == [VOC + "pip"]
    assert [remark.code for remark in done.remarks] == ["resolve.default-undescribed"]


def test_the_operator_s_file_stays_as_it_is(on: Runtime) -> None:
    done = declare.declare(links(), by=OPERATOR, on=on)
    assert (done.registration.links, done.registration.party_id) == ((), 0)
    assert [remark.code for remark in done.remarks] == ["resolve.default-undescribed"]


def test_what_the_operator_loads_for_a_key_of_an_organisation_is_the_organisation_s(on: Runtime, growers: Enterprise) -> None:
    declare.declare(links(), by=OPERATOR, on=on)
    found = kept_for(on)
    assert found is not None
    assert found.party_id == growers.party_id
    with on.store.reading() as connection:
        hosts = list(connection.execute(select(LinkHost.party_id, LinkHost.host, LinkHost.proven_by)))
    assert hosts == [(growers.party_id, "vaihuonggiang.example", "operator")]


def test_a_host_that_an_organisation_names_is_not_proven_yet(on: Runtime, growers: Enterprise) -> None:
    done = declare.declare(links(), by=growers.actor(), on=on)
    named = kept.hosts([done.registration])
    assert named == {"vaihuonggiang.example"}
    with on.store.reading() as connection:
        assert find.proven_hosts(connection, growers.party_id, named, "example.test") == set()
    declare.declare(links(), by=OPERATOR, on=on)
    with on.store.reading() as connection:
        assert find.proven_hosts(connection, growers.party_id, named, "example.test") == named


def test_no_more_hosts_are_noted_than_an_organisation_may_have(on: Runtime, growers: Enterprise) -> None:
    items = [Item(replace(links(f"/01/{FRUIT}/21/{n}"), default=Link(DEFAULT, f"https://h{n}.example/", "x"))) for n in range(150)]
    assert len(declare.declare_many(items, by=growers.actor(), on=on).hosts) == 150
    with on.store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(LinkHost)).scalar_one() == hosts.MOST_HOSTS


def test_a_key_of_another_organisation_is_refused(on: Runtime, growers: Enterprise) -> None:
    make_enterprise(on, "Nhà máy khác", "9521002")
    other = links(f"/01/{gtin('952100200001')}")
    with pytest.raises(declare.KeyOfAnother):
        declare.declare(other, by=growers.actor(), on=on)


def test_a_key_that_nobody_here_has_is_refused_and_a_registered_product_is_not(on: Runtime) -> None:
    household = make_enterprise(on, "Hộ bà Năm", "9521009")
    nobodys = links(f"/01/{gtin('952100300001')}")
    with pytest.raises(declare.LinksInvalid) as refusal:
        declare.declare(nobodys, by=household.actor(), on=on)
    assert [finding.code for finding in refusal.value.findings] == ["resolve.key-nobodys"]


def test_links_that_another_organisation_has_are_refused_even_after_the_prefix_changed_hands(on: Runtime, growers: Enterprise) -> None:
    declare.declare(links(), by=growers.actor(), on=on)
    closer = make_enterprise(on, "Người mua lại", "952100100")
    with pytest.raises(declare.KeyOfAnother):
        declare.declare(links(), by=closer.actor(), on=on)


def test_an_organisation_takes_over_what_the_operator_had_loaded(on: Runtime) -> None:
    declare.declare(links(), by=OPERATOR, on=on)
    growers = make_enterprise(on)
    done = declare.declare(links(f"/01/{FRUIT}", "/moi"), by=growers.actor(), on=on)
    found = kept_for(on)
    assert found is not None
    assert (done.created, found.party_id) == (False, growers.party_id)


def test_who_only_carries_goods_registers_nothing(on: Runtime, growers: Enterprise) -> None:
    with pytest.raises(NotAllowed):
        declare.declare(links(), by=growers.actor(Role.CARRIER), on=on)


def test_a_key_without_default_needs_a_page_of_ours(on: Runtime, growers: Enterprise) -> None:
    with pytest.raises(declare.LinksInvalid) as refusal:
        declare.declare(links(f"/01/{FRUIT}", None, pip()), by=growers.actor(), on=on)
    assert [finding.code for finding in refusal.value.findings] == ["resolve.default-missing"]
    register.register_product({"gtin": FRUIT, "name": "Vải thiều"}, by=growers.actor(), on=on)
    done = declare.declare(links(f"/01/{FRUIT}", None, pip()), by=growers.actor(), on=on)
    assert done.registration.default is None


def test_a_lot_may_use_the_default_of_its_product_and_keeps_it_from_going(on: Runtime, growers: Enterprise) -> None:
    declare.declare(links(), by=growers.actor(), on=on)
    declare.declare(links(f"/01/{FRUIT}/10/L1", None, pip()), by=growers.actor(), on=on)
    with pytest.raises(declare.NeededBelow) as refusal:
        declare.withdraw(rules.read_path(f"/01/{FRUIT}"), by=growers.actor(), on=on)
    assert refusal.value.params["below"] == f"/01/{FRUIT}/10/L1"
    with pytest.raises(declare.LinksInvalid):
        declare.declare(links(f"/01/{FRUIT}", None), by=growers.actor(), on=on)
    declare.withdraw(rules.read_path(f"/01/{FRUIT}/10/L1"), by=growers.actor(), on=on)
    declare.withdraw(rules.read_path(f"/01/{FRUIT}"), by=growers.actor(), on=on)
    assert kept_for(on) is None


def test_the_same_again_changes_nothing(on: Runtime, growers: Enterprise) -> None:
    first = declare.declare(links(), by=growers.actor(), on=on)
    again = declare.declare(links(), by=growers.actor(), on=on)
    assert first.change_id is not None
    assert again.change_id is None


def test_an_update_on_a_stale_view_is_refused(on: Runtime, growers: Enterprise) -> None:
    seen = kept.version(declare.declare(links(), by=growers.actor(), on=on).registration)
    declare.declare(links(f"/01/{FRUIT}", "/moi"), by=growers.actor(), on=on, expected=seen)
    with pytest.raises(declare.ChangedMeanwhile):
        declare.declare(links(f"/01/{FRUIT}", "/cu"), by=growers.actor(), on=on, expected=seen)
    with pytest.raises(declare.ChangedMeanwhile):
        declare.declare(links(), by=growers.actor(), on=on, expected="")
    with pytest.raises(declare.ChangedMeanwhile):
        declare.withdraw(rules.read_path(f"/01/{FRUIT}"), by=growers.actor(), on=on, expected=seen)


def test_a_change_is_undone_and_the_undoing_too(on: Runtime, growers: Enterprise) -> None:
    made = declare.declare(links(), by=growers.actor(), on=on).change_id
    moved = declare.declare(links(f"/01/{FRUIT}", "/moi"), by=growers.actor(), on=on).change_id
    assert made is not None
    assert moved is not None
    with pytest.raises(declare.ChangedSince):
        declare.undo(made, by=growers.actor(), on=on)
    back = declare.undo(moved, by=growers.actor(), on=on)
    found = kept_for(on)
    assert back is not None
    assert found is not None
    assert found.default is not None
    assert found.default.href == f"{SITE}/vai"
    assert declare.undo(back, by=growers.actor(), on=on) is not None
    with on.store.reading() as connection:
        told = find_links.history(connection, growers.party_id, rules.read_path(f"/01/{FRUIT}"))
    assert [change.person for change in told] == [f"owner of {growers.name}"] * 4


def test_what_was_withdrawn_comes_back_and_what_was_made_goes(on: Runtime, growers: Enterprise) -> None:
    made = declare.declare(links(), by=growers.actor(), on=on).change_id
    assert made is not None
    gone = declare.undo(made, by=growers.actor(), on=on)
    assert kept_for(on) is None
    assert gone is not None
    declare.undo(gone, by=growers.actor(), on=on)
    assert kept_for(on) is not None


def test_nobody_undoes_what_another_organisation_changed(on: Runtime, growers: Enterprise) -> None:
    made = declare.declare(links(), by=growers.actor(), on=on).change_id
    assert made is not None
    with pytest.raises(declare.NoSuchChange):
        declare.undo(made, by=make_enterprise(on, "Khác", "9521007").actor(), on=on)


def test_nothing_registered_cannot_be_withdrawn(on: Runtime, growers: Enterprise) -> None:
    with pytest.raises(declare.NothingRegistered):
        declare.withdraw(rules.read_path(f"/01/{FRUIT}"), by=growers.actor(), on=on)


def file_of(count: int) -> list[Item]:
    return [Item(links(f"/01/{FRUIT}/21/S{number:05d}", f"/s/{number}"), f"/registrations/{number}") for number in range(count)]


def test_a_file_is_registered_whole_and_again_changes_nothing(on: Runtime, growers: Enterprise) -> None:
    loaded = declare.declare_many(file_of(1_200), by=growers.actor(), on=on)
    assert (loaded.created, loaded.replaced, loaded.unchanged, loaded.skipped) == (1_200, 0, 0, 0)
    assert loaded.hosts == ("vaihuonggiang.example",)
    again = declare.declare_many(file_of(1_200), by=growers.actor(), on=on)
    assert (again.created, again.replaced, again.unchanged) == (0, 0, 1_200)


def test_one_wrong_registration_refuses_the_file_unless_wrong_ones_are_skipped(on: Runtime, growers: Enterprise) -> None:
    items = file_of(3)
    first = items[1].registration
    assert first is not None
    items[1] = Item(replace(first, links=(Link(VOC + "pip", "javascript:alert(1)", "x"),)), "/registrations/1")
    with pytest.raises(declare.RowsWrong) as refusal:
        declare.declare_many(items, by=growers.actor(), on=on)
    assert [(finding.code, finding.pointer) for finding in refusal.value.findings] == [
        ("resolve.address-scheme", "/registrations/1/links/0/href")
    ]
    assert kept_for(on, f"/01/{FRUIT}/21/S00000") is None
    assert declare.check_many(items, by=growers.actor(), on=on).created == 2
    loaded = declare.declare_many(items, by=growers.actor(), on=on, skip_wrong=True)
    assert (loaded.created, loaded.skipped) == (2, 1)
    assert kept_for(on, f"/01/{FRUIT}/21/S00001") is None


def test_a_key_that_stands_twice_in_a_file_is_wrong_the_second_time(on: Runtime, growers: Enterprise) -> None:
    loaded = declare.check_many([*file_of(2), Item(links(f"/01/{FRUIT}/21/S00001"), "/registrations/2")], by=growers.actor(), on=on)
    assert [(finding.code, finding.pointer) for finding in loaded.findings] == [("resolve.path-twice", "/registrations/2/path")]


def test_a_lot_may_stand_before_its_product_in_a_file(on: Runtime, growers: Enterprise) -> None:
    items = [Item(links(f"/01/{FRUIT}/10/L1", None, pip())), Item(links())]
    assert declare.declare_many(items, by=growers.actor(), on=on).created == 2


def test_a_lot_whose_product_was_skipped_is_skipped_too(on: Runtime, growers: Enterprise) -> None:
    wrong = replace(links(), description="")
    loaded = declare.declare_many([Item(wrong), Item(links(f"/01/{FRUIT}/10/L1", None, pip()))], by=growers.actor(), on=on, skip_wrong=True)
    assert [finding.code for finding in loaded.findings] == ["resolve.text-length", "resolve.default-missing"]
    assert (loaded.created, loaded.skipped) == (0, 2)


def test_lists_are_searched_by_code_words_and_product(on: Runtime, growers: Enterprise) -> None:
    register.register_product({"gtin": FRUIT, "name": "Đặc sản miền Đông"}, by=growers.actor(), on=on)
    declare.declare_many([*file_of(3), Item(links())], by=growers.actor(), on=on)

    def found(search: str, after: str = "", count: int = 50) -> list[str]:
        with on.store.reading() as connection:
            listed = find_links.of_party(connection, growers.party_id, search, after, count)
        return [kept.spelled(each)["path"] for each in listed]

    assert len(found("")) == 4
    assert found("S00002") == [f"/01/{FRUIT}/21/S00002"]
    assert len(found("dac san")) == 4
    assert len(found("thanh h")) == 4
    assert found("no such") == []
    assert found("", after=f"/01/{FRUIT}/21/S00000", count=1) == [f"/01/{FRUIT}/21/S00001"]


@pytest.mark.parametrize("searched", ["đông", "ĐÔNG", "dong", "Trà Đông Phương", "  phuong "])
def test_a_description_is_found_in_any_case_and_without_accents(on: Runtime, growers: Enterprise, searched: str) -> None:
    found = Registration((("01", FRUIT),), "TRÀ ĐÔNG PHƯƠNG", Link(DEFAULT, "https://a.example/x", "Trà"), ())
    declare.declare(found, by=growers.actor(), on=on)
    with on.store.reading() as connection:
        assert [each.description for each in find_links.of_party(connection, growers.party_id, searched)] == ["TRÀ ĐÔNG PHƯƠNG"]
