"""From a validator's error to the one sentence a person needs: what, where, and what was probably meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jsonschema_rs import ValidationError

from app.capture.read_document import pointer as pointer_of
from app.capture.vocabulary import Vocabulary, closest, vocabularies
from app.errors import Finding

EVENT_TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")

SHOWN = 80
"""Characters of an offending value that are shown."""

_NUMBER = re.compile(r"/eventList/(\d+)(?:/|$)")
_JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}

Schemas = dict[str, dict[str, Any]]


def kind_of(value: Any) -> str:
    """The JSON type of a value."""
    return _JSON_TYPES.get(type(value), type(value).__name__)


def shown(value: Any) -> Any:
    """A value short enough for a sentence; lists and objects as text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def explain(error: ValidationError, schemas: Schemas, base: str, number: int | None) -> Iterator[Finding]:
    """Findings of one error.

    base: JSON pointer of the value that was validated; number: 1-based number of the event, None when only the pointer tells.
    """
    fault = _Fault(error, schemas, base, number)
    match error.kind.name:
        case "required":
            yield fault.missing(error.kind.as_dict()["property"])
        case "additionalProperties":
            for name in error.kind.as_dict()["unexpected"]:
                yield fault.unknown_field(name)
        case "propertyNames":
            yield fault.bad_name(error.kind.as_dict()["error"].instance)
        case "format" | "pattern":
            yield fault.bad_text(error.kind.as_dict())
        case "anyOf" | "minProperties":
            yield fault.needs_one()
        case "uniqueItems":
            yield fault.duplicate()
        case _:
            yield fault.plain()


class _Fault:
    """One error with its place in the value and in the schema."""

    def __init__(self, error: ValidationError, schemas: Schemas, base: str, number: int | None) -> None:
        self.error = error
        self.value: Any = error.instance
        self.path = error.instance_path
        self.place = base + pointer_of(self.path)
        self.field = next((step for step in reversed(self.path) if isinstance(step, str)), "")
        found = _NUMBER.search(self.place)
        self.number = number if number is not None or found is None else int(found[1]) + 1
        address, _hash, fragment = (error.absolute_keyword_location or "").partition("#")
        self.keywords = fragment.split("/")[1:]
        self.schema: Any = schemas[address]
        for step in self.keywords[:-1]:
            self.schema = self.schema[int(step) if isinstance(self.schema, list) else step]

    def missing(self, name: str) -> Finding:
        """A field that must be there is not."""
        return Finding("shape.missing", f"{self.place}{pointer_of([name])}", None, {"field": name}, self.number)

    def unknown_field(self, name: str) -> Finding:
        """A bare name that the standard does not define here."""
        known = tuple(self.schema["properties"])
        params = {"field": shown(name), "closest": ", ".join(closest(name, known))}
        place, value = f"{self.place}{pointer_of([name])}", shown(self.value[name])
        return Finding("shape.unknown-field", place, value, params, self.number)

    def bad_name(self, name: str) -> Finding:
        """A name of an extension that is no URI."""
        return Finding("shape.name-not-a-uri", f"{self.place}{pointer_of([name])}", shown(name), {"field": shown(name)}, self.number)

    def bad_text(self, kind: dict[str, Any]) -> Finding:
        """A text that is no word, no time, no URI, or not of the form its field wants."""
        params = {"field": self.field}
        value = shown(self.value)
        if "else" in self.keywords:
            return self.bad_word(str(self.value), vocabularies()[self.keywords[1]])
        if self.path == ["type"]:  # of an extension event: most often a misspelt type of the standard
            return self.not_a_word(str(self.value), EVENT_TYPES)
        if kind.get("format") == "date-time":
            return Finding("shape.not-a-time", self.place, value, params, self.number)
        if kind.get("format") == "uri":
            return Finding("shape.not-a-uri", self.place, value, params, self.number)
        return Finding("shape.pattern", self.place, value, {**params, "example": self.schema["examples"][0]}, self.number)

    def bad_word(self, text: str, vocabulary: Vocabulary) -> Finding:
        """A text in the place of a vocabulary's word: a full name of the vocabulary, or no word at all."""
        bare = vocabulary.bare(text)
        if bare in vocabulary.words:
            return Finding("shape.word-as-uri", self.place, shown(text), {"field": self.field, "word": bare}, self.number)
        return self.not_a_word(text if bare is None else bare, vocabulary.words)

    def not_a_word(self, text: str, words: tuple[str, ...]) -> Finding:
        """A text that is not one of the words, with the few that may have been meant; of a short list, all."""
        near = words if len(words) <= len(EVENT_TYPES) else closest(text, words)
        params = {"field": self.field, "closest": ", ".join(near)}
        return Finding("shape.not-a-word", self.place, shown(self.value), params, self.number)

    def needs_one(self) -> Finding:
        """None of the fields of which one is needed is there, or only empty."""
        options = self.schema.get("anyOf") or [{"required": [name]} for name in self.schema["properties"]]
        choices = ", ".join(" + ".join(option["required"]) for option in options)
        return Finding("shape.needs-one-of", self.place, None, {"choices": choices}, self.number)

    def duplicate(self) -> Finding:
        """An item that stands in a list twice; the place is that of the second."""
        items = self.value
        first: dict[str, int] = {}
        twice = (index for index, item in enumerate(items) if first.setdefault(json.dumps(item, sort_keys=True), index) != index)
        index = next(twice, len(items) - 1)  # the validator also finds 1 and 1.0 equal
        return Finding("shape.duplicate-item", f"{self.place}/{index}", shown(items[index]), {"field": self.field}, self.number)

    def plain(self) -> Finding:
        """What is left: a wrong type, a word of a closed list, too few items, a field that may not stand here."""
        params = {"field": self.field}
        value = shown(self.value)
        match self.error.kind.name:
            case "type":
                expected = ", ".join(self.error.kind.as_dict()["types"])
                params |= {"expected": expected, "found": kind_of(self.value)}
                return Finding("shape.wrong-type", self.place, value, params, self.number)
            case "enum":
                return self.not_a_word("", tuple(self.schema["enum"]))
            case "minItems":
                return Finding("shape.too-few", self.place, value, {**params, "least": self.schema["minItems"]}, self.number)
            case _:
                return Finding("shape.not-allowed-here", self.place, value, params, self.number)
