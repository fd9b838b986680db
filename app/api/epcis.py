"""Headers of everything under /epcis: what a request asks for and what every answer says (EPCIS 2.0 REST binding).

Absent headers are always fine: real clients send none. A version or a form that is not served is 406, a header that is not written as it
should be 400 (schemas/DIVERGENCES.md, section 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, g, request

from app import __version__
from app.api import negotiation
from app.api.negotiation import JSON, XML, FormatNotServed, HeaderInvalid, Release
from app.capture.spelling import EpcFormat, WordForm
from app.query.refusals import QueryParameterUnknown

__all__ = ["JSON", "XML", "Incoming", "Wanted", "answer", "discovery", "incoming", "install", "no_filters", "under_epcis", "wanted"]

NAMESPACE = "urn:truyxuat:epcis:"
PREFIX = "truyxuat"
"""Our namespace in answers, used only where something of ours was asked for."""

HASH_PARAMETER = "truyxuat:eventHash"
NOT_FILTERS = ("perPage", "nextPageToken", "lang", HASH_PARAMETER)
"""Parameters that say how the answer looks."""

PROFILES = ("CBV2.0", "CBV2.1")
BEHAVIOURS = ("rollback", "proceed")
LENIENT = {"true": True, "1": True, "false": False, "0": False}


_OF_EVERY_ANSWER = ("GS1-EPCIS-Version", "GS1-CBV-Version", "GS1-Extensions")


def no_filters() -> None:
    """Refuse parameters where nothing can be filtered: one that is left out silently would answer another question than was asked."""
    name = next((name for name in request.args if name not in NOT_FILTERS), None)
    if name is not None:
        raise QueryParameterUnknown(pointer=f"?{name[:80]}", name=name[:80], known=", ".join(NOT_FILTERS[:2]))


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the caller of a read wants the answer.

    media_type: one of those offered; release: versions of the answer; hash_profile: profile of the CBV event hash that is to
    stand in each event, None for no hash.
    """

    media_type: str
    release: Release
    epcs: EpcFormat
    words: WordForm
    hash_profile: str | None

    @property
    def binding(self) -> str:
        """`json`, `xml-2.0` or `xml-1.2`, as `app.capture.spelling` names them."""
        if self.media_type in JSON:
            return "json"
        return "xml-1.2" if self.release.epcis.startswith("1.") else "xml-2.0"


@dataclass(frozen=True, slots=True)
class Incoming:
    """How the sender of a document or an event wants it taken.

    behaviour: rollback or proceed; applied: the value for Preference-Applied, None when nothing was preferred.
    """

    behaviour: str
    lenient: bool
    respond_async: bool

    @property
    def applied(self) -> str | None:
        """The value of Preference-Applied (RFC 7240), None where no preference was honoured."""
        honoured = [name for name, on in (("handling=lenient", self.lenient), ("respond-async", self.respond_async)) if on]
        return ", ".join(honoured) or None


def under_epcis() -> bool:
    """Whether this request is for the EPCIS interface."""
    return request.path == "/epcis" or request.path.startswith("/epcis/")


def wanted(*offered: tuple[str, ...]) -> Wanted:
    """What the headers of a read ask for; offered: JSON, XML. Raises HeaderNotServed, HeaderInvalid, FormatNotServed."""
    kinds = [kind for group in offered or (JSON,) for kind in group]
    given = request.headers.get("Accept")
    media_type = negotiation.media_type(given, kinds)
    if media_type is None:
        raise FormatNotServed(given=(given or "")[:80], expected=", ".join(kinds))
    release = negotiation.release(request.headers, xml=media_type in XML)
    g.epcis_release = release
    _check_extensions()
    epcs = negotiation.choice(request.headers, "GS1-EPC-Format", EpcFormat)
    words = negotiation.choice(request.headers, "GS1-CBV-XML-Format", WordForm)
    old = release.epcis.startswith("1.")  # CBV 1.2 knows EPC URNs only
    return Wanted(
        media_type=media_type,
        release=release,
        epcs=epcs or (EpcFormat.ALWAYS_EPC_URN if old else EpcFormat.ALWAYS_GS1_DIGITAL_LINK),
        words=words or WordForm.NO_PREFERENCE,
        hash_profile=_hash_profile(),
    )


def incoming() -> Incoming:
    """What the headers of a capture ask for. Raises HeaderNotServed, HeaderInvalid."""
    g.epcis_release = negotiation.release(request.headers, xml=request.mimetype in XML)
    _check_extensions()
    behaviour = request.headers.get("GS1-Capture-Error-Behaviour", BEHAVIOURS[0]).strip().lower()
    if behaviour not in BEHAVIOURS:
        raise HeaderInvalid(name="GS1-Capture-Error-Behaviour", given=behaviour[:40], expected=", ".join(BEHAVIOURS))
    preferred = negotiation.preferences(",".join(request.headers.getlist("Prefer")))
    asked = request.args.get("lenient")
    lenient = preferred.get("handling") == "lenient" if asked is None else LENIENT.get(asked.lower())
    if lenient is None:
        raise HeaderInvalid(pointer="?lenient", name="lenient", given=str(asked)[:40], expected="true, false")
    return Incoming(behaviour, lenient, "respond-async" in preferred)


def _check_extensions() -> None:
    """Refuse a header that is not written as it should be; what it defines is asked for in the query language only."""
    negotiation.extensions(",".join(request.headers.getlist("GS1-Extensions")))


def _hash_profile() -> str | None:
    given = request.args.get(HASH_PARAMETER)
    if given is not None and given not in PROFILES:
        raise HeaderInvalid(pointer=f"?{HASH_PARAMETER}", name=HASH_PARAMETER, given=given[:40], expected=", ".join(PROFILES))
    return given


def answer(
    body: Any,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    media_type: str = JSON[0],
    extensions: Mapping[str, str] | None = None,
) -> Response:
    """An answer under /epcis.

    body: JSON-ready, or bytes that are written already; extensions: namespaces that the body uses, by prefix.
    """
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    kind = f"{media_type}; charset=utf-8" if media_type in XML else media_type
    made = Response(content, status, content_type=kind)
    made.headers.update(headers or {})
    written = negotiation.written_extensions(extensions or {})
    if written:
        made.headers["GS1-Extensions"] = written
    return made


def discovery(*methods: str, headers: Mapping[str, str] | None = None, xml: bool = False) -> Response:
    """The answer to OPTIONS: 204 with what this resource and the interface can do; xml: whether it also has an XML binding."""
    negotiation.release(request.headers, xml=xml)
    _check_extensions()
    lowest = negotiation.RELEASES[-1] if xml else negotiation.RELEASES[0]
    highest = negotiation.RELEASES[0]
    made = Response(status=204)
    made.headers.update(
        {
            "Allow": ", ".join(("OPTIONS", *methods, *(("HEAD",) if "GET" in methods else ()))),
            "GS1-EPCIS-Min": lowest.epcis,
            "GS1-EPCIS-Max": highest.epcis,
            "GS1-CBV-Min": lowest.cbv,
            "GS1-CBV-Max": highest.cbv,
            "GS1-EPC-Format": str(EpcFormat.NO_PREFERENCE),  # one word by the OpenAPI file: every format can be asked for
            "GS1-CBV-XML-Format": str(WordForm.NO_PREFERENCE),
            "GS1-Vendor-Version": f"truyxuat-{__version__}",
        }
        | dict(headers or {})
    )
    made.headers.remove("Content-Type")
    return made


def install(app: Flask) -> None:
    """Have every answer under /epcis, refusals too, say which versions it is written in."""

    def after(response: Response) -> Response:
        if under_epcis():
            release: Release = getattr(g, "epcis_release", negotiation.RELEASES[0])
            said = {name for name, _ in response.headers}
            for name, text in zip(_OF_EVERY_ANSWER, (*release, f"{PREFIX}={NAMESPACE}"), strict=True):
                if name not in said:  # setdefault raises inside for each that is absent
                    response.headers.add(name, text)
        return response

    app.after_request(after)
