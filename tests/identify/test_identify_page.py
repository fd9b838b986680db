"""The page `/identify` without script, and `/api/identify`."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identify.pages import EXAMPLES
from app.runtime import Runtime
from app.verify.api import LONGEST_CODE
from app.words.translate import translator
from tests.builders import make_enterprise
from tests.thorough import ONE_FIXTURE

GTIN = "09521234543213"
LANGUAGES = ("vi", "en", "fr")


def page(client: Any, code: str | None = None, language: str = "en", status: int = 200) -> str:
    answer = client.get("/identify", query_string={"lang": language} | ({} if code is None else {"code": code}))
    assert answer.status_code == status
    return str(answer.get_data(as_text=True))


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text)).split())


# ------------------------------------------------------------------------------------------------ the page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_empty_page_offers_examples(client: Any, language: str) -> None:
    text = page(client, language=language)
    assert text.count('class="card card--link"') == len(EXAMPLES)
    assert "<script" not in text
    assert f'href="/identify?code=%2801%29{GTIN}' in text


@pytest.mark.parametrize(("name", "code"), EXAMPLES)
def test_every_example_says_what_it_promises(client: Any, name: str, code: str) -> None:
    text = page(client, code, status=400 if name == "wrong" else 200)
    assert ("cannot be read" in text) is (name == "wrong")
    assert ("Demonstration number" in text) is (name != "wrong")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_is_explained_in_every_language(client: Any, language: str) -> None:
    t = translator(language)
    text = page(client, f"(01){GTIN}(10)LOT7(17)271122", language)
    told = words(text)
    for key in ("names_batch", "ai_10", "ai_17", "issued_not_origin", "flag_demonstration"):
        assert " ".join(t(f"identify.{key}").split()) in told, key
    for spelled in (f"https://id.gs1.org/01/{GTIN}/10/LOT7?17=271122", f"^01{GTIN}10LOT7^17271122", f"(01){GTIN}(10)LOT7(17)271122"):
        assert spelled in told
    assert f'href="/v/01/{GTIN}/10/LOT7?17=271122' in text
    assert "<svg" in text


def test_the_picture_reads_as_the_canonical_link(client: Any) -> None:
    import numpy as np
    import zxingcpp

    text = page(client, f"https://brand.example/01/{GTIN}/21/S1")
    side = int(re.findall(r'class="spelled__picture" viewBox="0 0 (\d+)', text)[0])
    picture = np.full((side, side), 255, np.uint8)
    for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)v1H\d+z", text):
        picture[int(row), int(column) : int(column) + int(length)] = 0
    (read,) = zxingcpp.read_barcodes(np.kron(picture, np.ones((4, 4), np.uint8)))
    assert read.text == f"https://id.gs1.org/01/{GTIN}/21/S1"


def test_a_mistake_is_marked_where_it_stands(client: Any) -> None:
    text = page(client, "(01)09521234543214(10)A", status=400)
    assert '(01)0952123454321<mark class="pointed__here">4</mark>(10)A' in text
    assert "character 18" in text
    assert "must be 3, not 4" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_place_of_a_mistake_is_told_once_and_counted_from_one(client: Any, language: str) -> None:
    for code, place in ((f"(01){GTIN}(10)A\u00e9", 24), ("(01)09521234543214", 18), ("https://brand.example/01/\u00e9", 26)):
        told = words(page(client, code, language, status=400).partition('id="wrong-title"')[2].partition("</section>")[0])
        assert len(re.findall(rf"\b{place}\b", told.replace(code, ""))) == 1, told
        assert not re.search(rf"\b{place - 1}\b", told.replace(code, "")), told


def test_a_code_without_a_key_is_explained_and_has_no_verdict(client: Any) -> None:
    text = page(client, "(99)abc")
    assert "these AIs name nothing" in text
    assert "^99abc" in text
    assert "See what is recorded" not in text
    assert "Plain text" in page(client, "]Q1TEXT")
    answer = client.get("/api/identify", query_string={"code": "(99)abc"}).get_json()
    assert (answer["ais"], answer["dl_uri"], answer["canonical"], answer["page"]) == ([["99", "abc"]], None, None, None)


def test_something_missing_at_the_end_is_said_so(client: Any) -> None:
    text = page(client, "urn:epc:id:sgtin:9521234.054321.", status=400)
    assert "missing at the end" in text


def test_what_a_label_holds_cannot_become_markup(client: Any) -> None:
    text = page(client, f'(01){GTIN}(10)<b>"&', status=200)
    assert "<b>" not in text
    assert "&lt;b&gt;" in text
    assert "<i>" not in page(client, "<i>\x1b\u202e", status=400)


def test_fnc1_in_the_field_is_read_again_as_fnc1(client: Any) -> None:
    text = page(client, f"01{GTIN}10L\x1d21S")
    assert f'value="01{GTIN}10L␝21S"' in text
    assert f"https://id.gs1.org/01/{GTIN}/10/L/21/S" in page(client, f"01{GTIN}10L␝21S")


def test_the_urn_is_shown_for_a_company_that_is_registered_here(client: Any, on: Runtime) -> None:
    code = "(01)09521001000017(21)S1"
    assert "urn:epc:id:sgtin" not in page(client, code)
    make_enterprise(on, "HTX Thử", "9521001")
    assert "urn:epc:id:sgtin:9521001.000001.S1" in page(client, code)


# ------------------------------------------------------------------------------------------------ the API


def test_the_api_explains_a_code(client: Any) -> None:
    answer = client.get("/api/identify", query_string={"code": f"]d201{GTIN}10L\x1d17271122", "lang": "fr"})
    told = answer.get_json()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (told["ok"], told["kind"], told["names"], told["carrier"]) == (True, "GTIN", "batch", "DM")
    assert told["elements"][2]["words"] == "22 novembre 2027"
    assert told["page"] == f"/v/01/{GTIN}/10/L?17=271122"
    assert client.post("/api/identify?lang=fr", json={"code": f"]d201{GTIN}10L\x1d17271122"}).get_json() == told


def test_the_api_says_where_a_code_is_wrong(client: Any) -> None:
    for answer in (
        client.get("/api/identify", query_string={"code": " 9521234543214"}),
        client.post("/api/identify", json={"code": " 9521234543214"}),
    ):
        told = answer.get_json()
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert (told["code"], told["pointer"], told["position"]) == ("identify.wrong-check-digit", "/code", 13)


def test_positions_count_in_what_was_sent(client: Any) -> None:
    code = f"(01){GTIN}(10)Vie\u0323\u0302t"
    assert client.post("/api/identify", json={"code": code}).get_json()["position"] == code.index("\u0323")


@pytest.mark.parametrize("body", [{}, {"code": 1}, {"code": " "}, {"code": "1" * (LONGEST_CODE + 1)}, {"code": "1", "more": 2}, [], "x"])
def test_a_body_without_a_code_is_refused(client: Any, body: Any) -> None:
    assert client.post("/api/identify", json=body).status_code == 400


def test_a_code_is_needed_and_has_a_limit(client: Any) -> None:
    assert client.get("/api/identify").get_json()["code"] == "verify.code-missing"
    assert client.get("/api/identify", query_string={"code": "1" * (LONGEST_CODE + 1)}).status_code == 400
    assert client.get("/api/identify", query_string={"code": "1" * LONGEST_CODE}).get_json()["code"] != "verify.code-missing"


@settings(suppress_health_check=ONE_FIXTURE)
@given(st.text(max_size=60) | st.text("()0123456789 -^]CdQEI\x1dA%/ehx:.", max_size=60))
def test_no_code_is_a_fault_of_ours(client: Any, code: str) -> None:
    for answer in (
        client.get("/api/identify", query_string={"code": code}),
        client.post("/api/identify", json={"code": code}),
        client.get("/identify", query_string={"code": code, "lang": "vi"}),
    ):
        assert answer.status_code in {200, 400}, code
