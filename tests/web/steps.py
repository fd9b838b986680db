"""What a manufacturer does at the pages, as sentences; each step fills the form of one page and waits for the next.

Screens and fields are counted, because the whole job has a budget of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.web.visitor import Visitor

MAIN = "main form"


@dataclass
class Manufacturer:
    """Somebody who registers goods. screens: paths of the pages that came up, in order; fields: how many were filled in."""

    visitor: Visitor
    screens: list[str] = field(default_factory=list)
    fields: int = 0

    @property
    def page(self) -> Any:
        """The window."""
        return self.visitor.page

    def begin(self) -> None:
        """Open the home page and the form to register an organisation."""
        self._seen(self.visitor.open("/"))
        self.page.locator("main a[href*='/sign-up']").first.click()
        self._arrived("**/sign-up*")

    def sign_up(self, organisation: Mapping[str, str], email: str, password: str) -> None:
        """Register an organisation and its first person, who is signed in then."""
        self._fill(organisation | {"person_name": "Nguyễn Thị Thử", "email": email, "password": password})
        self._send("**/console")

    def register_place(self, values: Mapping[str, str]) -> None:
        """Register a place, from the overview's next step."""
        self._next_step("**/console/places/new")
        self._fill(values)
        self._send("**/console/places?done=created")

    def register_product(self, values: Mapping[str, str]) -> None:
        """Register a product, from the overview's next step."""
        self._overview()
        self._next_step("**/console/products/new")
        self._fill(values)
        self._send("**/console/products/*?done=created")

    def register_lot(self, values: Mapping[str, str], *, here: bool = False) -> None:
        """Register a batch; here: of the product whose page says that it was just registered."""
        if here:
            self.page.get_by_role("status").get_by_role("link").click()
            self._arrived("**/console/lots/new?gtin=*")
        else:
            self._seen(self.visitor.open("/console/lots/new"))
        self._fill(values)
        self._send("**/console/lots/*/*?done=created")

    def declare_recall(self, values: Mapping[str, str]) -> None:
        """Declare a recall: fill in, look once more, confirm."""
        self._seen(self.visitor.open("/console/recalls/new"))
        self._fill(values)
        self.page.locator("main form[method=post] button").last.click()
        self.page.get_by_role("button", name="Đúng, khai báo thu hồi").click()
        self._arrived("**/console/recalls?done=declared")

    def make_labels(self, count: int) -> None:
        """Ask for labels of the batch that was just registered."""
        self.page.get_by_role("status").get_by_role("link").first.click()
        self._arrived("**/console/labels?*")
        self._fill({"count": str(count)})
        self._send("**/console/labels/*")

    def download(self, name: str, folder: Path) -> Path:
        """Press the link or button of that name and keep the file that comes."""
        with self.page.expect_download() as coming:
            self.page.locator("main").get_by_role("link", name=name).or_(self.page.get_by_role("button", name=name)).first.click()
        file = folder / coming.value.suggested_filename
        coming.value.save_as(file)
        return file

    def record_by_hand(self, values: Mapping[str, str]) -> None:
        """Record an event with the form, look at it once more, confirm."""
        self._fill(values)
        self._send("**/console/capture/drafts/*")
        self.confirm()

    def upload(self, file: Path) -> None:
        """Take a file to its dry run."""
        self._seen(self.visitor.open("/console/capture"))
        self.page.locator("#f-file").set_input_files(file)
        self.fields += 1
        self.page.locator("form:has(#f-file) button").click()
        self._arrived("**/console/capture/drafts/*")

    def confirm(self) -> None:
        """Record what the dry run shows."""
        self.page.locator("main form[method=post] button").first.click()
        self._arrived("**/console/captures/*")

    def _overview(self) -> None:
        self._seen(self.visitor.open("/console"))

    def _next_step(self, url: str) -> None:
        self.page.locator(".steps .is-next a").click()
        self._arrived(url)

    def _fill(self, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            at = self.page.locator(f"main #f-{name}")
            if at.evaluate("element => element.tagName") == "SELECT":
                at.select_option(value)
            else:
                at.fill(value)
            self.fields += 1

    def _send(self, url: str) -> None:
        self.page.locator("main form[method=post] button").last.click()
        self._arrived(url)

    def _arrived(self, url: str) -> None:
        self.page.wait_for_url(url)
        self.screens.append(self.visitor.path)

    def _seen(self, _answer: Any) -> None:
        self.screens.append(self.visitor.path)


def sign_in(visitor: Visitor, role: str, organisation: str = "") -> None:
    """Sign in as the demo's person of a role; organisation: part of its name."""
    email, password = visitor.server.person(role, organisation)
    visitor.open("/sign-in")
    visitor.page.locator("#f-email").fill(email)
    visitor.page.locator("#f-password").fill(password)
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_url("**/console")
    answer = visitor.page.request.get("/console?lang=vi")  # a test before this one may have left another language with the person
    assert answer.ok, answer.status


def sign_out(visitor: Visitor) -> None:
    """End the session with the button in the header's menu."""
    visitor.page.locator("header summary").click()
    visitor.page.locator("header form button").click()
    visitor.page.wait_for_url(visitor.server.base + "/")
