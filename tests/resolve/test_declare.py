"""Registering links: whose key, which levels, one default for every URI, and the way back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from app.catalogue import register
from app.catalogue.model import Product
from app.errors import Refusal
from app.party.model import CompanyPrefix
from app.party.permissions import Actor, NotAllowed, Role
from app.resolve import declare, find, find_links, hosts, kept, rules
from app.resolve.links import DEFAULT, VOC, Link, Registration
from app.resolve.model import LinkHost
from app.resolve.plan import Item
from app.runtime import Runtime
from app.store.work import Tx
from tests.builders import Enterprise, gtin, make_api_key, make_enterprise

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


def verified(on: Runtime, prefix: str = "9521001") -> None:
    """The operator looked a prefix up."""
    on.store.write(lambda tx: tx.execute(update(CompanyPrefix).where(CompanyPrefix.prefix == prefix).values(evidence="verified")))


def keeper(on: Runtime, path: str = f"/01/{FRUIT}") -> int | None:
    found = kept_for(on, path)
    return None if found is None else found.party_id


def why_not(on: Runtime, by: Enterprise, registration: Registration) -> str:
    """The code of what keeps an organisation from registering links, by file as for one key."""
    loaded = declare.check_many([Item(registration)], by=by.actor(), on=on)
    with pytest.raises(Refusal) as refusal:
        declare.declare(registration, by=by.actor(), on=on)
    told = [finding.code for finding in refusal.value.findings] or [refusal.value.code]
    assert told == [finding.code for finding in loaded.findings]
    return told[0]


def test_what_the_operator_loads_for_a_product_of_an_organisation_is_the_organisation_s(on: Runtime, growers: Enterprise) -> None:
    register.register_product({"gtin": FRUIT, "name": "Vải thiều"}, by=growers.actor(), on=on)
    declare.declare(links(), by=OPERATOR, on=on)
    assert keeper(on) == growers.party_id
    with on.store.reading() as connection:
        hosts = list(connection.execute(select(LinkHost.party_id, LinkHost.host, LinkHost.proven_by)))
    assert hosts == [(growers.party_id, "vaihuonggiang.example", "operator")]


def test_what_the_operator_loads_under_a_verified_prefix_is_the_organisation_s(on: Runtime, growers: Enterprise) -> None:
    verified(on)
    declare.declare(links(), by=OPERATOR, on=on)
    assert keeper(on) == growers.party_id


def test_what_the_operator_loads_under_a_declared_prefix_stays_the_operator_s(on: Runtime, growers: Enterprise) -> None:
    declare.declare(links(), by=OPERATOR, on=on)
    assert (keeper(on), why_not(on, growers, links())) == (0, "resolve.key-kept")


def test_what_an_organisation_declared_stays_its_own_when_the_operator_loads_it_again(on: Runtime, growers: Enterprise) -> None:
    declare.declare(links(), by=growers.actor(), on=on)
    declare.declare(links(f"/01/{FRUIT}", "/moi"), by=OPERATOR, on=on)
    assert keeper(on) == growers.party_id
    assert declare.declare(links(f"/01/{FRUIT}", "/cua-toi"), by=growers.actor(), on=on).change_id is not None


def test_nobody_takes_a_printed_code_over_by_declaring_its_prefix(client: Any, on: Runtime) -> None:
    """The operator's import of a code leads where it led, whatever a stranger signs up, registers or asks for, and an import again too."""
    declare.declare(links(), by=OPERATOR, on=on)
    declare.declare(links(f"/01/{FRUIT}/10/L1", "/l1"), by=OPERATOR, on=on)
    account = {"name": "Kẻ lạ", "person_name": "Lạ", "email": "la@la.example", "password": "vải-chín đỏ 2026"}
    short = client.post("/api/sign-up", json=account | {"prefix": "9521"})
    assert short.json["findings"][0]["code"] == "party.prefix-short"
    stranger = make_enterprise(on, "Kẻ lạ")
    register.register_product({"gtin": FRUIT, "name": "Giả"}, by=stranger.actor(), on=on)
    key = make_api_key(on, stranger)
    body = {"itemDescription": "Giả", "default": {"href": "https://la.example/", "title": "Giả"}}
    for path in (f"/01/{FRUIT}", f"/01/{FRUIT}/10/L1", f"/01/{FRUIT}/10/L2", f"/01/{FRUIT}/21/S1"):
        assert client.put("/api/links/key", query_string={"code": path}, json=body, headers=key).status_code == 409
        assert why_not(on, stranger, replace(links(path), default=Link(DEFAULT, "https://la.example/", "Giả"))) == "resolve.key-kept"
    assert client.delete("/api/links/key", query_string={"code": f"/01/{FRUIT}"}, headers=key).status_code == 409
    declare.declare(links(f"/01/{FRUIT}", "/moi"), by=OPERATOR, on=on)
    declare.declare(links(f"/01/{FRUIT}/21/S2", "/s2"), by=OPERATOR, on=on)
    assert [keeper(on, f"/01/{FRUIT}{more}") for more in ("", "/10/L1", "/21/S2", "/10/L2")] == [0, 0, 0, None]
    assert client.get(f"/01/{FRUIT}").headers["Location"] == f"{SITE}/moi"
    assert client.get(f"/01/{FRUIT}/10/L2").headers["Location"] == f"{SITE}/moi"


def test_a_number_registered_on_one_s_word_takes_no_links_from_the_operator(on: Runtime) -> None:
    stranger = make_enterprise(on, "Kẻ lạ", "9521077")
    short, inner = "00000095210001", gtin("200000000001")
    for number in (short, inner):
        declare.declare(links(f"/01/{number}"), by=OPERATOR, on=on)
        product = {"gtin": number, "party_id": stranger.party_id, "name": "Giả", "name_key": "gia", "created_at": on.clock.now()}
        adding = insert(Product).values(product)
        on.store.write(partial(Tx.execute, statement=adding))
        assert why_not(on, stranger, links(f"/01/{number}")) == "resolve.key-kept"
        assert why_not(on, stranger, links(f"/01/{number}/10/L1")) == "resolve.key-kept"
        declare.declare(links(f"/01/{number}", "/moi"), by=OPERATOR, on=on)
        assert keeper(on, f"/01/{number}") == 0


def test_the_operator_hands_links_over_by_removing_them_first(on: Runtime, growers: Enterprise) -> None:
    declare.declare(links(), by=OPERATOR, on=on)
    declare.withdraw(rules.read_path(f"/01/{FRUIT}"), by=OPERATOR, on=on)
    declare.declare(links(), by=growers.actor(), on=on)
    assert keeper(on) == growers.party_id


def test_links_of_a_key_are_given_whole_to_whoever_s_prefix_was_verified(on: Runtime, growers: Enterprise) -> None:
    for path in (f"/01/{FRUIT}", f"/01/{FRUIT}/10/L1"):
        declare.declare(links(path), by=OPERATOR, on=on)
    verified(on)
    declare.declare(links(), by=OPERATOR, on=on)
    declare.declare(links(f"/01/{FRUIT}/21/S1"), by=growers.actor(), on=on)
    assert [keeper(on, f"/01/{FRUIT}{more}") for more in ("", "/10/L1", "/21/S1")] == [growers.party_id, 0, growers.party_id]


def test_links_that_the_operator_keeps_of_one_key_keep_nobody_from_another(on: Runtime, growers: Enterprise) -> None:
    declare.declare(links(), by=OPERATOR, on=on)
    items = [Item(links(f"/01/{gtin(f'952100100{number:03d}')}"), f"/registrations/{number}") for number in range(2, 700)]
    loaded = declare.check_many([Item(links(), "/registrations/1"), *items], by=growers.actor(), on=on)
    assert [(finding.code, finding.pointer) for finding in loaded.findings] == [("resolve.key-kept", "/registrations/1/path")]
    assert loaded.created == 698


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


def test_an_organisation_whose_prefix_was_verified_takes_over_what_the_operator_had_loaded(on: Runtime) -> None:
    declare.declare(links(), by=OPERATOR, on=on)
    growers = make_enterprise(on)
    verified(on)
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
