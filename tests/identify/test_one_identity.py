"""One item, one key: what people type, what scanners send and what events hold, in every spelling."""

from __future__ import annotations

import pytest
from hypothesis import given

from app.errors import Invalid
from app.identify import digital_link, element_string, epc_urn
from app.identify.item_key import item_key, old_path
from app.identify.read import identify
from tests.identify import strategies as made

ITEM = "https://id.gs1.org/01/09521002000016/21/K7M2Q9"
CLASS = "https://id.gs1.org/01/09521002000016"

URIS = (
    ITEM,
    "urn:epc:id:sgtin:9521002.000001.K7M2Q9",
    "URN:EPC:id:sgtin:9521002.000001.K7M2Q9",
    "https://brand.example/01/09521002000016/21/K7M2Q9",
    "http://brand.example/01/09521002000016/21/K7M2Q9",
    "HTTPS://BRAND.EXAMPLE/01/09521002000016/21/K7M2Q9",
    "https://brand.example/where/it/stands/01/09521002000016/21/K7M2Q9",
    "https://brand.example:8443/01/09521002000016/21/K7M2Q9",
    "https://brand.example/01/09521002000016/10/TH26/21/K7M2Q9",
    "https://brand.example/01/09521002000016/22/2A/21/K7M2Q9?17=270101#top",
    "https://brand.example/01/09521002000016/21/%4b7M2Q9",
    "https://brand.example/01/09521002000016/21/%4B7M2Q9",
    "https://brand.example/01/9521002000016/21/K7M2Q9",
    "https://brand.example/gtin/09521002000016/ser/K7M2Q9",
    "https://brand.example/gtin/9521002000016/lot/TH26/ser/K7M2Q9",
    "https://brand.example/01/09521002000016/21/K7M2Q9/",
)
TYPED = (
    "(01)09521002000016(21)K7M2Q9",
    "(01) 09521002000016 (21) K7M2Q9",
    "]d2010952100200001621K7M2Q9",
    "]C1010952100200001610TH26\x1d21K7M2Q9",
    "\x1d010952100200001621K7M2Q9",
    "^010952100200001621K7M2Q9",
    "010952100200001621K7M2Q9",
)


@pytest.mark.parametrize("uri", URIS)
def test_every_spelling_in_an_event_is_one_item(uri: str) -> None:
    assert item_key(uri) == item_key(ITEM)


@pytest.mark.parametrize("text", [*URIS, *TYPED])
def test_whatever_is_typed_or_scanned_is_that_item(text: str) -> None:
    assert item_key(identify(text).canonical) == item_key(ITEM)


@pytest.mark.parametrize(
    "text", ["9521002000016", "09521002000016", "952 1002 00001 6", "urn:epc:idpat:sgtin:9521002.000001.*", CLASS + "/", CLASS]
)
def test_every_spelling_of_a_product_is_one_class(text: str) -> None:
    assert item_key(identify(text).canonical) == item_key(CLASS)


@pytest.mark.parametrize(
    ("short", "long"),
    [("95210025", "00000095210025"), ("012345678905", "00012345678905"), ("9521002000016", "09521002000016")],
)
def test_shorter_numbers_are_padded(short: str, long: str) -> None:
    wanted = item_key(f"https://id.gs1.org/01/{long}/21/A")

    assert item_key(f"https://brand.example/01/{short}/21/A") == item_key(f"https://brand.example/gtin/{short}/ser/A") == wanted
    assert item_key(identify(short).canonical) == item_key(f"https://id.gs1.org/01/{long}")


@given(made.gtins.filter(lambda gtin: gtin[1:6] != "00000"), made.serials, made.prefix_lengths)
def test_made_in_every_spelling_an_item_keeps_its_key(gtin: str, serial: str, length: int) -> None:
    path = (("01", gtin), ("21", serial))
    wanted = item_key(digital_link.build(path))

    assert item_key(digital_link.build(path, stem="http://brand.example/a")) == wanted
    assert item_key(epc_urn.build(path, prefix_length=length)) == wanted
    assert item_key(identify(element_string.build(path)).canonical) == wanted
    if "(" not in serial:  # what follows a bracket in a value reads as an AI
        assert item_key(identify(element_string.human(path)).canonical) == wanted


@pytest.mark.parametrize(
    "uri", ["https://brand.example/gtin/09521002000017/ser/A", "https://brand.example/gtin/x", "https://example.vn/lot/A", "text"]
)
def test_what_only_looks_like_an_old_link_is_none(uri: str) -> None:
    assert old_path(uri) is None
    assert item_key(uri).text == uri
    with pytest.raises(Invalid):
        identify(uri)


def test_an_old_link_keeps_its_lot_beside_the_serial() -> None:
    found = identify("https://brand.example/gtin/9521002000016/lot/TH26/ser/K7M2Q9")

    assert found.path == (("01", "09521002000016"), ("10", "TH26"), ("21", "K7M2Q9"))
