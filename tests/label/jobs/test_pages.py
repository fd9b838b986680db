from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise, signed_in
from tests.label.stock import GTIN, LOT, make_stock


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    return make_enterprise(on)


@pytest.fixture
def owner(client: Any, on: Runtime, firm: Enterprise) -> Any:
    make_stock(on, firm)
    return signed_in(client, on, firm)


def _ask(client: Any, count: str = "3", lot: str = f"{GTIN}/{LOT}") -> Any:
    return client.post("/console/labels", data={"lot": lot, "count": count, "layout": "a4-3x8"})


@pytest.fixture
def job(owner: Any) -> str:
    """The path of a fresh job's page."""
    return str(_ask(owner).headers["Location"]).partition("?")[0]


def _serials(owner: Any, job: str) -> list[str]:
    """The serial numbers of the job of a page that may still be printed."""
    found = owner.get(f"/api/labels/{job.rsplit('/', 1)[1].partition('?')[0]}").get_json()["serials"]
    return [each["serial"] for each in found if each["state"] != "void"]


def _picture(page: str) -> str:
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    return base64.b64decode(found[1]).decode() if found else ""


def test_without_a_lot_the_page_leads_to_registering_one(client: Any, on: Runtime, firm: Enterprise) -> None:
    page = signed_in(client, on, firm).get("/console/labels").text
    assert 'href="/console/lots/new"' in page
    assert 'name="count"' not in page


def test_asking_for_labels_leads_to_their_page_on_the_chosen_paper(owner: Any) -> None:
    answer = _ask(owner)
    assert answer.status_code == 303
    page = owner.get(answer.headers["Location"]).text
    assert '<option value="a4-3x8" selected>' in page
    assert len(_serials(owner, answer.headers["Location"])) == 3
    assert f"https://example.test/01/{GTIN}/10/{LOT}/21/" in page


def test_a_link_from_a_lot_chooses_it(owner: Any) -> None:
    assert f'<option value="{GTIN}/{LOT}" selected>' in owner.get(f"/console/labels?gtin={GTIN}&lot={LOT}").text


@pytest.mark.parametrize(
    ("count", "lot"), [("0", f"{GTIN}/{LOT}"), ("many", f"{GTIN}/{LOT}"), ("1000001", f"{GTIN}/{LOT}"), ("1", "x/y"), ("1", "")]
)
def test_a_form_with_a_mistake_comes_back_with_what_was_typed(owner: Any, count: str, lot: str) -> None:
    answer = _ask(owner, count, lot)
    assert answer.status_code in {400, 404}
    assert 'class="summary"' in answer.text
    assert f'value="{count}"' in answer.text


def test_the_list_shows_jobs_with_what_is_left_of_them(owner: Any, job: str) -> None:
    page = owner.get("/console/labels").text
    assert f'href="{job}"' in page
    owner.post(f"{job}/void", data={"which": "all", "reason": "stolen", "confirmed": "yes"})
    assert "Toutes annulées" in owner.get("/console/labels?lang=fr").text


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ("pdf&layout=a4-2x5&dx=0,5", "application/pdf"),
        ("zpl&dpi=300", "text/plain; charset=us-ascii"),
        ("csv", "text/csv; charset=utf-8"),
        ("svg", "image/svg+xml"),
        ("png&dpi=203", "image/png"),
    ],
)
def test_every_file_downloads(owner: Any, job: str, what: str, kind: str) -> None:
    serial = _serials(owner, job)[0]
    answer = owner.get(f"{job}/file?what={what}&serial={serial}")
    assert (answer.status_code, answer.content_type) == (200, kind)
    assert answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("query", ["what=pdf&dx=99", "what=pdf&part=9", "what=pdf&layout=x", "what=svg&serial=x", "what=png&dpi=1"])
def test_a_file_that_cannot_be_made_is_told_on_a_page(owner: Any, job: str, query: str) -> None:
    answer = owner.get(f"{job}/file?{query}")
    assert (answer.status_code < 500, answer.mimetype) == (True, "text/html")


def test_the_preview_is_the_first_label_with_its_measures(owner: Any, job: str) -> None:
    page = owner.get(job).text
    assert _serials(owner, job)[0] in _picture(page)
    assert page.count("X = 0") >= 4


def test_voiding_asks_again_before_it_does_anything(owner: Any, job: str) -> None:
    chosen = _serials(owner, job)[:2]
    asked = owner.post(f"{job}/void", data={"serial": chosen, "which": "some", "reason": "misprinted"})
    assert asked.status_code == 200
    assert 'name="confirmed" value="yes"' in asked.text
    assert len(_serials(owner, job)) == 3
    done = owner.post(f"{job}/void", data={"serial": chosen, "which": "some", "reason": "misprinted", "confirmed": "yes"})
    assert done.status_code == 303
    assert owner.get(done.headers["Location"]).status_code == 200
    assert len(_serials(owner, job)) == 1


@pytest.mark.parametrize(
    "data",
    [
        {"which": "all", "reason": ""},
        {"which": "some", "reason": "lost"},
        {"which": "some", "reason": "x", "serial": "NO", "confirmed": "yes"},
    ],
)
def test_voiding_without_reason_or_choice_comes_back(owner: Any, job: str, data: dict[str, str]) -> None:
    answer = owner.post(f"{job}/void", data=data)
    assert answer.status_code in {400, 404}
    assert 'class="summary"' in answer.text
    assert len(_serials(owner, job)) == 3


def test_a_member_sees_no_way_to_void(client: Any, on: Runtime, firm: Enterprise, job: str) -> None:
    member = signed_in(client, on, firm, Role.MEMBER)
    assert "which" not in member.get(job).text
    assert member.post(f"{job}/void", data={"which": "all", "reason": "x", "confirmed": "yes"}).status_code == 403


@pytest.mark.parametrize("job_id", ["1", "99999999999999999999"])
def test_a_job_nobody_has_is_not_found(owner: Any, job_id: str) -> None:
    assert owner.get(f"/console/labels/{job_id}").status_code == 404


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_no_page_shows_a_key_instead_of_words(owner: Any, job: str, language: str) -> None:
    for path in ("/console/labels", job):
        page = owner.get(f"{path}?lang={language}").text
        assert re.findall(r"\blabel\.[a-z_]+", page) == []
