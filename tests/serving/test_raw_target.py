"""The request target arrives as it was printed, whichever server is in front: `%2F` in a Digital Link is data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.identify import epc_binary
from tests.builders import document, object_event, raw
from tests.serving import ONCE
from tests.serving.conftest import ELSEWHERE, GTIN, Served
from tests.serving.wire import HOST, Way

pytestmark = ONCE

ROOT = f"https://{HOST}"
PAGE = {"Accept": "text/html", "Accept-Language": "en"}
KEY = f"/01/{GTIN}"

UNTOUCHED = {
    "a slash in lot and serial": f"{KEY}/10/A%2FB/21/S%2F1?x=%2F&y=a;b",
    "small hexadecimal digits": f"{KEY}/10/A%2fB/21/S%2f1?x=%2f",
    "mixed hexadecimal digits": f"{KEY}/10/%2a%2A%2fB?x=%3a%3A",
    "a percent sign": f"{KEY}/10/A%252FB?x=%252F",
    "an encoded plus": f"{KEY}/10/A%2BB?x=%2B",
    "a plus": f"{KEY}/10/A+B?x=+",
    "letters encoded for nothing": f"{KEY}/10/%41%42?x=%41",
    "dots that are data": f"{KEY}/10/..%2FA?x=../..",
    "a quotation mark": f"{KEY}/10/%22A%22?x=%22",
    "a hash": f"{KEY}/10/A?x=%23",
    "semicolons": f"{KEY}/10/A;B?17=271231;x=1",
    "brackets": f"{KEY}/10/A?x[]=1&y=[z]",
    "all that a path may hold": f"{KEY}/10/A!'()*,-._:=B?x=@:/?!$'()*,",
    "two question marks": f"{KEY}/10/A?x=1?y=2",
    "an empty pair": f"{KEY}/10/A?&x=1&&y=",
    "a word without a value": f"{KEY}/10/A?x",
    "a gtin alone": f"{KEY}?utm_source=t%C3%BAi%20gi%E1%BA%A5y",
    "bytes that are no text": f"{KEY}/10/A?x=%FF%FE",
}


@pytest.mark.parametrize("target", UNTOUCHED.values(), ids=UNTOUCHED)
def test_what_was_printed_comes_back_byte_for_byte(way: Way, target: str) -> None:
    answer = way.ask(target)
    assert (answer.status, answer.location) == (307, f"{ROOT}/v{target}")


@pytest.mark.parametrize("lot", ["A%2FB", "A%2fB", "A%252FB", "A%2BB", "A+B", "..%2FA", "%41%2F%2F"])
def test_the_page_that_a_code_leads_to_reads_the_lot_that_was_printed(way: Way, lot: str) -> None:
    leads = way.ask(f"{KEY}/10/{lot}/21/S%2F1").location
    assert leads.startswith(ROOT)
    page = way.ask(leads.removeprefix(ROOT), headers=PAGE)
    read = {"A%2FB": "A/B", "A%2fB": "A/B", "A%252FB": "A%2FB", "A%2BB": "A+B", "A+B": "A+B", "..%2FA": "../A", "%41%2F%2F": "A//"}[lot]
    assert page.status == 200
    assert f"<dd>{read}</dd>" in page.text
    assert "<dd>S/1</dd>" in page.text


@pytest.mark.parametrize("key", ELSEWHERE)
def test_where_an_owner_leads_is_sent_as_it_was_registered(way: Way, key: str) -> None:
    answer = way.ask(f"/01/{key}/10/A%2FB?x=%2F&y=[z]")
    assert (answer.status, answer.location) == (307, ELSEWHERE[key] + "&x=%2F&y=[z]")


def test_a_slash_at_the_end_is_left_away_in_front_of_the_query(way: Way) -> None:
    answer = way.ask(f"{KEY}/10/A%2FB/?x=%2F/")
    assert (answer.status, answer.location) == (307, f"{ROOT}/v{KEY}/10/A%2FB?x=%2F/")


def test_two_slashes_in_front_lead_to_a_page_that_opens(way: Way) -> None:
    leads = way.ask(f"/{KEY}/10/A%2FB")
    page = way.ask(leads.location.removeprefix(ROOT), headers=PAGE)
    assert (leads.status, page.status, "<dd>A/B</dd>" in page.text) == (307, 200, True)


@pytest.mark.parametrize("target", [f"{KEY}//10/A", f"{KEY}/10//A", f"{KEY}/10/A//"])
def test_two_slashes_are_not_made_one(way: Way, target: str) -> None:
    answer = way.ask(target, headers={"Accept": "application/json"})
    assert 400 <= answer.status < 405
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "code" in json.loads(answer.body)


@pytest.mark.parametrize("authority", [f"http://{HOST}", f"https://{HOST}", f"HTTP://{HOST}:80"])
def test_a_target_in_absolute_form_is_read_like_the_short_one(way: Way, authority: str) -> None:
    target = f"{KEY}/10/A%2FB/21/S%2F1?x=%2F&y=a;b"
    answer = way.ask(authority + target)
    assert (answer.status, answer.location) == (307, f"{ROOT}/v{target}")
    page = way.ask(f"{authority}/v{KEY}/10/A%2FB", headers=PAGE)
    assert (page.status, "<dd>A/B</dd>" in page.text) == (200, True)


def test_other_sites_may_read_where_a_code_leads(way: Way) -> None:
    answer = way.ask(f"{KEY}/10/A%2FB", headers={"Origin": "https://shop.example"})
    assert answer.headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert "Location" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers.get_all("Link") == [f'<{ROOT}{KEY}/10/A%2FB?linkType=linkset>; rel="linkset"; type="application/linkset+json"']
    assert answer.headers["Vary"] == "Accept, Accept-Language"


def test_head_says_what_get_says_and_nothing_more(way: Way) -> None:
    for target in (f"{KEY}/10/A%2FB?x=%2F", f"{KEY}/10/A%2FB?linkType=linkset", f"/v{KEY}/10/A%2FB"):
        asked, head = way.ask(target), way.ask(target, method="HEAD")
        assert (head.status, head.location, head.body) == (asked.status, asked.location, b"")
        assert head.headers["Link"] == asked.headers["Link"]
        assert head.headers["Content-Length"] == asked.headers["Content-Length"] == str(len(asked.body))


def test_options_tells_other_sites_what_may_be_asked(way: Way) -> None:
    answer = way.ask(f"{KEY}/10/A%2FB/21/S%2F1?x=%2F", method="OPTIONS", headers={"Origin": "https://shop.example"})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert f"<{ROOT}{KEY}/10/A%2FB/21/S%2F1?linkType=linkset>" in answer.headers["Link"]


def test_a_link_set_names_the_code_as_it_was_asked_for(way: Way) -> None:
    answer = way.ask(f"{KEY}/10/A%2FB?linkType=linkset")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/linkset+json"
    assert json.loads(answer.body)["linkset"][0]["anchor"] == f"{ROOT}{KEY}/10/A%2FB"


@pytest.mark.parametrize("spell", [epc_binary.to_hex, epc_binary.to_base64], ids=["hexadecimal", "base64"])
def test_the_bits_of_a_tag_lead_to_the_same_page(way: Way, spell: Any) -> None:
    segment = spell(epc_binary.build((("01", GTIN), ("21", "S/1")), scheme="SGTIN-198", prefix_length=7))
    answer = way.ask(f"/{segment}?x=%2F&y=a;b")
    assert (answer.status, answer.location) == (307, f"{ROOT}/v{KEY}/21/S%2F1?x=%2F&y=a;b")
    assert f'<{ROOT}{KEY}/21/S%2F1>; rel="owl:sameAs"' in answer.headers["Link"]


def test_a_name_with_a_zero_byte_is_400(way: Way) -> None:
    assert way.ask(f"{KEY}/10/A%00B").status == 400


@pytest.mark.parametrize("target", [f"{KEY}/10/A%zz", f"{KEY}/10/A%"])
def test_nginx_refuses_a_percent_sign_that_nobody_encoded(front: Way, target: str) -> None:
    """The product itself reads it as the data it may be; no label of ours is printed so."""
    assert front.ask(target).status == 400


def test_the_longest_link_arrives_whole_and_one_longer_is_refused_in_our_own_words(way: Way) -> None:
    target = f"{KEY}/10/A%2FB?x="
    target += "y" * (8191 - len(ROOT + target))
    answer = way.ask(target)
    assert (answer.status, answer.location) == (307, f"{ROOT}/v{target}")
    assert way.ask(f"/v{target}", headers=PAGE).status == 200
    refused = way.ask(target + "y", headers={"Accept": "application/json"})
    assert (refused.status, json.loads(refused.body)["code"]) == (400, "identify.too-many")


@pytest.mark.parametrize("pieces", [False, True], ids=["whole", "in pieces"])
def test_an_event_is_recorded_and_found_by_its_name(served: Served, way: Way, pieces: bool) -> None:
    name = f"https://event.example/{way.name}/{'pieces' if pieces else 'whole'}?a=b;c+d"
    quoted = name.replace(":", "%3A").replace("/", "%2F").replace("?", "%3F").replace("+", "%2B").replace(";", "%3B").replace("=", "%3D")
    body = raw(document(object_event(eventID=name)))
    chunked = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    more = {"Transfer-Encoding": "chunked"} if pieces else {}
    sent = way.ask("/epcis/capture", "POST", chunked if pieces else body, served.key | more)
    assert sent.status == 202, sent.text
    found = way.ask(f"/epcis/events/{quoted}", headers=served.key)
    assert found.status == 200, found.text
    assert json.loads(found.body)["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0]["eventID"] == name


def test_browsers_speak_http2_and_the_slash_stays_data(front: Way) -> None:
    assert b"<dd>A/B</dd>" in front.ask_http2(f"/v{KEY}/10/A%2FB?x=%2F")
    members = json.loads(front.ask_http2(f"{KEY}/10/A%2FB/21/S%252F1?linkType=linkset"))
    assert members["linkset"][0]["anchor"] == f"{ROOT}{KEY}/10/A%2FB/21/S%252F1"


@pytest.mark.parametrize("target", UNTOUCHED.values(), ids=UNTOUCHED)
def test_the_door_without_tls_sends_on_with_every_byte(plain: Way, target: str) -> None:
    answer = plain.ask(target)
    assert (answer.status, answer.location) == (308, ROOT + target)
