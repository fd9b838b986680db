"""EPC URNs in event hashes: every scheme, by the look of the URN alone, and equal to what `identify` makes of the URNs it accepts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.capture.hashes import event_hash_epc
from app.identify import check_digit, epc_urn
from app.identify.refusals import NotAnEpcUrn

DIGITS = st.text("0123456789", min_size=18, max_size=18)
SERIALS = st.text("ABab019-._;='!()*+,:", min_size=1, max_size=12)
LENGTHS = {
    **dict.fromkeys(("id:sgtin", "id:upui", "class:lgtin"), (13, ".{serial}")),
    **dict.fromkeys(("id:sgln",), (12, ".{serial}")),
    **dict.fromkeys(("id:grai", "id:gdti"), (12, ".{serial}")),
    **dict.fromkeys(("id:sscc", "id:gsrn", "id:gsrnp"), (17, "")),
    **dict.fromkeys(("idpat:sgtin", "idpat:upui"), (13, ".*")),
    "id:sgcn": (12, ".{number}"),
    "id:pgln": (12, ""),
    "id:gsin": (16, ""),
    "id:itip": (13, ".02.03.{serial}"),
    "idpat:itip": (13, ".02.03.*"),
    "idpat:grai": (12, ".*"),
    "idpat:gdti": (12, ".*"),
    "idpat:sgcn": (12, ".*"),
}


@given(st.sampled_from(sorted(LENGTHS)), st.integers(6, 11), DIGITS, SERIALS, st.integers(1, 10**9))
def test_a_urn_of_digits_becomes_the_link_that_identify_makes(scheme: str, length: int, digits: str, serial: str, number: int) -> None:
    both, tail = LENGTHS[scheme]
    urn = f"urn:epc:{scheme}:{digits[:length]}.{digits[length:both]}" + tail.format(serial=serial, number=number)
    assert event_hash_epc.link(urn) == epc_urn.to_canonical(urn)


@given(st.sampled_from(["id:giai:{}.{}", "id:ginc:{}.{}"]), st.integers(6, 12), DIGITS, SERIALS)
def test_a_urn_of_text_becomes_the_link_that_identify_makes(form: str, length: int, digits: str, serial: str) -> None:
    urn = "urn:epc:" + form.format(digits[:length], serial)
    assert event_hash_epc.link(urn) == epc_urn.to_canonical(urn)


@pytest.mark.parametrize("urn", ["urn:epc:id:cpi:9521234.A-1%2F.17", "urn:epc:idpat:cpi:9521234.A-1.*", "urn:epc:id:cpi:9521234.5.9"])
def test_components_and_parts_become_the_link_that_identify_makes(urn: str) -> None:
    if "%2F" not in urn:
        assert event_hash_epc.link(urn) == epc_urn.to_canonical(urn)
    else:
        assert event_hash_epc.link(urn) == "https://id.gs1.org/8010/9521234A-1%2F/8011/17"


def test_what_identify_refuses_is_still_translated_by_its_look() -> None:
    """Piece 5 of 3 is no ITIP, but the reference translates it, and so does every hash that others have given out."""
    urn = "urn:epc:id:itip:9521234.012345.05.03.7"
    with pytest.raises(NotAnEpcUrn):
        epc_urn.to_canonical(urn)
    assert event_hash_epc.link(urn) == f"https://id.gs1.org/8006/0952123412345{check_digit.digit('0952123412345')}0503/21/7"


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:gid:1.2.3",
        "urn:epc:id:sgtin:9521234.12345.7",
        "urn:epc:id:sgtin:95212.01234567.7",
        "urn:epc:id:sgtin:9521234.012345." + "7" * 21,
        "urn:epc:id:sgtin:9521234.012345.a b",
        "urn:epc:id:sgtin:9521234.012345.%2a%ff",
        "urn:epc:id:grai:952123456789..7",
        "urn:epc:idpat:sgtin:9521234.*.*",
        "urn:epc:tag:sgtin-96:3.952123.0412345.17",
        "urn:epc:id:sgtin",
        "urn:epc:",
        "urn:uuid:1",
    ],
)
def test_any_other_urn_stays_as_it_is(urn: str) -> None:
    assert event_hash_epc.link(urn) is None


def test_the_shortest_and_the_longest_company_prefix_are_read() -> None:
    assert event_hash_epc.link("urn:epc:id:sgln:952123456789..0") == "https://id.gs1.org/414/9521234567899"
    assert event_hash_epc.link("urn:epc:id:gdti:952123456789..A") == "https://id.gs1.org/253/9521234567899A"
    assert (
        event_hash_epc.link("urn:epc:id:sgtin:952123.0123457.1")
        == f"https://id.gs1.org/01/{'0952123123457'}{check_digit.digit('0952123123457')}/21/1"
    )
