"""The life of stamps at the pages: a blank roll is printed, some are spoiled, some go on a batch, and buyers are told the truth."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.web import looks
from tests.web.server import Server
from tests.web.steps import sign_in
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

PRODUCER = "Sông Thái Bình"
_CHECKED = """code => {
    const question = new XMLHttpRequest();
    question.open('GET', '/api/verify?code=' + encodeURIComponent(code), false);
    question.send();
    return JSON.parse(question.responseText).verdict !== 'cannot_check';
}"""


class Roll:
    """A roll of blank stamps and somebody who moves them along."""

    def __init__(self, visitor: Visitor, gtin: str, lot: str, job: str) -> None:
        self.visitor, self.page, self.gtin, self.lot = visitor, visitor.page, gtin, lot
        self.path = f"/console/labels/{job}/rolls"
        self.job = job

    def move(self, to: str, first: int = 0, last: int = 0, **chosen: str) -> str:
        """Fill in the form and send it, and the second look where there is one; what the page says then."""
        self.visitor.open(self.path)
        if first:
            self.page.check("[name=which][value=some]")
            self.page.fill("#f-first", str(first))
            self.page.fill("#f-last", str(last))
        self.page.check(f"[name=to][value={to}]")
        for name, value in chosen.items():
            field = self.page.locator(f"#f-{name}")
            _ = field.select_option(value) if name in {"lot", "cause"} else field.fill(value)
        self.page.locator("form.moves button").click()
        if to in {"void", "activated"}:
            self.page.locator("main h1").wait_for()
            assert looks.wrong(self.page) == []
            self.page.locator("main form[method=post] button").click()
        self.page.wait_for_url("**?done=*")
        return str(self.page.get_by_role("status").inner_text())

    def serial(self, position: int) -> str:
        """The number of a stamp."""
        self.visitor.open(f"/console/serials?job={self.job}&from={position}")
        return str(self.page.locator("main tbody a").first.inner_text())

    def told(self, position: int) -> tuple[str, str]:
        """Verdict and cause that a buyer is shown, as soon as the newest events stand in the log."""
        code = f"https://id.gs1.org/01/{self.gtin}/21/{self.serial(position)}"
        self.page.wait_for_function(_CHECKED, arg=code, polling=250)
        self.visitor.open(code.replace("https://id.gs1.org", "/v") + "?lang=vi")
        main = self.page.locator("main")
        return str(main.locator("h1").inner_text()), str(main.inner_text())

    def counts(self) -> dict[str, int]:
        """What the key below the bar says."""
        self.visitor.open(self.path)
        rows = self.page.locator(".life-key").first.locator("li").all_inner_texts()
        pairs = [re.fullmatch(r"\s*(.+?)\s+([\d,]+)\s*", row, re.DOTALL) for row in rows]
        return {pair[1]: int(pair[2].replace(",", "")) for pair in pairs if pair and pair[2] != "0"}


@pytest.fixture
def roll(visit: Visit, server: Server) -> Roll:
    """200 blank stamps of the demo's packer, asked for as a program does; the rest happens at the pages."""
    visitor = visit(width=360, height=740)
    sign_in(visitor, "owner", PRODUCER)
    visitor.open("/console/lots")
    found = re.search(r"/console/lots/(\d{14})/([^?]+)$", visitor.page.locator("main tbody a").first.get_attribute("href"))
    assert found is not None
    sent = {"gtin": found[1], "lot": "", "count": 200}
    made = visitor.page.request.post(f"{server.base}/api/labels", data=sent, headers={"Origin": server.base})
    assert made.status == 201, made.text()
    return Roll(visitor, found[1], found[2], made.json()["job"])


def test_a_roll_lives_from_blank_to_activated_and_one_step_back(roll: Roll) -> None:
    assert roll.counts() == {"Tem trắng": 200}
    assert "200" in roll.move("printed")
    assert "5 tem" in roll.move("void", 11, 15, cause="spoiled", note="Mực nhòe")
    assert "100 tem" in roll.move("assigned", 16, 115, lot=roll.lot)
    assert "100 tem" in roll.move("activated", 16, 115)
    assert roll.counts() == {"Đã in": 95, "Đã kích hoạt": 100, "Đã hủy": 5}
    assert roll.told(20)[0] == "Đã xác minh"
    word, whole = roll.told(12)
    assert word == "Nghi ngờ"
    assert "VOID-STAMP" in whole
    word, whole = roll.told(1)
    assert word not in {"Đã xác minh", "Nghi ngờ"}
    roll.visitor.open(roll.path)
    undo = roll.page.get_by_role("button", name=re.compile("Hoàn tác: Đã hủy"))
    undo.click()
    roll.page.wait_for_url("**?done=*")
    assert roll.counts() == {"Đã in": 100, "Đã kích hoạt": 100}
    assert roll.told(12)[0] != "Nghi ngờ"
    assert roll.visitor.complaints == []
    assert roll.visitor.elsewhere() == []


def test_what_stands_in_the_way_is_told_and_nothing_moves(roll: Roll) -> None:
    roll.move("printed", 1, 50)
    roll.visitor.open(roll.path)
    roll.page.check("[name=which][value=some]")
    roll.page.fill("#f-first", "40")
    roll.page.fill("#f-last", "60")
    roll.page.check("[name=to][value=assigned]")
    roll.page.select_option("#f-lot", roll.lot)
    roll.page.locator("form.moves button").click()
    assert "51-60" in roll.page.locator(".summary").inner_text()
    assert roll.page.locator("#f-first").input_value() == "40"
    assert roll.page.locator("#f-lot").input_value() == roll.lot
    assert looks.wrong(roll.page) == []
    assert roll.counts() == {"Tem trắng": 150, "Đã in": 50}


def test_fields_of_the_form_show_when_they_are_needed_and_without_scripts(visit: Visit, roll: Roll) -> None:
    roll.move("printed")
    quiet = visit(width=1280, scripts=False)
    sign_in(quiet, "owner", PRODUCER)
    quiet.open(roll.path)
    page = quiet.page
    assert [page.locator(f"#f-{name}").is_visible() for name in ("first", "lot", "cause")] == [False, True, False]
    page.check("[name=to][value=void]")
    page.check("[name=which][value=some]")
    assert [page.locator(f"#f-{name}").is_visible() for name in ("first", "lot", "cause")] == [True, False, True]


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_a_stamp_and_a_lot_can_be_read(visit: Visit, roll: Roll, width: int) -> None:
    roll.move("printed")
    serial = roll.serial(7)
    visitor = visit(width=width)
    sign_in(visitor, "owner", PRODUCER)
    edit = f"/console/lots/edit/{roll.gtin}/{roll.lot}"
    pages = (roll.path, f"{roll.path}/1", f"/console/serials/{roll.gtin}/{serial}", f"/console/lots/{roll.gtin}/{roll.lot}", edit)
    wrong: dict[str, list[str]] = {}
    for path in pages:
        for language in ("vi", "en", "fr"):
            status = visitor.open(f"{path}?lang={language}").status
            said = looks.wrong(visitor.page) + ([] if status == 200 else [f"status {status}"])
            wrong |= {f"{path} {language}": said} if said else {}
    visitor.open("/console?lang=vi")
    assert wrong == {}
    assert visitor.complaints == []


def test_a_hand_scanner_leads_to_the_stamp(roll: Roll) -> None:
    serial = roll.serial(3)
    roll.visitor.open("/console/serials")
    assert roll.page.locator(":focus").get_attribute("id") == "f-code"
    roll.page.keyboard.type(f"https://id.gs1.org/01/{roll.gtin}/21/{serial}")
    roll.page.keyboard.press("Enter")
    roll.page.wait_for_url(f"**/console/serials/{roll.gtin}/{serial}")
    assert roll.page.locator("h1").inner_text() == serial
    assert roll.page.locator(".path [aria-current]").inner_text().strip() == "Tem trắng"


@pytest.mark.parametrize(("width", "folded"), [(360, True), (1280, False)])
def test_the_menu_of_the_console_never_scrolls_sideways(visit: Visit, width: int, folded: bool) -> None:
    visitor = visit(width=width, scripts=False)
    sign_in(visitor, "owner", PRODUCER)
    page: Any = visitor.page
    link = page.get_by_role("navigation").get_by_role("link", name="Tem", exact=True)
    assert link.is_visible() is not folded
    if folded:
        page.locator(".nav summary").click()
    assert page.locator(".nav ul").evaluate("list => list.scrollWidth <= list.clientWidth")
    link.click()
    page.wait_for_url("**/console/stamps")
