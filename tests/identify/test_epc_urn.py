from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Refusal
from app.identify import digital_link, epc_urn
from app.identify.refusals import NotAnEpcUrn, OpenPattern
from tests.identify.attempts import attempt

CANONICAL = [
    ("urn:epc:id:sgtin:9521234.054321.98%22", "https://id.gs1.org/01/09521234543213/21/98%22"),
    ("urn:epc:id:sgtin:952123454321.0.987654", "https://id.gs1.org/01/09521234543213/21/987654"),
    ("urn:epc:id:sgtin:9521234.854321.6789%2F%26%25%22!%3F()", "https://id.gs1.org/01/89521234543219/21/6789%2F%26%25%22%21%3F%28%29"),
    ("urn:epc:id:sscc:9521234.3111111111", "https://id.gs1.org/00/395212341111111118"),
    ("urn:epc:id:sgln:9521234.00005.122", "https://id.gs1.org/414/9521234000051/254/122"),
    ("urn:epc:id:sgln:9521234.00005.0", "https://id.gs1.org/414/9521234000051"),
    ("urn:epc:id:sgln:952123400005..0", "https://id.gs1.org/414/9521234000051"),
    ("urn:epc:id:grai:9521234.00005.334455", "https://id.gs1.org/8003/09521234000051334455"),
    ("urn:epc:id:giai:9521234.ABC*345", "https://id.gs1.org/8004/9521234ABC%2A345"),
    ("urn:epc:id:gsrn:9521234.0000006765", "https://id.gs1.org/8018/952123400000067652"),
    ("urn:epc:id:gsrnp:9521234.0000006765", "https://id.gs1.org/8017/952123400000067652"),
    ("urn:epc:id:gdti:9521234.00005.PO-4711", "https://id.gs1.org/253/9521234000051PO-4711"),
    ("urn:epc:id:gdti:952123400005..9", "https://id.gs1.org/253/95212340000519"),
    ("urn:epc:id:cpi:9521234.11-A%23%2F.1234", "https://id.gs1.org/8010/952123411-A%23%2F/8011/1234"),
    ("urn:epc:id:sgcn:9521234.00005.42", "https://id.gs1.org/255/952123400005142"),
    ("urn:epc:id:ginc:9521234.xyz47%2F11", "https://id.gs1.org/401/9521234xyz47%2F11"),
    ("urn:epc:id:gsin:9521234.222333444", "https://id.gs1.org/402/95212342223334449"),
    ("urn:epc:id:itip:9521234.054321.01.02.987", "https://id.gs1.org/8006/095212345432130102/21/987"),
    ("urn:epc:id:upui:9521234.054321.51qIgY)%3C%26Jp3*j7SDB", "https://id.gs1.org/01/09521234543213/235/51qIgY%29%3C%26Jp3%2Aj7SDB"),
    ("urn:epc:id:pgln:9521234.00005", "https://id.gs1.org/417/9521234000051"),
    ("urn:epc:id:pgln:952123400005.", "https://id.gs1.org/417/9521234000051"),
    ("urn:epc:class:lgtin:9521234.054321.Lot'987;=", "https://id.gs1.org/01/09521234543213/10/Lot'987;="),
    ("urn:epc:idpat:sgtin:9521234.054321.*", "https://id.gs1.org/01/09521234543213"),
    ("urn:epc:idpat:grai:9521234.00005.*", "https://id.gs1.org/8003/09521234000051"),
    ("urn:epc:idpat:gdti:9521234.00005.*", "https://id.gs1.org/253/9521234000051"),
    ("urn:epc:idpat:sgcn:9521234.00005.*", "https://id.gs1.org/255/9521234000051"),
    ("urn:epc:idpat:cpi:9521234.AB12.*", "https://id.gs1.org/8010/9521234AB12"),
    ("urn:epc:idpat:itip:9521234.054321.01.02.*", "https://id.gs1.org/8006/095212345432130102"),
    ("urn:epc:idpat:upui:9521234.054321.*", "https://id.gs1.org/01/09521234543213"),
]


@pytest.mark.parametrize(("urn", "canonical"), CANONICAL)
def test_every_scheme_has_its_canonical_uri(urn: str, canonical: str) -> None:
    assert epc_urn.to_canonical(urn) == canonical
    assert digital_link.parse(canonical.replace("'", "%27")).path


@pytest.mark.parametrize(
    ("urn", "position"),
    [
        ("", 0),
        ("urn:uuid:0", 0),
        ("URN:EPC:id:sgtin:9521234.054321.1", 0),
        ("urn:epc:id:gid:95100000.12345.400", 8),
        ("urn:epc:id:sgtin:95212.0054321.1", 17),
        ("urn:epc:id:sgtin:9521234.05432.1", 25),
        ("urn:epc:id:sgtin:9521234.05432A.1", 30),
        ("urn:epc:id:sgtin:9521234.054321.", 32),
        ("urn:epc:id:sgtin:9521234.054321.A B", 33),
        ("urn:epc:id:sgtin:9521234.054321.A%20", 33),
        ("urn:epc:id:sgtin:9521234.054321.A%0", 33),
        ("urn:epc:idpat:sgtin:9521234.054321.7", 35),
        ("urn:epc:idpat:sgtin:9521234.*.*", 28),
        ("urn:epc:id:itip:9521234.054321.03.02.987", 24),
        ("urn:epc:id:cpi:9521234.ab.1", 23),
        ("urn:epc:id:giai:9521234." + "A" * 24, 24),
    ],
)
def test_what_does_not_fit_its_scheme_is_refused_with_the_place(urn: str, position: int) -> None:
    with pytest.raises(NotAnEpcUrn) as refused:
        epc_urn.to_canonical(urn)
    assert refused.value.params["position"] == position


@pytest.mark.parametrize(
    ("urn", "most"),
    [("urn:epc:id:sgtin:9521234.054321.", 20), ("urn:epc:id:upui:9521234.054321.", 28), ("urn:epc:id:grai:9521234.00005.", 16)],
)
def test_a_serial_may_be_as_long_as_its_ai_allows(urn: str, most: int) -> None:
    assert epc_urn.to_canonical(urn + "%2F" * most).endswith("%2F" * most)
    with pytest.raises(NotAnEpcUrn):
        epc_urn.to_canonical(urn + "A" * (most + 1))


@given(
    st.text()
    | st.text("urn:epcidsgtl%2F.*0123456789").map(lambda rest: "urn:epc:id:" + rest)
    | st.sampled_from(CANONICAL).flatmap(lambda pair: st.text(max_size=9).map(lambda end: pair[0] + end))
)
def test_no_text_raises_anything_but_a_refusal(text: str) -> None:
    found = attempt(lambda: epc_urn.to_canonical(text))
    if isinstance(found, Refusal):
        assert 0 <= found.params["position"] <= len(text)
    else:
        assert found.startswith("https://id.gs1.org/")


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        ("sgtin:9521234.*.*", 28),
        ("sgtin:*.*.*", 20),
        ("sscc:9521234.*", 27),
        ("giai:9521234.*", 27),
        ("itip:9521234.*.*.*.*", 27),
        ("itip:9521234.054321.*.*.*", 34),
        ("cpi:9521234.*.*", 26),
        ("sgln:9521234.*.*", 27),
    ],
)
def test_a_pattern_that_leaves_the_class_open_says_so(pattern: str, position: int) -> None:
    with pytest.raises(OpenPattern) as refused:
        epc_urn.to_canonical(f"urn:epc:idpat:{pattern}")
    assert refused.value.params["position"] == position


@pytest.mark.parametrize(
    "pattern", ["sgtin:9521234.05432.*", "sgtin:9521234.054321.S", "sgtin:9521234.*.S", "sgtin:9521.*.*", "gid:1.2.*", "sgtin:"]
)
def test_any_other_wrong_pattern_is_no_epc_urn(pattern: str) -> None:
    with pytest.raises(NotAnEpcUrn) as refused:
        epc_urn.to_canonical(f"urn:epc:idpat:{pattern}")
    assert not isinstance(refused.value, OpenPattern)
