"""Pages of people who are signed in: every one opens for everybody who may, on a telephone too, and a session ends when it is ended."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest

from app.api import application
from app.api.door import ROUTES, Access, Route
from app.party.permissions import GRANTS, Role
from tests.web import looks
from tests.web.server import Server
from tests.web.steps import sign_in, sign_out
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]

PEOPLE = (Role.OWNER, Role.APPROVER, Role.MEMBER, Role.INSPECTOR, Role.REGULATOR, Role.OPERATOR)
"""Roles of the demo's people; programs sign in with keys."""


def _routes() -> list[Route]:
    """Every page without parameters in its path."""
    for name in application.DOORS:
        importlib.import_module(name)
    return [route for route in ROUTES if route.page and route.method == "GET" and "<" not in route.rule]


def _pages(role: Role) -> list[str]:
    """Paths of pages that somebody may open; a file is downloaded, not opened."""
    open_to = {route.rule for route in _routes() if isinstance(route.needs, Access) or route.needs in GRANTS[role]}
    return sorted(path for path in open_to if "." not in path)


def test_the_pages_of_the_main_job_are_among_those_that_are_opened() -> None:
    needed = {
        "/console",
        "/console/places/new",
        "/console/products/new",
        "/console/lots/new",
        "/console/labels",
        "/console/capture/by-hand",
    }
    assert needed <= set(_pages(Role.MEMBER))


@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_opens_on_a_telephone_for_everybody_who_may(visit: Visit, role: Role) -> None:
    visitor = visit(width=360, height=740)
    sign_in(visitor, str(role))
    wrong: dict[str, list[str]] = {}
    for path in _pages(role):
        visitor.complaints.clear()
        answer = visitor.open(path)
        said = [*visitor.complaints, *looks.wrong(visitor.page)]
        if answer.status != 200:
            said.append(f"status {answer.status}")
        if visitor.page.locator("html").get_attribute("lang") != "vi":
            said.append("not in the person's language")
        wrong |= {path: said} if said else {}
    assert wrong == {}
    assert visitor.elsewhere() == []


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_an_owner_can_be_read_in_other_languages_and_in_the_dark(visit: Visit, language: str, width: int) -> None:
    visitor = visit(width=width, color_scheme="dark")
    sign_in(visitor, "owner", "Sông Thái Bình")
    wrong = {}
    for path in _pages(Role.OWNER):
        visitor.open(f"{path}?lang={language}")
        said = looks.wrong(visitor.page)
        wrong |= {path: said} if said else {}
    visitor.open("/console?lang=vi")
    assert wrong == {}


def test_the_template_of_a_sheet_is_a_workbook(visit: Visit) -> None:
    visitor = visit()
    sign_in(visitor, "member")
    answer = visitor.page.context.request.get("/console/capture/template.xlsx")
    assert answer.status == 200
    assert answer.body().startswith(b"PK")


def test_signing_out_ends_the_session_even_for_whoever_kept_its_cookie(visit: Visit) -> None:
    visitor = visit(width=360)
    sign_in(visitor, "member")
    kept = visitor.page.context.cookies()
    assert [(cookie["httpOnly"], cookie["sameSite"]) for cookie in kept] == [(True, "Lax")]
    sign_out(visitor)
    assert visitor.page.context.cookies() == []
    visitor.page.context.add_cookies(kept)
    visitor.open("/console")
    assert visitor.path == "/sign-in"


def test_somebody_who_came_for_a_page_gets_there_after_signing_in(visit: Visit, server: Server) -> None:
    visitor = visit()
    visitor.open("/console/lots?q=2606")
    assert visitor.path == "/sign-in"
    email, password = server.person("member")
    visitor.page.locator("#f-email").fill(email)
    visitor.page.locator("#f-password").fill(password)
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_url("**/console/lots?q=2606")


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(visit: Visit, server: Server) -> None:
    said = []
    for email in (server.person("approver")[0], "nobody@demo.truyxuat.example"):
        visitor = visit(width=360, scripts=False)
        visitor.open("/sign-in")
        visitor.page.locator("#f-email").fill(email)
        visitor.page.locator("#f-password").fill("not the password of anybody")
        visitor.page.locator("main form button").click()
        said.append(visitor.page.locator(".summary").inner_text())
        assert visitor.page.locator("#f-password").input_value() == ""
        assert visitor.page.locator("#f-email").input_value() == email
        assert looks.wrong(visitor.page) == []
    assert said[0] == said[1]


def test_changing_the_language_keeps_the_page_and_is_remembered(visit: Visit) -> None:
    visitor = visit()
    sign_in(visitor, "approver")
    visitor.open("/console/lots?q=TH26")
    for language in ("fr", "vi"):
        visitor.page.locator(f"header a[hreflang={language}]").click()
        visitor.page.wait_for_url(f"**/console/lots?q=TH26&lang={language}")
        visitor.open("/console/products")
        assert visitor.page.locator("html").get_attribute("lang") == language
        visitor.open("/console/lots?q=TH26")


def test_the_menu_of_a_signed_in_person_works_without_scripts(visit: Visit) -> None:
    visitor = visit(width=360, scripts=False)
    sign_in(visitor, "owner")
    visitor.page.locator("header summary").click()
    assert visitor.page.locator("header a[href='/console/organisation']").is_visible()
    assert looks.wrong(visitor.page) == []
    sign_out_button = visitor.page.locator("header form button")
    box = sign_out_button.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
