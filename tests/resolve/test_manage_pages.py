"""Pages of links: a list that says what to do, a form that works without script, and files with every mistake in its row."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from app.catalogue import register
from app.party.permissions import Role
from app.runtime import Runtime
from tests.builders import Enterprise, gtin, make_api_key, make_enterprise

FRUIT = gtin("952100100001")
SITE = "https://vaihuonggiang.example"
EDIT = f"/console/links/edit?code=/01/{FRUIT}"
PIP = "https://ref.gs1.org/voc/pip"


@pytest.fixture
def growers(on: Runtime) -> Enterprise:
    found = make_enterprise(on)
    register.register_product({"gtin": FRUIT, "name": "Vải thiều Thanh Hà"}, by=found.actor(), on=on)
    return found


@pytest.fixture
def key(on: Runtime, growers: Enterprise) -> dict[str, str]:
    return make_api_key(on, growers) | {"Accept-Language": "en"}


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def form(**more: str) -> dict[str, str]:
    """The form with one link; the second row is empty."""
    return {
        "version": "", "rows": "2", "description": "Vải thiều", "default_href": f"{SITE}/vai", "default_title": "Vải thiều",
        "rel-0": PIP, "href-0": f"{SITE}/en", "title-0": "Lychees", "language-0": "en", "media-0": "text/html", "do": "save",
    } | more  # fmt: skip


def version(client: Any, key: dict[str, str]) -> str:
    """What the form of the fruit sends back, as both its buttons do."""
    seen = re.findall(r'name="version" value="(\w+)"', text(client.get(EDIT, headers=key)))
    assert len(seen) == 2
    assert len(set(seen)) == 1
    return str(seen[0])


def test_an_empty_list_says_what_to_do(client: Any, key: dict[str, str]) -> None:
    page = text(client.get("/console/links", headers=key))
    assert "No links yet" in page
    assert 'name="code"' in page


def test_a_new_code_comes_with_the_name_of_its_product(client: Any, key: dict[str, str]) -> None:
    page = text(client.get(EDIT + "/10/L1", headers=key))
    assert 'value="Vải thiều Thanh Hà (10)L1"' in page
    assert f"https://example.test/v/01/{FRUIT}/10/L1" in page


def test_a_saved_form_leads_phones_by_language_and_can_be_undone(client: Any, key: dict[str, str]) -> None:
    saved = client.post(EDIT, data=form(), headers=key)
    assert saved.status_code == 303
    page = text(client.get(saved.headers["Location"], headers=key))
    assert "Saved." in page
    assert "Nobody has proven that vaihuonggiang.example belongs to your organisation" in page
    assert page.count(f'href="{SITE}/vai"') == 3
    assert "Asked before leaving" in page
    listed = text(client.get("/console/links?q=thanh+ha", headers=key))
    assert "Host not proven" in listed
    change = saved.headers["Location"].rpartition("=")[2]
    undone = client.post("/console/links/undo", data={"code": f"/01/{FRUIT}", "change": change}, headers=key)
    assert undone.status_code == 303
    assert "Nothing is registered for exactly this code yet." in text(client.get(undone.headers["Location"], headers=key))


def test_rows_are_added_and_removed_without_saving(client: Any, key: dict[str, str]) -> None:
    more = text(client.post(EDIT, data=form(do="more"), headers=key))
    assert 'name="href-4"' in more
    assert f'value="{SITE}/en"' in more
    fewer = text(client.post(EDIT, data=form(drop="0"), headers=key))
    assert f'value="{SITE}/en"' not in fewer
    assert f'value="{SITE}/vai"' in fewer
    assert "No links yet" in text(client.get("/console/links", headers=key))


def test_mistakes_stand_beside_their_fields_and_what_was_typed_is_kept(client: Any, key: dict[str, str]) -> None:
    wrong = form(
        **{"rows": "3", "href-0": "", "title-0": "", "language-0": "", "media-0": "", "href-2": "javascript:alert(1)", "rel-2": PIP}
    )
    answer = client.post(EDIT, data=wrong, headers=key)
    page = text(answer)
    assert answer.status_code == 400
    assert 'href="#f-href-2"' in page
    assert 'href="#f-title-2"' in page
    assert 'value="javascript:alert(1)"' in page
    assert 'id="f-href-2" name="href-2" value="javascript:alert(1)" class="input-code"' in page


def test_two_people_do_not_overwrite_each_other(client: Any, key: dict[str, str]) -> None:
    client.post(EDIT, data=form(), headers=key)
    late = client.post(EDIT, data=form(description="Khác"), headers=key)
    assert late.status_code == 412
    assert "Somebody changed the links" in text(late)


def test_an_empty_default_leads_to_our_page(client: Any, key: dict[str, str]) -> None:
    client.post(EDIT, data=form(default_href="", default_title=""), headers=key)
    page = text(client.get(EDIT, headers=key))
    assert f"https://example.test/v/01/{FRUIT}" in page


def test_links_are_removed_after_asking(client: Any, key: dict[str, str]) -> None:
    client.post(EDIT, data=form(), headers=key)
    stale = client.post("/console/links/remove", data={"code": f"/01/{FRUIT}", "version": "0" * 24}, headers=key)
    assert stale.status_code == 412
    seen = version(client, key)
    gone = client.post("/console/links/remove", data={"code": f"/01/{FRUIT}", "version": seen}, headers=key)
    assert "The links are removed." in text(client.get(gone.headers["Location"], headers=key))


def test_a_code_that_is_none_is_refused_beside_its_field(client: Any, key: dict[str, str]) -> None:
    answer = client.get("/console/links/edit?code=0952100100001", headers=key)
    assert answer.status_code == 400
    assert 'href="#f-code"' in text(answer)


def test_a_product_page_says_where_its_code_leads(client: Any, key: dict[str, str]) -> None:
    assert f'href="/console/links/edit?code=/01/{FRUIT}"' in text(client.get(f"/console/products/{FRUIT}", headers=key))


def test_who_carries_goods_sees_no_links(client: Any, on: Runtime, growers: Enterprise) -> None:
    assert client.get("/console/links", headers=make_api_key(on, growers, Role.CARRIER)).status_code == 403


SHEET = (
    "Code,Lot,Link type,Address,Title,Language,Default\n{code},L1,pip,{site}/l1,Lô 1,vi,yes\n{code},L2,pip,ftp://x.example/,Lô 2,vi,yes\n"
)


def send(client: Any, key: dict[str, str], do: str, content: str, name: str = "links.csv", **more: str) -> Any:
    data = {"file": (io.BytesIO(content.encode()), name), "do": do} | more
    return client.post("/console/links/upload", data=data, headers=key, content_type="multipart/form-data")


def test_a_file_is_checked_then_loaded_and_mistakes_have_their_row(client: Any, key: dict[str, str]) -> None:
    content = SHEET.format(code=FRUIT, site=SITE)
    checked = send(client, key, "check", content)
    assert checked.status_code == 200
    assert "Row 3, column D" in text(checked)
    refused = send(client, key, "load", content)
    assert refused.status_code == 422
    assert "No links yet" in text(client.get("/console/links", headers=key))
    loaded = send(client, key, "load", content, skip="wrong")
    assert "1 added, 0 replaced, 0 as they were, 1 skipped" in text(loaded)
    assert "(10)L1" in text(client.get("/console/links", headers=key))


def test_a_sheet_comes_back_with_its_errors_and_is_taken_once_corrected(client: Any, key: dict[str, str]) -> None:
    content = SHEET.format(code=FRUIT, site=SITE)
    answer = send(client, key, "errors", content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert str(rows[0][-1]).endswith("(errors)")
    assert "ftp://x.example/ is no web address" in str(rows[2][-1])
    corrected = content.replace("ftp:", "https:")
    assert "2 added" in text(send(client, key, "load", corrected))


def test_the_template_loads_as_it_is(client: Any, key: dict[str, str]) -> None:
    template = client.get("/console/links/template.xlsx", headers=key).data
    data = {"file": (io.BytesIO(template), "mau.xlsx"), "do": "check"}
    page = text(client.post("/console/links/upload", data=data, headers=key, content_type="multipart/form-data"))
    assert "has no mistakes: it would add 2" in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cu.XLS", "Spreadsheets of the kind .xls are not read"), ("a.ods", "save it as .xlsx"), ("a.pdf", "ends in .xlsx, .csv, .json,"),
        ("links", "The ending of links does not say"),
    ],
)  # fmt: skip
def test_a_file_with_another_ending_is_told_which_are_read(client: Any, key: dict[str, str], name: str, said: str) -> None:
    answer = send(client, key, "check", "%PDF-1.7", name)
    assert answer.status_code == 400
    assert said in text(answer)
    assert 'href="#f-file"' in text(answer)


def test_findings_stand_in_the_order_of_the_rows(client: Any, key: dict[str, str]) -> None:
    rows = [f"{FRUIT},L1,ftp://a.example/,A", f"{FRUIT[:-1]}0,,{SITE}/a,A", f"{FRUIT},L1,ftp://b.example/,B", f"x,,{SITE}/a,A"]
    page = text(send(client, key, "check", "Code,Lot,Address,Title\n" + "\n".join(rows)))
    found = [int(row) for row in re.findall(r"Row (\d+)", page)]
    assert found == sorted(found)
    assert set(found) == {2, 3, 4, 5}


@pytest.mark.parametrize(
    ("language", "said"),
    [("vi", "Mã (GTIN…), Số lô, Số sê-ri"), ("en", "Code (GTIN…), Lot, Serial number"), ("fr", "Code (GTIN…), Lot, Numéro")],
)
def test_an_unknown_column_is_answered_with_those_of_the_template(client: Any, key: dict[str, str], language: str, said: str) -> None:
    page = text(send(client, key | {"Accept-Language": language}, "check", "GTIN,Màu\n1,2\n"))
    assert said in page
    assert "href" not in page.partition("<tbody>")[2].partition("</tbody>")[0]


MULTI = "https://ref.gs1.org/voc/defaultLinkMulti"


def by_language(**more: str) -> dict[str, str]:
    """The form with a link that Vietnamese telephones follow instead of the default."""
    more = {
        "rel-0": MULTI,
        "href-0": f"{SITE}/vi",
        "title-0": "Vải",
        "language-0": "vi",
        "media-0": "",
        "default_href": f"{SITE}/new",
    } | more
    return form(**more)


def test_who_changes_the_default_is_told_that_phones_follow_the_links_by_language(client: Any, key: dict[str, str]) -> None:
    saved = client.post(EDIT, data=by_language(), headers=key)
    for address in (saved.headers["Location"], EDIT):
        page = text(client.get(address, headers=key))
        assert page.count("Changing the default is not enough") == 1
        assert f"A phone set to Tiếng Việt is still led to {SITE}/vi (link by language)." in page
        assert "A phone set to English is still" not in page
        assert 'href="#link-2"' in page
        assert f'name="href-1" value="{SITE}/vi"' in page


def test_nothing_is_told_where_the_link_by_language_is_the_default_itself(client: Any, key: dict[str, str]) -> None:
    client.post(EDIT, data=by_language(default_href=f"{SITE}/vi"), headers=key)
    assert "Changing the default is not enough" not in text(client.get(EDIT, headers=key))


def open_rows(page: str) -> dict[int, bool]:
    """The rows of the form with whether they are open."""
    return {int(number): bool(is_open) for number, is_open in re.findall(r'id="link-(\d+)"( open)?>', page)}


def test_links_that_are_kept_are_closed_new_and_wrong_ones_are_open(client: Any, key: dict[str, str]) -> None:
    client.post(EDIT, data=form(), headers=key)
    page = text(client.get(EDIT, headers=key))
    assert open_rows(page) == {1: False, 2: False, 3: True}
    assert '</strong> · English · <span class="code">vaihuonggiang.example</span></summary>' in page
    fields = dict(re.findall(r'name="([a-z]+-[01])" value="([^"]*)"', page)) | {"rel-0": PIP, "rel-1": PIP}
    same = form(**fields, version=version(client, key), rows="3")
    more = text(client.post(EDIT, data=same | {"do": "more"}, headers=key))
    assert open_rows(more) == {1: False, 2: False, 3: True, 4: True, 5: True, 6: True}
    wrong = client.post(EDIT, data=same | {"href-1": "ftp://x.example/"}, headers=key)
    assert wrong.status_code == 400
    assert open_rows(text(wrong)) == {1: False, 2: True, 3: True}


def test_a_key_of_another_organisation_has_no_form(client: Any, on: Runtime, key: dict[str, str]) -> None:
    other = make_enterprise(on, prefix="9521002")
    foreign = gtin("952100200001")
    register.register_product({"gtin": foreign, "name": "Chè"}, by=other.actor(), on=on)
    for code in (f"/01/{foreign}", f"/01/{foreign}/10/L1"):
        for answer in (
            client.get(f"/console/links/edit?code={code}", headers=key),
            client.post(f"/console/links/edit?code={code}", data=form(), headers=key),
        ):
            assert answer.status_code == 409
            assert "belongs to another organisation" in text(answer)
            assert "<input" not in text(answer).partition("<main")[2].partition("</main>")[0]


def test_a_host_of_vietnamese_letters_is_shown_in_both_spellings(client: Any, key: dict[str, str]) -> None:
    ascii_host = "vải-hương.vn".encode("idna").decode()
    saved = client.post(EDIT, data=form(default_href="https://vải-hương.vn/a"), headers=key)
    both = f"vải-hương.vn ({ascii_host})"
    page = text(client.get(saved.headers["Location"], headers=key))
    assert f"Nobody has proven that {both} belongs" in page
    assert "The host of this address reads vải-hương.vn." in page
    assert both in text(client.get("/console/links", headers=key))


def test_a_search_without_a_result_says_so_and_leads_on(client: Any, key: dict[str, str]) -> None:
    client.post(EDIT, data=form(), headers=key)
    page = text(client.get("/console/links?q=%3Cb%3Exyz", headers=key))
    assert "No code matches “&lt;b&gt;xyz”" in page
    assert "No links yet" not in page
    assert 'href="/console/links">See all' in page


@pytest.mark.parametrize(("name", "content"), [("x.json", "{}"), ("x.json", "nope"), ("", ""), ("x.xlsx", "no sheet")])
def test_a_file_that_is_none_is_refused_on_the_page(client: Any, key: dict[str, str], name: str, content: str) -> None:
    answer = send(client, key, "load", content, name)
    assert answer.status_code == 400
    assert 'class="summary"' in text(answer)
