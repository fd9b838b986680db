"""Files of events sent to another installation over HTTP, as its JSON API takes them."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.capture import draft
from app.capture.read_document import loads
from app.capture.sheets.sheet_file import XLSX
from app.errors import Invalid, Unavailable

_SECONDS = 120
_MOST_ANSWER = 50_000_000
_LARGE = 4_000_000
"""Bytes beyond which nobody asks whether a file is a single event."""

_TYPES = {**draft.CONTENT_TYPES, XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ServerUnreachable(Unavailable):
    """The server did not answer, or answered something that is not of this API."""

    code = "capture.server-unreachable"


class ServerUnknown(Invalid):
    """The address of the server is not an http or https URL."""

    code = "capture.server-url"


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its address, and the key that speaks for an organisation."""

    url: str
    api_key: str
    language: str = "en"

    def send(
        self, raw: bytes, kind: str, *, check_only: bool, lenient: bool = False, proceed: bool = False, asynchronous: bool = False
    ) -> tuple[int, dict[str, Any]]:
        """(status, JSON object) of the answer to a file of events. Raises ServerUnknown, ServerUnreachable, refusals of strict JSON."""
        if urlsplit(self.url).scheme not in {"http", "https"}:
            raise ServerUnknown(url=self.url[:200])
        path = self._path(raw, kind, check_only=check_only, lenient=lenient)
        headers = self._headers() | {"Content-Type": _TYPES.get(kind, "text/csv")}
        wishes = [wish for wish, wanted in (("handling=lenient", lenient), ("respond-async", asynchronous)) if wanted]
        headers |= {"Prefer": ", ".join(wishes)} if wishes else {}
        headers |= {"GS1-Capture-Error-Behaviour": "proceed"} if proceed else {}
        request = urllib.request.Request(self.url.rstrip("/") + path, raw, headers, method="POST")  # noqa: S310  # http or https, see above
        return _answer(request)

    def job(self, number: str) -> dict[str, Any]:
        """A capture job. Raises ServerUnreachable."""
        request = urllib.request.Request(f"{self.url.rstrip('/')}/epcis/capture/{number}", headers=self._headers())  # noqa: S310  # as in send
        return _answer(request)[1]

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.api_key}",
            "Accept": "application/json, application/problem+json",
            "Accept-Language": self.language,
        }

    @staticmethod
    def _path(raw: bytes, kind: str, *, check_only: bool, lenient: bool) -> str:
        if kind not in draft.CONTENT_TYPES:
            return f"/api/capture/sheet?dryRun={'true' if check_only else 'false'}"
        bare = kind == draft.JSON and len(raw) < _LARGE and draft.is_bare(loads(raw))
        if check_only:
            return f"/api/capture/check?bare={'true' if bare else 'false'}{'&lenient=true' if lenient else ''}"
        return "/epcis/events" if bare else "/epcis/capture"


def _answer(request: urllib.request.Request) -> tuple[int, dict[str, Any]]:
    try:
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310  # http or https, checked by the caller
                return answer.status, _object(answer.read(_MOST_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _object(error.read(_MOST_ANSWER))
    except (OSError, ValueError) as error:
        raise ServerUnreachable(retry_after=5, reason=str(getattr(error, "reason", error))[:200]) from error


def _object(body: bytes) -> dict[str, Any]:
    found = json.loads(body)
    if not isinstance(found, Mapping):
        raise ValueError(body[:40])  # noqa: TRY004  # an answer of another kind is as good as none
    return dict(found)
