"""Our schemas of EPCIS and GS1's own: the same verdict on every official example and on thousands of mutants of them."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator, meta

from app.capture import shape
from app.capture.vocabulary import vocabularies
from tests import SHARED
from tests.capture.mutants import mutants

STANDARD = (SHARED or Path()) / "epcis-standard"
NEEDS_STANDARD = pytest.mark.skipif(SHARED is None, reason="the official artefacts of EPCIS 2.0 are not beside the repository")
EXAMPLES = sorted(path for path in STANDARD.glob("examples-json/**/*.json*") if path.is_file()) if SHARED else []


def findings(document: dict[str, Any]) -> list[Any]:
    if document.get("type") in {"EPCISDocument", "EPCISQueryDocument"} if isinstance(document.get("type"), str) else False:
        return shape.check_document(document)
    return shape.check_event(document)


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    schema = json.loads((STANDARD / "json-schema/EPCIS-JSON-Schema.json").read_text("utf-8"))
    return Draft7Validator(schema, validate_formats=True)


def test_every_schema_is_a_schema() -> None:
    names = [entry for entry in files("schemas").joinpath("epcis").iterdir() if entry.name.endswith(".json")]
    assert len(names) == 9
    for entry in names:
        meta.validate(json.loads(entry.read_text("utf-8")))


@NEEDS_STANDARD
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_official_example_has_a_good_shape(path: Path) -> None:
    assert findings(json.loads(path.read_text("utf-8"))) == []


@NEEDS_STANDARD
def test_all_the_official_examples_were_found() -> None:
    assert len(EXAMPLES) == 52


@NEEDS_STANDARD
def test_mutants_of_the_examples_get_the_official_verdict(official: Draft7Validator) -> None:
    verdicts: Counter[bool] = Counter()
    for number, path in enumerate(EXAMPLES):
        document = json.loads(path.read_text("utf-8"))
        for mutant in mutants(document, 80, seed=number):
            expected = official.is_valid(mutant)
            found = findings(mutant)
            assert (not found) == expected, (path.name, found[:3], mutant)
            verdicts[expected] += 1
    assert verdicts.total() == 4160
    assert min(verdicts[True], verdicts[False]) > 500


@NEEDS_STANDARD
def test_the_words_are_those_of_the_official_schema() -> None:
    definitions = json.loads((STANDARD / "json-schema/EPCIS-JSON-Schema.json").read_text("utf-8"))["definitions"]
    names = {
        "bizTransactionType": "bizTransaction-type",
        "sourceOrDestinationType": "source-dest-type",
        "errorReason": "error-reason",
    }
    for name, vocabulary in vocabularies().items():
        options = definitions[names.get(name, name)]["anyOf"]
        assert set(vocabulary.words) == set(next(option["enum"] for option in options if "enum" in option))
