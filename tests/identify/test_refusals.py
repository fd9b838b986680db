from __future__ import annotations

import string
import tomllib
from collections.abc import Callable
from importlib.resources import files

import pytest

from app.errors import Refusal, children
from app.identify import (
    check_digit,
    company_prefix,
    compression,
    digital_link,
    element_string,
    epc_binary,
    epc_refusals,
    epc_urn,
    prefix_list,
    refusals,
    scan_data,
)
from app.identify.read import identify

GTIN = "09521234543213"
ITEM = (("01", GTIN), ("21", "A"))

CAUSES: list[tuple[type[Refusal], Callable[[], object]]] = [
    (refusals.WrongCheckDigit, lambda: check_digit.check("9521234543214")),
    (refusals.WrongLength, lambda: identify("12345")),
    (refusals.NotDigits, lambda: check_digit.check("A")),
    (refusals.NotADigitalLink, lambda: digital_link.parse("ftp://a/01/1")),
    (refusals.IllegalInUri, lambda: digital_link.parse("https://a/01/%00")),
    (refusals.NoKeyInUri, lambda: digital_link.parse("https://a/b")),
    (refusals.WrongPath, lambda: digital_link.parse(f"https://a/01/{GTIN}/21/A/10/B")),
    (refusals.DotsAlone, lambda: digital_link.from_elements((("01", GTIN), ("10", "..")))),
    (refusals.WrongQuery, lambda: digital_link.parse(f"https://a/01/{GTIN}?21=A")),
    (refusals.Repeated, lambda: element_string.parse("(99)A(99)B")),
    (refusals.TooMany, lambda: element_string.parse("(99)A" * 65)),
    (refusals.NotAnEpcUrn, lambda: epc_urn.to_canonical("urn:epc:id:gid:1.2.3")),
    (refusals.WrongCharacter, lambda: element_string.parse("(99) ")),
    (refusals.WrongCheckPair, lambda: element_string.parse("(8013)1987654Ad4X4bL5ttr2310c2X")),
    (refusals.WrongCompanyPrefix, lambda: element_string.parse("(8004)95A")),
    (refusals.WrongDate, lambda: element_string.parse(f"(01){GTIN}(17)261301")),
    (refusals.NotInList, lambda: element_string.parse(f"(01){GTIN}(422)999")),
    (refusals.WrongFormat, lambda: element_string.parse("(8003)19521234000051")),
    (refusals.UnknownAi, lambda: element_string.parse("(89)A")),
    (refusals.NoElements, lambda: element_string.parse("")),
    (refusals.MissingAi, lambda: element_string.parse("(10)A")),
    (refusals.ExclusiveAis, lambda: element_string.parse(f"(01){GTIN}(37)5")),
    (refusals.SerialMissing, lambda: element_string.parse("(253)9521234000051(8030)AB")),
    (refusals.SymbologyUnknown, lambda: scan_data.parse("]A0A")),
    (refusals.NotRecognised, lambda: identify("hello")),
    (refusals.NoKey, lambda: identify("(99)A")),
    (refusals.OpenPattern, lambda: epc_urn.to_canonical("urn:epc:idpat:sgtin:9521234.*.*")),
    (refusals.RawBits, lambda: epc_urn.to_canonical("urn:epc:raw:96.x00B0")),
    (refusals.NoEpcUrn, lambda: epc_urn.build((("01", GTIN), ("22", "V")), prefix_length=7)),
    (refusals.WrongPrefixLength, lambda: epc_urn.build((("01", GTIN),), prefix_length=5)),
    (refusals.NotCompressed, lambda: compression.decompress("https://a/about")),
    (refusals.NotCompressible, lambda: compression.compress(f"https://a/01/{GTIN}", partial=True)),
    (epc_refusals.NotAnEpcSegment, lambda: epc_binary.parse("ehZZ")),
    (epc_refusals.EpcTooShort, lambda: epc_binary.parse("eh3")),
    (epc_refusals.EpcTooLong, lambda: epc_binary.parse("eh" + "30" * 600)),
    (epc_refusals.EpcHeaderReserved, lambda: epc_binary.parse("ehe2" + "0" * 22)),
    (epc_refusals.EpcWithoutKey, lambda: epc_binary.parse("eh2f" + "0" * 22)),
    (epc_refusals.EpcTruncated, lambda: epc_binary.parse("eh3036215cb03aea4000")),
    (epc_refusals.EpcWrongPartition, lambda: epc_binary.parse("eh301f" + "0" * 20)),
    (epc_refusals.EpcWrongValue, lambda: epc_binary.parse("eh3017" + "f" * 20)),
    (epc_refusals.EpcLeftover, lambda: epc_binary.parse("eh3066c4409047e140075bcd15ffff")),
    (epc_refusals.EpcSchemeUnknown, lambda: epc_binary.build(ITEM, scheme="X")),
    (epc_refusals.EpcNotEncodable, lambda: epc_binary.build(ITEM, scheme="SGTIN-96", prefix_length=7)),
    (epc_refusals.EpcWrongHost, lambda: epc_binary.build(ITEM, scheme="SGTIN++", host="a b")),
    (company_prefix.NoCompanyPrefix, lambda: company_prefix.split("10", "A", 7)),
]
OF_A_FILE: list[tuple[type[Refusal], bytes]] = [
    (company_prefix.PrefixListTooLarge, b" " * (company_prefix.MOST_BYTES + 1)),
    (company_prefix.PrefixListUnreadable, b"{"),
    (company_prefix.PrefixListDoctype, b"<!DOCTYPE a><a/>"),
    (company_prefix.WrongPrefixEntry, b'{"GCPPrefixFormatList":{"entry":[{"prefix":"A","gcpLength":7}]}}'),
]
"""What is wrong with a list of prefixes has a line or an entry, not a place in a text."""


@pytest.mark.parametrize(("kind", "cause"), CAUSES)
def test_each_refusal_has_a_place_and_words_in_three_languages(kind: type[Refusal], cause: Callable[[], object]) -> None:
    with pytest.raises(kind) as refused:
        cause()
    assert type(refused.value) is kind
    assert isinstance(refused.value.params["position"], int)
    words = tomllib.loads((files("schemas") / "errors.toml").read_text(encoding="utf-8"))[kind.code]
    for language in ("vi", "en", "fr"):
        assert words[f"do_{language}"]
        names = {name for _, name, _, _ in string.Formatter().parse(words[language]) if name}
        told = {**refused.value.params, "nth": refused.value.params["position"] + 1}
        assert names <= told.keys()
        assert words[language].format(**told)


@pytest.mark.parametrize(("kind", "content"), OF_A_FILE, ids=lambda value: value.__name__ if isinstance(value, type) else "")
def test_a_wrong_list_of_prefixes_is_refused_in_words(kind: type[Refusal], content: bytes) -> None:
    with pytest.raises(kind) as refused:
        company_prefix.Prefixes.read(content)
    words = tomllib.loads((files("schemas") / "errors.toml").read_text(encoding="utf-8"))[kind.code]
    assert all(words[language].format(**refused.value.params) for language in ("vi", "en", "fr"))


def test_every_refusal_of_identify_is_caused_here() -> None:
    caused = {kind for kind, _ in [*CAUSES, *OF_A_FILE]} | {prefix_list.PrefixListMissing}  # in test_prefix_list
    assert caused == {kind for kind in children() if kind.code.startswith("identify.")}
