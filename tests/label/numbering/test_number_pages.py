"""One serial number and ranges as people meet them in the console."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.capture.accept import accept
from app.catalogue import register
from app.label import find
from app.label.numbering import look_up
from app.label.stamps import issue, life, ranges
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, document, gtin, make_enterprise, object_event, raw, signed_in

LYCHEE, LONGAN = gtin("952100100001"), gtin("952100100002")
LOT = "TH/260612"


@pytest.fixture
def firm(client: Any, on: Runtime) -> Enterprise:
    """An enterprise with two products and a batch, whose owner is signed in."""
    made = make_enterprise(on)
    register.register_product({"gtin": LYCHEE, "name": "Vải thiều Thanh Hà"}, by=made.actor(), on=on)
    register.register_product({"gtin": LONGAN, "name": "Nhãn lồng"}, by=made.actor(), on=on)
    register.register_lot(LYCHEE, {"lot": LOT}, by=made.actor(), on=on)
    signed_in(client, on, made)
    return made


@pytest.fixture
def made(on: Runtime, firm: Enterprise) -> issue.Job:
    """Six blank stamps on rolls of four."""
    return issue.issue(LYCHEE, "", 6, per_roll=4, by=firm.actor(), on=on)


def _page(serial: str, product: str = LYCHEE) -> str:
    return f"/console/serials/{product}/{serial}"


def _path(page: str) -> list[tuple[str, str]]:
    """The steps of a life as drawn: state and class."""
    drawn = re.search(r'<ol class="path">(.*?)</ol>', page, re.DOTALL)
    assert drawn is not None
    return [(word, kind) for kind, word in re.findall(r'<li class="([^"]*)"[^>]*><span>([^<]+?)(?: <span|</span>)', drawn[1])]


@pytest.mark.parametrize(
    "spelling",
    [
        "https://id.gs1.org/01/{gtin}/21/{serial}",
        "https://vai.example.vn/01/{gtin}/10/TH%2F260612/21/{serial}?17=260719",
        "(01){gtin}(21){serial}",
        "]d201{gtin}21{serial}",
        "  {serial} ",
        "{lower}",
        "{grouped}",
    ],
)
def test_whatever_is_scanned_or_typed_leads_to_the_stamp(client: Any, made: issue.Job, spelling: str) -> None:
    serial = made.serials[2]
    grouped = "-".join(serial[start : start + 4] for start in range(0, len(serial), 4)).lower().replace("0", "o").replace("1", "l")
    code = spelling.format(gtin=LYCHEE, serial=serial, lower=serial.lower(), grouped=grouped)
    answer = client.get("/console/serials", query_string={"code": code})
    assert (answer.status_code, answer.headers.get("Location")) == (303, _page(serial))


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("code", "told"),
    [
        (LYCHEE, "names the product only"),
        (f"(01){LYCHEE}(21)KHONGCO", "was not given out by this organisation"),
        ("(00)095210010000000017", "is the SSCC"),
        ("(414)9521001001014", "not a stamp"),
        ("ABC DEF", "Compare with the number below the code"),
        ("<script>", "Compare with the number below the code"),
    ],
)
def test_what_leads_to_no_stamp_is_explained(client: Any, code: str, told: str) -> None:
    page = client.get("/console/serials", query_string={"code": code, "lang": "en"})
    assert page.status_code == 200
    assert told in page.text
    assert "<script" not in page.text


def test_a_number_that_is_cut_off_is_completed_and_a_shared_one_asks_which_product(client: Any, on: Runtime, firm: Enterprise) -> None:
    for product in (LYCHEE, LONGAN):
        issue.issue(product, "", 2, numbers=["CHUNG-001", "CHUNG-002"], by=firm.actor(), on=on)
    page = client.get("/console/serials?code=chung-00&lang=en").text
    assert "Numbers that begin like this" in page
    assert page.count('href="/console/serials/0') == 4
    both = client.get("/console/serials?code=CHUNG-001&lang=en").text
    assert "Several products have this number" in both
    assert client.get(f"/console/serials?code=CHUNG-001&gtin={LONGAN}").headers["Location"] == _page("CHUNG-001", LONGAN)


@pytest.mark.parametrize("serial", ["A/B", "/A", "A/", "50%", "a+b&c", "édit".encode().decode("ascii", "ignore") + "?x"])
def test_a_serial_number_of_any_characters_has_a_page(client: Any, on: Runtime, firm: Enterprise, serial: str) -> None:
    issue.issue(LYCHEE, "", 1, numbers=[serial], by=firm.actor(), on=on)
    answer = client.get("/console/serials", query_string={"code": serial})
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    links = re.findall(r'href="(/v/01/[^"]+)"', page.text)
    assert client.get(links[0]).status_code == 200


def test_the_page_of_a_stamp_draws_its_life(client: Any, on: Runtime, firm: Enterprise, made: issue.Job) -> None:
    page = client.get(_page(made.serials[4]) + "?lang=en").text
    assert _path(page)[:2] == [("Blank", "is-done is-here"), ("Printed", "")]
    assert f"/console/labels/{made.job_id}/rolls/2" in page
    life.move(made.job_id, "printed", 1, 6, by=firm.actor(), on=on)
    life.move(made.job_id, "assigned", 1, 6, lot=LOT, by=firm.actor(), on=on)
    page = client.get(_page(made.serials[4]) + "?lang=en").text
    assert [kind for _, kind in _path(page)] == ["is-done", "is-done", "is-done is-here", "", ""]
    assert f"/console/lots/{LYCHEE}/TH%2F260612" in page
    life.move(made.job_id, "void", 5, 5, cause="spoiled", note="rách mép", by=firm.actor(), on=on)
    page = client.get(_page(made.serials[4]) + "?lang=en").text
    assert _path(page) == [("Blank", "is-done"), ("Printed", "is-done"), ("Assigned", "is-done"), ("Void", "is-end is-here")]
    assert "rách mép" in page
    assert page.count("owner of HTX") >= 3


def test_the_label_of_a_stamp_can_be_looked_at(client: Any, made: issue.Job) -> None:
    preview = re.search(r'href="(/api/labels/[^"]+\.svg)"', client.get(_page(made.serials[0])).text)
    assert preview is not None
    assert client.get(preview[1]).content_type.startswith("image/svg+xml")


def test_events_of_a_stamp_are_counted_and_linked(client: Any, on: Runtime, firm: Enterprise, made: issue.Job) -> None:
    link = f"https://id.gs1.org/01/{LYCHEE}/21/{made.serials[0]}"
    accept(raw(document(object_event(epcList=[link]))), by=firm.actor(), on=on)
    page = client.get(_page(made.serials[0])).text
    assert re.search(rf'href="/console/events\?product={LYCHEE}&amp;lot={made.serials[0]}">1</a>', page)


def test_one_stamp_is_voided_with_a_second_look_and_taken_back(client: Any, on: Runtime, firm: Enterprise, made: issue.Job) -> None:
    page = _page(made.serials[1])
    asked = client.post(page + "?lang=en", data={"to": "void", "cause": "stolen"})
    assert "Void 1 stamps?" in asked.text
    kept = dict(re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', asked.text))
    done = client.post(page, data=kept).headers["Location"]
    assert done.startswith(page + "?done=")
    with on.store.reading() as connection:
        states = [row.state for row in find.serials(connection, firm.party_id, made.job_id)]
    assert states == ["blank", "void", "blank", "blank", "blank", "blank"]
    undo, back = re.findall(
        r'action="(/console/stamps/changes/\d+/undo)"><input type="hidden" name="back" value="([^"]*)"', client.get(done).text
    )[0]
    assert client.post(undo, data={"back": back}).headers["Location"].startswith(page)
    assert "is-end" not in client.get(page).text


@pytest.mark.parametrize(("to", "field"), [("void", "cause"), ("assigned", "lot"), ("x", "to")])
def test_a_step_of_one_stamp_that_lacks_something_is_refused_beside_its_field(client: Any, made: issue.Job, to: str, field: str) -> None:
    refused = client.post(_page(made.serials[0]), data={"to": to})
    assert refused.status_code == 400
    assert f'href="#f-{field}"' in refused.text


def test_a_step_a_stamp_cannot_take_says_why(client: Any, made: issue.Job) -> None:
    refused = client.post(_page(made.serials[0]) + "?lang=en", data={"to": "sold"})
    assert refused.status_code == 409
    assert 'class="summary"' in refused.text


def test_the_stamp_of_somebody_else_is_not_found(app: Any, on: Runtime, made: issue.Job) -> None:
    stranger = signed_in(app.test_client(), on, make_enterprise(on, "Khác", "9521002"))
    page = _page(made.serials[0])
    assert stranger.get(page).status_code == 404
    assert stranger.post(page, data={"to": "void", "cause": "lost", "confirmed": "yes"}).status_code == 404
    assert stranger.get(f"/console/serials?job={made.job_id}").status_code == 404
    assert made.serials[0] not in stranger.get(f"/console/serials?code={made.serials[0][:6]}").text
    assert stranger.get(f"/console/serials?code={made.serials[0]}").status_code == 200


def test_serial_numbers_of_a_job_are_listed_by_position(client: Any, made: issue.Job) -> None:
    page = client.get(f"/console/serials?job={made.job_id}&from=3").text
    assert [serial in page for serial in made.serials] == [False, False, True, True, True, True]


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    "query",
    [
        "code=%00",
        "code=" + "9" * 3000,
        "code=%F0%9F%98%80",
        "gtin=x&code=A",
        "job=x",
        "job=" + "9" * 25,
        "job=1",
        "from=0",
        "code=%25%25%25",
    ],
)
def test_no_question_about_serial_numbers_causes_a_fault(client: Any, query: str) -> None:
    assert client.get(f"/console/serials?{query}").status_code < 500


@pytest.mark.parametrize("text", ["", "O0Il1", "k7m 2q9", "x" * 21])
def test_spellings_begin_with_what_was_typed(text: str) -> None:
    found = look_up.spellings(text)
    assert found[:1] == ([text] if 1 <= len(text) <= 20 else [])
    assert len(set(found)) == len(found)


# ------------------------------------------------------------------------------------------------ ranges


@pytest.mark.usefixtures("firm")
def test_a_range_is_opened_used_and_closed(client: Any, on: Runtime, firm: Enterprise) -> None:
    sent = {"gtin": LYCHEE, "scheme": "permuted", "length": "13", "most": "1.000", "note": "Nhà in Sông Hồng"}
    assert client.post("/console/serial-ranges", data=sent).headers["Location"] == "/console/serial-ranges?done=opened"
    issue.issue(LYCHEE, "", 10, by=firm.actor(), on=on)
    page = client.get("/console/serial-ranges?lang=en").text
    for told in ("Keyed permutation", "13 characters", "990", "Nhà in Sông Hồng", "one guess in 3.6 billion billion hits", "Open"):
        assert told in page, told
    close = re.search(r'action="(/console/serial-ranges/\d+/close)"', page)
    assert close is not None
    assert client.post(close[1]).status_code == 303
    assert client.post(close[1]).status_code == 409
    assert "Closed" in client.get("/console/serial-ranges?lang=en").text


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"gtin": "1"}, "gtin"),
        ({"scheme": "counted"}, "scheme"),
        ({"length": "11"}, "length"),
        ({"length": "21"}, "length"),
        ({"length": "x"}, "length"),
        ({"most": "0"}, "most"),
        ({"most": "nhiều"}, "most"),
        ({"most": "999999999999999"}, "most"),
    ],
)
def test_a_range_with_a_mistake_is_refused_beside_its_field(client: Any, change: dict[str, str], field: str) -> None:
    sent = {"gtin": LYCHEE, "scheme": "random", "length": "12", "most": ""}
    refused = client.post("/console/serial-ranges", data=sent | change)
    assert 400 <= refused.status_code < 500
    assert f'href="#f-{field}"' in refused.text


def test_ranges_belong_to_their_organisation_and_are_opened_by_approvers(app: Any, on: Runtime, firm: Enterprise) -> None:
    number = ranges.open_range(LYCHEE, by=firm.actor(), on=on)
    stranger = signed_in(app.test_client(), on, make_enterprise(on, "Khác", "9521002"))
    assert stranger.post(f"/console/serial-ranges/{number}/close").status_code == 404
    assert str(number) not in stranger.get("/console/serial-ranges").text
    member = signed_in(app.test_client(), on, firm, Role.MEMBER)
    assert "<form method=" not in member.get("/console/serial-ranges").text.partition("<main")[2]
    assert member.post("/console/serial-ranges", data={"gtin": LYCHEE}).status_code == 403


@pytest.mark.usefixtures("firm")
def test_no_address_of_ranges_causes_a_fault(client: Any) -> None:
    assert client.get("/console/serial-ranges?gtin=%C3%A9").status_code < 500
