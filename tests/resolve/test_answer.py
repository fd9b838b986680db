"""Keys of the catalogue, addresses nobody has proven, and tables that were tampered with."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.catalogue.model import Product
from app.party.model import CompanyPrefix
from app.resolve import answer, declare, find, rules, standing
from app.resolve.anchor import place_of
from app.resolve.links import DEFAULT, DEFAULT_MULTI, VOC, Link, Registration
from app.resolve.model import LinkHost, LinkSet
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_enterprise
from tests.resolve.scenarios import OPERATOR, Answer, send

ROOT = "https://example.test"
GTIN = "09521002000016"
KEY = f"/01/{GTIN}"
OTHER = gtin("952100900001")
SITE = "https://thaibinh.example"
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "en"}


@pytest.fixture
def growers(on: Runtime) -> Enterprise:
    found = make_enterprise(on, "HTX Sông Thái Bình", "9521002")
    values = {"gtin": GTIN, "name": "Vải thiều sấy", "name_key": "vai thieu say", "created_at": on.clock.now()}
    on.store.write(lambda tx: tx.execute(insert(Product).values(party_id=found.party_id, **values)))
    return found


def registered(on: Runtime, by: Enterprise, path: str, *links: Link, default: str | None = "/vai") -> None:
    first = None if default is None else Link(DEFAULT, SITE + default, "Vải")
    declare.declare(Registration(rules.read_path(path), "Vải thiều sấy 200 g", first, links), by=by.actor(), on=on)


def proven(on: Runtime, by: Enterprise) -> None:
    on.store.write(lambda tx: tx.execute(update(LinkHost).where(LinkHost.party_id == by.party_id).values(proven_by="dns")))


def get(app: Any, target: str, headers: dict[str, str] | None = None) -> Answer:
    return send(app, "GET", target, headers, ROOT)


def anchors(app: Any, path: str) -> list[str]:
    found = get(app, path, {"Accept": "application/linkset+json"})
    return [member["anchor"].removeprefix(ROOT) for member in found.json["linkset"]]


def test_a_product_without_links_of_its_own_has_a_link_set(app: Any, growers: Enterprise) -> None:
    assert growers.prefix == "9521002"
    (member,) = get(app, f"{KEY}?linkType=linkset").json["linkset"]
    assert member == {
        "anchor": ROOT + KEY,
        "itemDescription": "Vải thiều sấy",
        DEFAULT: [{"href": f"{ROOT}/v{KEY}", "title": "Trang xác minh"}],
        VOC + "pip": [{"href": f"{ROOT}/v{KEY}", "title": "Trang xác minh", "type": "text/html", "hreflang": ["vi", "en", "fr"]}],
    }


@pytest.mark.parametrize("path", [KEY, f"{KEY}/10/L1", f"{KEY}/10/L1/21/S%2F1", f"{KEY}/235/T"])
def test_what_the_link_set_says_is_where_the_visitor_is_sent(app: Any, growers: Enterprise, path: str) -> None:
    assert growers.prefix == "9521002"
    first = get(app, f"{path}?linkType=linkset").json["linkset"][0]
    assert first["anchor"] == ROOT + path
    assert get(app, path).header("location") == first[DEFAULT][0]["href"] == f"{ROOT}/v{path}"
    for rel, (link,) in ((rel, found) for rel, found in first.items() if rel.startswith("https:") and rel != DEFAULT):
        assert get(app, f"{path}?linkType={rel}").header("location").split("?")[0] == link["href"]


def test_a_serial_nobody_registered_does_not_borrow_the_page_of_its_product(app: Any, on: Runtime, growers: Enterprise) -> None:
    registered(on, growers, KEY)
    registered(on, growers, f"{KEY}/10/L1", default="/vai/l1")
    proven(on, growers)
    assert get(app, KEY).header("location") == f"{SITE}/vai"
    assert get(app, f"{KEY}/10/L1").header("location") == f"{SITE}/vai/l1"
    assert get(app, f"{KEY}/10/L1/21/NO").header("location") == f"{ROOT}/v{KEY}/10/L1/21/NO"
    assert anchors(app, f"{KEY}/10/L1/21/NO") == [f"{KEY}/10/L1/21/NO", f"{KEY}/10/L1", KEY]


def test_links_of_a_product_stand_beside_those_of_the_catalogue(app: Any, on: Runtime, growers: Enterprise) -> None:
    registered(on, growers, KEY, Link(VOC + "recipeInfo", f"{SITE}/che", "Chè"), default=None)
    proven(on, growers)
    (member,) = get(app, f"{KEY}?linkType=linkset").json["linkset"]
    assert member[DEFAULT][0]["href"] == f"{ROOT}/v{KEY}"
    assert member[VOC + "recipeInfo"][0]["href"] == f"{SITE}/che"
    assert member[VOC + "pip"][0]["href"] == f"{ROOT}/v{KEY}"
    assert get(app, KEY).header("location") == f"{ROOT}/v{KEY}"
    assert get(app, f"{KEY}/21/X?linkType=gs1:recipeInfo").header("location").startswith(f"{SITE}/che")


def test_an_address_nobody_has_proven_is_not_redirected_to(app: Any, on: Runtime, growers: Enterprise) -> None:
    pip = Link(VOC + "pip", f"{SITE}/pip", "Thông tin", "text/html", ("vi",))
    registered(
        on,
        growers,
        KEY,
        pip,
        Link(DEFAULT_MULTI, f"{SITE}/en", "Lychees", None, ("en",)),
        Link(DEFAULT_MULTI, f"{SITE}/vi", "Vải", None, ("vi",)),
    )
    for target in (f"{KEY}?a=b", f"{KEY}?linkType=gs1:pip&a"):
        assert get(app, target).header("location") == f"{ROOT}/leaving{target}"
        assert get(app, target, PAGE).header("location") == f"{ROOT}/leaving{target}"
    proven(on, growers)
    assert get(app, f"{KEY}?a=b").header("location") == f"{SITE}/vai?a=b"
    assert get(app, f"{KEY}?a=b", PAGE).header("location") == f"{SITE}/en?a=b"


def test_the_page_before_an_unproven_address_names_host_and_owner(app: Any, on: Runtime, growers: Enterprise) -> None:
    registered(on, growers, KEY)
    page = get(app, f"/leaving{KEY}?x=%3Cscript%3E&to=https://evil.example", PAGE)
    told = page.body.decode()
    assert (page.status, page.header("x-robots-tag"), page.header("referrer-policy")) == (200, "noindex, nofollow", "no-referrer")
    assert "HTX Sông Thái Bình" in told
    assert f'href="{SITE}/vai?x=%3Cscript%3E&amp;to=https://evil.example" rel="nofollow noopener noreferrer"' in told
    assert set(re.findall(r'href="(https?://[^/"]+)', told)) == {SITE, ROOT}, "nothing of the query became an address"


def test_the_page_before_an_unproven_address_steps_aside_when_it_is_proven(app: Any, on: Runtime, growers: Enterprise) -> None:
    registered(on, growers, KEY)
    proven(on, growers)
    assert get(app, f"/leaving{KEY}?x[]=1", PAGE).header("location") == f"{ROOT}{KEY}?x[]=1"
    assert get(app, "/leaving/01/" + OTHER, {"Accept": "application/json"}).status == 404
    assert get(app, "/leaving//evil.example/", {"Accept": "application/json"}).status in {400, 404}


def test_links_of_the_operator_and_to_ourselves_need_no_proof(app: Any, on: Runtime, growers: Enterprise) -> None:
    other = f"/01/{OTHER}"
    first = Link(DEFAULT, f"{SITE}/x", "X")
    declare.declare(Registration(rules.read_path(other), "X", first, ()), by=OPERATOR, on=on)
    own = Link(DEFAULT, f"{ROOT}/v/01/{OTHER}", "Vải")
    declare.declare(Registration(rules.read_path(KEY), "Vải", own, ()), by=growers.actor(), on=on)
    assert get(app, other).header("location") == f"{SITE}/x"
    assert get(app, KEY).header("location") == f"{ROOT}/v/01/{OTHER}"


HOSTILE = [
    "https://a.example/\r\nSet-Cookie: a=b",
    "https://a.example/\0",
    "javascript:alert(1)",
    "https://user@a.example/",
    "//a.example",
    "https://a.example/ b",
    "",
]


@pytest.mark.parametrize("href", [text for text in HOSTILE if "\0" not in text])
def test_an_address_that_got_into_the_table_another_way_is_never_sent(app: Any, on: Runtime, href: str) -> None:
    path = (("01", OTHER),)
    place = place_of(path)
    title = 'Tên "</script><b>\r\nX: y'
    links = [Link(VOC + "pip", href, title).as_json(), Link(VOC + "dpp", "https://a.example/đường?ă", title).as_json()]
    row = place._asdict() | {"party_id": 0, "description": title, "default_href": href, "default_title": title, "default_host": "a.example"}
    on.store.write(lambda tx: tx.execute(insert(LinkSet).values(**row, several_defaults=False, links=links, updated_at=on.clock.now())))
    for target in (place.anchor, f"{place.anchor}?linkType=gs1:pip"):
        found = get(app, target)
        assert (found.status, found.header("location"), found.header("set-cookie")) == (404, "", "")
    assert (
        get(app, f"{place.anchor}?linkType=gs1:dpp").header("location")
        == "https://a.example/%C4%91%C6%B0%E1%BB%9Dng?%C4%83&linkType=gs1:dpp"
    )
    page = get(app, f"{place.anchor}?linkType=linkset", PAGE).body.decode()
    assert "</script><b>" not in page.replace("&lt;", "")
    assert href.strip() == "" or f'href="{href}"' not in page


@pytest.mark.parametrize(
    "target",
    [
        f"{KEY}/21/A%0D%0ASet-Cookie:%20x=1",
        f"{KEY}?x=%00",
        f"{KEY}/21/%00",
        f"{KEY}/21/\u00e9",
        f'{KEY}?x="><b>',
        f"{KEY}?x=#y",
        f"{KEY}#y",
        f"{KEY}/21/A\tB",
        f"{KEY}?x=a\r\nSet-Cookie: x=1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_nothing_in_a_target_becomes_a_header(app: Any, growers: Enterprise, method: str, target: str) -> None:
    assert growers.prefix == "9521002"
    found = send(app, method, target, {"Accept": "application/json"}, ROOT)
    assert "set-cookie" not in {name for name, _ in found.headers}
    assert not any(re.search(r"[\r\n\0]|[^\x20-\x7e]", value) for _, value in found.headers)
    assert found.status in ({400} if method == "GET" else {204, 400})


def test_a_query_stays_encoded_and_one_that_is_no_ascii_becomes_so(app: Any, growers: Enterprise) -> None:
    assert growers.prefix == "9521002"
    for query in ("x=%0d%0aSet-Cookie:%20x=1", "a[]=%5B&b='(*)'!"):
        assert get(app, f"{KEY}?{query}").header("location") == f"{ROOT}/v{KEY}?{query}"
    assert get(app, f"{KEY}?q=đường").header("location") == f"{ROOT}/v{KEY}?q=%C4%91%C6%B0%E1%BB%9Dng"


def test_two_keys_with_one_hash_are_told_apart_by_their_text(on: Runtime) -> None:
    path = (("01", OTHER),)
    place = place_of(path)
    row = place._asdict() | {"anchor": f"/01/{gtin('952100900002')}", "party_id": 0, "description": "another", "default_href": f"{SITE}/x"}
    row |= {"default_title": "X", "default_host": "thaibinh.example", "several_defaults": False, "links": [], "updated_at": on.clock.now()}
    on.store.write(lambda tx: tx.execute(insert(LinkSet).values(**row)))
    with on.store.reading() as connection:
        assert find.registrations(connection, path, "example.test") == []


def test_an_event_names_a_thing_that_then_resolves_with_all_its_levels(on: Runtime) -> None:
    path = (("8004", "9521002TS1"), ("7040", "1AB0"))
    site = standing.Site(ROOT, "example.test", "Trang")
    (member,) = standing.members([], None, path, "/8004/9521002TS1/7040/1AB0", site)
    assert (member.path, member.description) == (path, "(8004)9521002TS1 (7040)1AB0")
    assert on.settings.public_url() == ROOT


@pytest.mark.sqlite  # PostgreSQL chooses its plan by the size of the table
@pytest.mark.parametrize("links", [True, False])
def test_link_sets_of_every_level_are_found_in_one_range(on: Runtime, links: bool) -> None:
    from tests.resolve.test_registered import _scans

    path = (("01", GTIN), ("22", "V"), ("10", "L"), ("21", "S"))
    assert _scans(on, lambda connection: find.registrations(connection, path, "x", links=links)) == []
    assert CompanyPrefix.__tablename__ == "company_prefix"


def test_the_redirect_in_front_is_the_redirect_of_the_doors(app: Any, on: Runtime, growers: Enterprise) -> None:
    registered(on, growers, KEY)
    site = standing.Site(ROOT, "example.test", "Trang xác minh")
    for target in (f"{KEY}?a=[1]", f"{KEY}/10/L1/21/S", f"{KEY}/", f"{KEY}?linkType=gs1:pip", "/eh3016451da800004000001a85"):
        path, _, query = target.partition("?")
        with on.store.reading() as connection:
            found = answer.redirect_for(connection, path, query, None, None, site)
        sent = get(app, target)
        assert found is not None, target
        assert (sent.status, {name: sent.header(name.lower()) for name in found.headers}) == (found.status, found.headers)
    with on.store.reading() as connection:
        for target in (f"{KEY}/foo", "/01/" + OTHER, f"{KEY}/10"):
            assert answer.redirect_for(connection, target, "", None, None, site) is None
        assert answer.redirect_for(connection, KEY, "linkType=linkset", None, None, site) is None


def test_a_product_that_somebody_registers_later_does_not_move_what_the_operator_keeps(app: Any, on: Runtime) -> None:
    target = Link(DEFAULT, "https://brand.example/a", "Trang")
    declare.declare(Registration((("01", OTHER),), "Chè", target, ()), by=OPERATOR, on=on)
    stranger = make_enterprise(on, "HTX Đến Sau", "9521009")
    values = {"gtin": OTHER, "name": "Chè", "name_key": "che", "created_at": on.clock.now()}
    on.store.write(lambda tx: tx.execute(insert(Product).values(party_id=stranger.party_id, **values)))
    for end in ("", "/21/NOBODY"):
        assert get(app, f"/01/{OTHER}{end}").header("location") == "https://brand.example/a"
    assert "/v/" not in get(app, f"/01/{OTHER}/21/S?linkType=linkset").body.decode()


@pytest.mark.parametrize("segment", ["ex+/", "ex+", "eh30=", "ex%2e", "ehZZ", "eh", "ex"])
def test_a_segment_that_is_meant_as_an_epc_and_is_none_is_400(app: Any, segment: str) -> None:
    assert get(app, f"/{segment}").status == 400
