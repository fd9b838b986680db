"""JSON door of identification: what a code says by itself, without looking at any record of goods."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from app.api.door import Access, Door, runtime
from app.api.problem import language, problem
from app.capture import read_document
from app.errors import Invalid, Unavailable
from app.identify import company_prefix, tell
from app.identify.explain import Explanation, ai_of, explain
from app.identify.prefix_list import known
from app.party import find as parties
from app.verify.address import page_of
from app.verify.api import LONGEST_CODE, CodeMissing, given_code
from app.web import forms
from app.words.translate import translator

door = Door("identify_api", __name__)


@door.route("/api/identify", needs=Access.PUBLIC, operation="identifyCode")
def identify_code() -> Response:
    """What a code is: its parts, who issued the number, and every other way to write it."""
    return _answer(given_code())


@door.route("/api/identify", needs=Access.PUBLIC, operation="identifySentCode", methods=("POST",))
def identify_sent_code() -> Response:
    """The same for a code in a JSON object, where control characters need no second escaping."""
    forms.json_object("code")  # refuses whatever is no object with this field
    code = read_document.loads(request.get_data()).get("code")  # once more and not normalised: positions count in what was sent
    if not isinstance(code, str) or not code.strip() or len(code) > LONGEST_CODE:
        raise CodeMissing(pointer="/code", limit=LONGEST_CODE)
    return _answer(code)


def explained(code: str) -> Explanation:
    """The code explained, with the company prefixes that are registered here. Raises kinds of Invalid."""
    return explain(code, today=runtime().clock.now().date(), length_of=_known_length)


def _answer(code: str) -> Response:
    status, kind = 200, "application/json"
    body: dict[str, Any]
    try:
        found = explained(code)
        page = None if found.identified is None else page_of(found.identified)
        body = tell.as_json(found, translator(language())) | {"page": page}
    except Invalid as refusal:
        refusal.pointer = "/code"
        place = {"position": refusal.params.get("position"), "ai": ai_of(refusal)}
        body = problem(refusal, epcis=False, tongue=language()) | place
        status, kind = refusal.status, "application/problem+json"
    answer = Response(orjson.dumps(body), status, content_type=kind)
    answer.headers["Content-Language"] = language()
    answer.headers["Vary"] = "Accept-Language"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _known_length(ai: str, value: str) -> int | None:
    """How many digits the company prefix of a key has: as the company registered it here, else by the operator's list."""
    registered = _registered_length(ai, value)
    return known(runtime().settings.prefix_list).length_in(ai, value) if registered is None else registered


def _registered_length(ai: str, value: str) -> int | None:
    """How many digits the company prefix of a key has, when the company is registered here."""
    start = company_prefix.begins_at(ai)
    if start is None or company_prefix.has_gtin8(ai, value):
        return None
    digits = value[start:]
    try:
        with runtime().store.reading() as connection:
            holder = parties.holder_of(connection, digits)
            held = [] if holder is None else [row.prefix for row in parties.prefixes(connection, holder)]
    except Unavailable:  # reading a code needs no record: it is explained all the same, without the EPC URN
        return None
    return max((len(prefix) for prefix in held if digits.startswith(prefix)), default=None)
