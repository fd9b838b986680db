from __future__ import annotations

import hashlib
import subprocess
import sys
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identify import item_key as module
from app.identify.escape import escape_path
from app.identify.item_key import ItemKey, foreign_key, index_key, item_key, key_of_path
from app.identify.read import identify
from tests.identify import strategies
from tests.identify.test_epc_urn import CANONICAL

GTIN = "09521234543213"
URN_ESCAPES = str.maketrans({character: f"%{ord(character):02X}" for character in '"%&/<>?'})


def class_key(uri: str) -> int:
    return int.from_bytes(hashlib.sha256(uri.encode()).digest()[:8], "big", signed=True)


ONE_ITEM = [
    f"https://id.gs1.org/01/{GTIN}/21/A.1_b-2",
    f"http://id.gs1.org/01/{GTIN}/21/A.1_b-2",
    f"HTTPS://ID.EXAMPLE.VN:8443/01/{GTIN}/21/A.1_b-2",
    f"https://brand.example.vn/some/path/01/{GTIN}/21/A.1_b-2",
    f"https://brand.example.vn/00/faux/01/{GTIN}/21/A.1_b-2",
    f"https://id.gs1.org/01/{GTIN}/10/LOT/21/A.1_b-2",
    f"https://id.gs1.org/01/{GTIN}/22/CPV/10/L%2F1/21/A.1_b-2",
    f"https://id.gs1.org/01/{GTIN}/21/A.1_b-2?17=261122&linkType=gs1:pip",
    f"https://id.gs1.org/01/{GTIN}/21/A.1_b-2#part",
    f"https://id.gs1.org/01/{GTIN}/21/A.1_b-2/",
    f"https://id.gs1.org/01/{GTIN}/21/A%2E1%5fb%2d2",
    "https://id.gs1.org/01/9521234543213/21/A.1_b-2",
    f"https://id.gs1.org/gtin/{GTIN}/lot/LOT/ser/A.1_b-2",
    "urn:epc:id:sgtin:9521234.054321.A.1_b-2",
    "urn:epc:id:sgtin:952123.0454321.A.1_b-2",
    "urn:epc:id:sgtin:952123454321.0.A.1_b-2",
    "URN:EPC:id:sgtin:9521234.054321.A.1_b-2",
    "urn:epc:id:sgtin:9521234.054321.A%2E1%5Fb%2D2",
]


@pytest.mark.parametrize("spelling", ONE_ITEM)
def test_one_item_has_one_key_in_every_spelling(spelling: str) -> None:
    assert item_key(spelling) == ItemKey(
        issuer=9_521_234,
        class_key=class_key(f"https://id.gs1.org/01/{GTIN}"),
        instance="21:A.1_b-2",
        text=f"https://id.gs1.org/01/{GTIN}/21/A.1_b-2",
    )


@pytest.mark.parametrize(
    ("uri", "issuer", "of_class", "instance"),
    [
        (f"https://id.gs1.org/01/{GTIN}", 9521234, f"01/{GTIN}", ""),
        (f"https://id.gs1.org/01/{GTIN}/22/V", 9521234, f"01/{GTIN}", ""),
        (f"https://id.gs1.org/01/{GTIN}/10/L", 9521234, f"01/{GTIN}", "10:L"),
        ("urn:epc:class:lgtin:9521234.054321.L", 9521234, f"01/{GTIN}", "10:L"),
        ("urn:epc:idpat:sgtin:9521234.054321.*", 9521234, f"01/{GTIN}", ""),
        ("urn:epc:id:upui:9521234.054321.X", 9521234, f"01/{GTIN}", "235:X"),
        ("urn:epc:id:itip:9521234.054321.01.02.S", 9521234, f"8006/{GTIN}0102", "21:S"),
        ("https://id.gs1.org/00/395212341111111118", 9521234, "00/395212341111111118", ""),
        ("https://id.gs1.org/414/9521234000051", 9521234, "414/9521234000051", ""),
        ("https://id.gs1.org/414/9521234000051/254/0", 9521234, "414/9521234000051", ""),
        ("https://id.gs1.org/414/9521234000051/254/a%2Fb", 9521234, "414/9521234000051", "254:a/b"),
        ("https://id.gs1.org/417/9521234000051", 9521234, "417/9521234000051", ""),
        ("https://id.gs1.org/415/9521234000051/8020/R", 9521234, "415/9521234000051", "8020:R"),
        ("https://id.gs1.org/8003/09521234000051S", 9521234, "8003/09521234000051", "8003:S"),
        ("https://id.gs1.org/253/9521234000051PO-1", 9521234, "253/9521234000051", "253:PO-1"),
        ("https://id.gs1.org/255/952123400005142", 9521234, "255/9521234000051", "255:42"),
        ("https://id.gs1.org/8004/9521A%2F", 9521, "8004/9521A%2F", ""),
        ("https://id.gs1.org/8010/9521234AB/8011/7", 9521234, "8010/9521234AB", "8011:7"),
        ("https://id.gs1.org/8018/952123400000067652/8019/2", 9521234, "8018/952123400000067652", "8019:2"),
        ("https://id.gs1.org/402/95212342223334449", 9521234, "402/95212342223334449", ""),
        ("https://id.gs1.org/401/9521234xyz", 9521234, "401/9521234xyz", ""),
    ],
)
def test_issuer_class_and_instance_of_each_key(uri: str, issuer: int, of_class: str, instance: str) -> None:
    key = item_key(uri)
    assert (key.issuer, key.class_key, key.instance) == (issuer, class_key(f"https://id.gs1.org/{of_class}"), instance)
    assert item_key(key.text) == key


@pytest.mark.parametrize(("urn", "canonical"), CANONICAL)
def test_urn_and_canonical_uri_have_one_key(urn: str, canonical: str) -> None:
    key = item_key(urn)
    assert key == item_key(canonical)
    assert key.issuer < module.FOREIGN_ISSUERS


@given(strategies.gtins, strategies.prefix_lengths, strategies.serials, st.sampled_from([("id:sgtin", "21"), ("class:lgtin", "10")]))
def test_urn_link_and_element_string_of_one_item_give_one_key(gtin: str, cut: int, serial: str, scheme: tuple[str, str]) -> None:
    name, ai = scheme
    urn = f"urn:epc:{name}:{gtin[1 : cut + 1]}.{gtin[0]}{gtin[cut + 1 : 13]}.{serial.translate(URN_ESCAPES)}"
    link = f"https://brand.example/x/01/{gtin}/{ai}/{escape_path(serial)}"
    key = item_key(urn)
    assert key.instance == f"{ai}:{serial}"
    assert item_key(link) == key
    assert key_of_path((("01", gtin), (ai, serial))) == key
    assert key_of_path(identify(f"]d201{gtin}{ai}{serial}").path) == key


@pytest.mark.parametrize(
    "uri",
    [
        "https://brand.example/01/09521234543214/21/A",
        "https://brand.example/01/952123454321/21/A",
        f"https://brand.example/01/{GTIN}/21/{'A' * 21}",
        f"https://brand.example/01/{GTIN}/21/A/10/B",
        f"https://brand.example/01/{GTIN}/99/A",
        f"https://brand.example/01/{GTIN}/21/%00",
        f"https://brand.example/01/{GTIN}/21/%E1%BA%BF",
        f"HtTpS://brand.example/01/{GTIN}",
        "https://brand.example/8013/95211987",
        "https://brand.example/8006/095212345432130201",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "urn:epcglobal:cbv:bt:9521234000051:PO-1",
        "urn:epc:id:gid:95100000.12345.400",
        "urn:epc:id:sgtin:9521234.05432.1",
        f"urn:uuid:{uuid.UUID(int=1)}",
        "tag:brand.example,2026:1",
        "plain text, no URI",
        "",
        "\ud800",
        "https:///x",
        "http://",
        "HTTPwhatever",
    ],
)
def test_what_is_no_right_gs1_key_keeps_its_text(uri: str) -> None:
    key = item_key(uri)
    assert key == foreign_key(uri)
    assert (key.text, key.instance) == (uri, "")
    assert module.FOREIGN_ISSUERS <= key.issuer < module.FOREIGN_ISSUERS + 2**32


def test_foreign_identifiers_of_one_authority_or_namespace_have_one_issuer() -> None:
    assert foreign_key("https://a.example/1").issuer == foreign_key("http://a.example?2").issuer
    assert foreign_key("https://a.example/1").issuer != foreign_key("https://b.example/1").issuer
    assert foreign_key("urn:epc:id:gid:1.2.3").issuer == foreign_key("urn:epc:tag:x").issuer
    expected = module.FOREIGN_ISSUERS + int.from_bytes(hashlib.sha256(b"a.example").digest()[:4], "big")
    assert foreign_key("https://a.example/1").issuer == expected


@given(
    st.text()
    | st.text("htps:/.01234567890%AZ?#").map(lambda rest: "https://a/01/" + rest)
    | st.text("0123456789.%2F*").map(lambda rest: "urn:epc:id:sgtin:" + rest)
)
def test_any_text_has_a_key(text: str) -> None:
    key = item_key(text)
    assert -(2**63) <= key.class_key < 2**63
    assert item_key(key.text) == key


def test_the_memory_of_classes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    keys = [item_key(f"urn:epc:id:sgtin:9521234.0543{number:02}.1") for number in range(20)]
    assert len(module._classes) <= 3  # noqa: SLF001  # the bound is what is tested
    assert [item_key(key.text) for key in keys] == keys


def test_item_keys_do_not_load_the_table_of_ais() -> None:
    code = "import sys, app.identify.item_key; print(sorted(n for n in sys.modules if n.startswith('app.identify') or n == 'json'))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "app.identify.item_key" in loaded
    assert "dictionary" not in loaded
    assert "json" not in loaded


@given(
    st.sampled_from(
        [
            "https://id.gs1.org/01/09521234543213/21/{}",
            "https://id.gs1.org/01/09521234543214/21/{}",
            "https://id.gs1.org/414/9521234000013/254/{}",
            "urn:epc:id:sgtin:9521234.054321.{}",
            "urn:epc:id:sgln:9521234.00001.{}",
            "urn:epc:id:grai:9521234.00001.{}",
            "urn:epc:id:gid:1.2.{}",
            "urn:epc:class:lgtin:9521234.054321.{}",
            "urn:epc:idpat:sgtin:9521234.054321.{}",
        ]
    ),
    st.text("0aZ.-/%é²*", max_size=22) | st.sampled_from(["0", "*", "A1", "1" * 20, "1" * 21]),
)
def test_the_key_of_an_index_row_is_the_item_key_without_its_text(form: str, instance: str) -> None:
    uri = form.format(instance)
    for _ in range(2):  # the second time its class is remembered
        assert index_key(uri) == item_key(uri)[:3]


@pytest.mark.parametrize("spelling", ONE_ITEM)
def test_every_spelling_has_one_index_row(spelling: str) -> None:
    assert index_key(spelling) == item_key(spelling)[:3]
