from __future__ import annotations

import string
import tomllib
from collections.abc import Callable
from importlib.resources import files

import pytest

from app.errors import Refusal, children
from app.identify import check_digit, compression, digital_link, element_string, epc_urn, refusals, scan_data
from app.identify.read import identify

GTIN = "09521234543213"

CAUSES: list[tuple[type[Refusal], Callable[[], object]]] = [
    (refusals.WrongCheckDigit, lambda: check_digit.check("9521234543214")),
    (refusals.WrongLength, lambda: identify("12345")),
    (refusals.NotDigits, lambda: check_digit.check("A")),
    (refusals.NotADigitalLink, lambda: digital_link.parse("ftp://a/01/1")),
    (refusals.IllegalInUri, lambda: digital_link.parse("https://a/01/%00")),
    (refusals.NoKeyInUri, lambda: digital_link.parse("https://a/b")),
    (refusals.WrongPath, lambda: digital_link.parse(f"https://a/01/{GTIN}/21/A/10/B")),
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
    (refusals.RawBits, lambda: epc_urn.to_canonical("urn:epc:raw:96.x00B0")),
    (refusals.NoEpcUrn, lambda: epc_urn.build((("01", GTIN), ("22", "V")), prefix_length=7)),
    (refusals.WrongPrefixLength, lambda: epc_urn.build((("01", GTIN),), prefix_length=5)),
    (refusals.NotCompressed, lambda: compression.decompress("https://a/about")),
    (refusals.NotCompressible, lambda: compression.compress(f"https://a/01/{GTIN}", partial=True)),
]


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
        assert names <= refused.value.params.keys()
        assert words[language].format(**refused.value.params)


def test_every_refusal_of_identify_is_caused_here() -> None:
    assert {kind for kind, _ in CAUSES} == {kind for kind in children() if kind.code.startswith("identify.")}
