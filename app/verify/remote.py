"""Verdicts asked of another installation over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlsplit

from app.capture.remote import ServerUnknown, ServerUnreachable

_SECONDS = 20
_MOST_ANSWER = 10_000_000


def verdict_of(server: str, code: str, language: str) -> dict[str, Any]:
    """The verdict of a server on a code, or its problem document. Raises ServerUnknown, ServerUnreachable."""
    if urlsplit(server).scheme not in {"http", "https"}:
        raise ServerUnknown(url=server[:200])
    address = f"{server.rstrip('/')}/api/verify?code={quote(code, safe='')}"
    headers = {"Accept": "application/json, application/problem+json", "Accept-Language": language}
    asked = urllib.request.Request(address, headers=headers)  # noqa: S310  # http or https, see above
    try:
        try:
            with urllib.request.urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310  # as above
                found = json.loads(answer.read(_MOST_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                found = json.loads(error.read(_MOST_ANSWER))
    except (OSError, ValueError) as error:
        raise ServerUnreachable(retry_after=5, reason=str(getattr(error, "reason", error))[:200]) from error
    if not isinstance(found, dict):
        raise ServerUnreachable(retry_after=5, reason="no JSON object")
    return found
