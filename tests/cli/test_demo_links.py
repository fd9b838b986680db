"""Links of the demo: in three languages, right by our own rules, and no scan link of the demo leads away from its verdict."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.cli import demo_links
from app.cli import demo_world as world
from app.resolve import kept, rules
from app.resolve.link_types import TYPES
from app.resolve.links import VOC


def test_the_links_of_the_demo_are_right_and_lie_under_a_reserved_name() -> None:
    for _, registration in demo_links.registrations("K7M2Q9"):
        assert rules.judge(registration).findings == ()
        assert all(host.endswith(".example") for host in kept.hosts([registration]))


def test_products_are_told_about_in_three_languages() -> None:
    told = dict(demo_links.registrations("K7M2Q9"))
    assert set(told) <= set(demo_links.SITES)
    for _, registration in demo_links.registrations("K7M2Q9"):
        if registration.path[0][0] == "01" and len(registration.path) == 1:
            about = [link.hreflang for link in registration.links if link.rel == VOC + "pip"]
            assert about == [("vi",), ("en",), ("fr",)]
            assert {link.rel.removeprefix(VOC) for link in registration.links} <= set(TYPES)


def test_codes_whose_verdict_the_demo_prints_lead_to_it() -> None:
    led = {registration.path for _, registration in demo_links.registrations("K7M2Q9") if registration.default is not None}
    assert (("01", world.BATTERY),) not in led
    assert not any("21" in dict(path) for path in led)


def test_one_host_stays_unproven() -> None:
    assert urlsplit(demo_links.SITES[demo_links.UNPROVEN]).hostname == "shanbinhlu.example"
