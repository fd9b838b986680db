"""What people and programs send: forms and JSON objects read with limits, and forms shown again with what is wrong beside each field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from flask import Response, render_template, request

from app.api.problem import UnreadableMediaType, language
from app.capture import read_document
from app.errors import Finding, Invalid, Refusal
from app.store.keys import parse_id
from app.web.show import t
from app.words.refusals import describe, describe_finding
from app.words.translate import translator

LONGEST = 8_000
"""Characters of the longest field any form has; rules of the slices are narrower and say so field by field."""

MOST_PROBLEMS = 50


class FieldTooLong(Invalid):
    """A field of a form is longer than any field may be."""

    code = "web.field-too-long"


class NotAnObject(Invalid):
    """The body is JSON, but not an object with the fields this resource reads; findings name fields it does not know."""

    code = "api.not-an-object"


class FieldWrong(Invalid):
    """A field of a JSON object is missing or of another type."""

    code = "api.field-wrong"  # params: field, expected


class Id(int):
    """The kind of a field with a 63-bit number, which programs send as text."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in the reader's words; `field` is empty when it concerns the whole form."""

    field: str
    message: str
    remedy: str


@dataclass(slots=True)
class Form:
    """The values of a form as text and what is wrong with them; `macros.html` shows both."""

    values: Mapping[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def value(self, name: str) -> str:
        """What stands in a field."""
        found = self.values.get(name)
        return "" if found is None else str(found)

    def of(self, name: str) -> list[Problem]:
        """What is wrong with a field."""
        return [problem for problem in self.problems if problem.field == name]


def number(text: str) -> int:
    """A small number of a form or a query, 0 for anything else: what is asked for then does not exist."""
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def whole(text: str, name: str, otherwise: int) -> int:
    """A small number of a form or a query that nobody need give; raises FieldWrong for anything that is none: nothing typed is ignored."""
    if not text:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise FieldWrong(pointer=f"/{name}", field=name, expected=_EXPECTED[int])
    return int(text)


def read(*names: str, secrets: tuple[str, ...] = ()) -> dict[str, str]:
    """The named fields of the form that was sent: NFC, trimmed (secrets are not), without U+0000, absent ones empty.

    Raises FieldTooLong.
    """
    found = {}
    for name in (*names, *secrets):
        text = unicodedata.normalize("NFC", request.form.get(name, "")).replace("\r\n", "\n").replace("\0", "")
        if len(text) > LONGEST:
            raise FieldTooLong(pointer=f"/{name}", field=name, limit=LONGEST)
        found[name] = text if name in secrets else text.strip()
    return found


def json_object(*names: str) -> dict[str, Any]:
    """The JSON object that was sent, strictly read, its texts NFC.

    names: the fields the resource knows. Raises UnreadableMediaType, NotAnObject, the refusals of strict JSON.
    """
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise UnreadableMediaType(found=request.mimetype[:80], expected="application/json")
    value = read_document.loads(request.get_data())
    if not isinstance(value, dict):
        raise NotAnObject(known=", ".join(names))
    unknown = [name for name in value if name not in names]
    if unknown:
        findings = [Finding("api.unknown-field", f"/{_escaped(name)}", name[:80], {"known": ", ".join(names)}) for name in unknown[:20]]
        raise NotAnObject(findings=findings, known=", ".join(names))
    return {name: unicodedata.normalize("NFC", item) if isinstance(item, str) else item for name, item in value.items()}


_EXPECTED: dict[type, str] = {
    str: "text", int: "number", bool: "true / false", list: "list of text", Id: "number as text",
}  # fmt: skip


def json_fields(kinds: Mapping[str, type], needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of the JSON object that was sent, each of its kind, under the names our functions use: `perRoll` becomes `per_roll`.

    kinds: str, int, bool, list (of text) or Id by the name that is sent; a field that is null or absent is left out, unless needed.
    Raises FieldWrong, and what `json_object` raises.
    """
    sent = {name: value for name, value in json_object(*kinds).items() if value is not None}
    for name in needed:
        if name not in sent:
            raise missing(kinds, name)
    return {_SMALL.sub(r"_\1", name).lower(): _of_kind(kinds, name, value) for name, value in sent.items()}


_SMALL = re.compile(r"([A-Z])")


def _of_kind(kinds: Mapping[str, type], name: str, value: Any) -> Any:
    kind = kinds[name]
    if kind is Id:
        found = parse_id(value) if isinstance(value, str) else None
        if found is None:
            raise missing(kinds, name)
        return found
    if type(value) is not kind or (isinstance(value, list) and not all(isinstance(each, str) for each in value)):
        raise missing(kinds, name)
    return value


def missing(kinds: Mapping[str, type], name: str) -> FieldWrong:
    """The refusal of a field that is not there, or of another kind."""
    return FieldWrong(pointer=f"/{name}", field=name, expected=_EXPECTED[kinds[name]])


def camel(name: str) -> str:
    """A name of ours as programs send it: `per_roll` becomes `perRoll`, `/show_brand` `/showBrand`."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


@contextmanager
def as_sent() -> Iterator[None]:
    """Whatever is refused inside names its fields as programs send them."""
    try:
        yield
    except Refusal as refusal:
        refusal.pointer, refusal.params = camel(refusal.pointer), _camel_field(refusal.params)
        refusal.findings = tuple(replace(each, pointer=camel(each.pointer), params=_camel_field(each.params)) for each in refusal.findings)
        raise


def _camel_field(params: Mapping[str, Any]) -> dict[str, Any]:
    named = params.get("field")
    return {**params, "field": camel(named)} if isinstance(named, str) else dict(params)


def json_answer(value: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer; instants as UTC with Z. Header names are written with underscores."""
    answer = Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), status, content_type="application/json")
    answer.headers.update({name.replace("_", "-"): text for name, text in headers.items()})
    return answer


def _escaped(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")


def refused(values: Mapping[str, Any], refusal: Refusal, words: str = "") -> Form:
    """The form that was refused: findings go to the fields their pointers name, the rest to the top.

    words: slice whose words `field_<name>` are the labels; a sentence that names a field then names it as the page does.
    """
    if refusal.findings:
        named = [replace(finding, params=_labelled(finding.params, words)) for finding in refusal.findings[:MOST_PROBLEMS]]
        told = [describe_finding(finding, language()) for finding in named]
        found = [Problem(_field(values, item["pointer"]), item["message"], item["remedy"]) for item in told]
    else:
        refusal.params = dict(_labelled(refusal.params, words))
        message, remedy = describe(refusal, language())
        found = [Problem(_field(values, refusal.pointer), message, remedy)]
    return Form(values, found)


def _labelled(params: Mapping[str, Any], words: str) -> Mapping[str, Any]:
    key = f"{words}.field_{params.get('field')}"
    return {**params, "field": t(key)} if translator(language()).has(key) else params


def _field(values: Mapping[str, Any], pointer: str) -> str:
    name = pointer.removeprefix("/").split("/", 1)[0]
    return name if name in values else ""


def again(template: str, values: Mapping[str, Any], refusal: Refusal, words: str = "", **context: Any) -> Response:
    """The page with the form once more: what was typed is kept, what is wrong stands beside it; the status is the refusal's.

    words: slice whose words `field_<name>` label the fields.
    """
    page = render_template(template, form=refused(values, refusal, words), **context)
    answer = Response(page, refusal.status, content_type="text/html; charset=utf-8")
    if "retry_after" in refusal.params:
        answer.headers["Retry-After"] = str(max(1, round(refusal.params["retry_after"])))
    return answer
