"""The one shape of every refusal to a program, asserted from one place."""

from __future__ import annotations

from string import Formatter
from typing import Any

from app.words.refusals import catalogue

LANGUAGES = ("vi", "en", "fr")

_PLACES = {
    f"{{{name}}}" for words in catalogue().values() for sentence in words.values() for _, name, _, _ in Formatter().parse(sentence) if name
}
"""Every place of the catalogue as it is written there; other braces in an answer are what the client sent."""


def problem_of(answer: Any, status: int, code: str | None = None) -> dict[str, Any]:
    """The problem document of an answer, after checking status, shape, words and headers (RFC 9457; under /epcis EPCIS 2.0)."""
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    assert answer.mimetype == "application/problem+json"
    body: dict[str, Any] = answer.get_json()
    assert set(body) >= {"type", "title", "status", "detail", "code", "remedy"}
    assert set(body) <= {"type", "title", "status", "detail", "code", "remedy", "pointer", "event", "params", "findings", "findingsTotal"}
    assert body["status"] == status
    assert body["code"] in catalogue(), f"{body['code']} has no words"
    if code is not None:
        assert body["code"] == code, body
    told = [body["detail"], body["remedy"]]
    for finding in body.get("findings", []):
        assert set(finding) >= {"code", "pointer", "message", "remedy"}
        told += [finding["message"], finding["remedy"]]
    for sentence in told:
        assert sentence
        assert sentence not in catalogue(), "a bare code instead of words"
        assert not [name for name in _PLACES if name in sentence], f"a place of the sentence was left empty: {sentence}"
    under_epcis = answer.request.path.startswith("/epcis")
    assert body["type"].startswith("epcisException:" if under_epcis else "/handbook/errors#")
    assert answer.headers["Content-Language"] in LANGUAGES
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in answer.headers) == (status in {429, 503})
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    return body
