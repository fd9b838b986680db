"""JSON door of conversion: a document in one binding of EPCIS in, the same in another out. Nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, TypeVar

import orjson
from flask import Response, request

from app.api.door import Access, Door, actor, runtime
from app.api.parameters import ParameterInvalid
from app.api.problem import MOST_FINDINGS, UnreadableMediaType, language
from app.capture import prefix_lengths
from app.capture.binding.convert import Converted, Spelling, convert
from app.capture.binding.targets import EPC_FORMATS, TARGETS, WORD_FORMS, Target
from app.capture.reading import TYPES, binding_of
from app.capture.spelling import EpcFormat, WordForm
from app.errors import Finding, Unavailable
from app.words.refusals import describe_finding

door = Door("convert_api", __name__)

T = TypeVar("T", bound=str)
SMALL = 1_000_000
"""Bytes up to which a document is converted beside any number of others."""

_LARGE = BoundedSemaphore(2)
_PATIENCE = 2.0
"""Seconds that a large document waits for its turn, on a thread that others need; two at once take about 250 MB each at 20 MB."""


class ConversionsBusy(Unavailable):
    """Other large documents are being converted, and it takes too long to wait for them."""

    code = "binding.busy"


_FORMS = {"epcFormat": EPC_FORMATS, "words": WORD_FORMS, "lenient": ("true", "false"), "report": ("true", "false")}


def converted(raw: bytes, to: Target, *, lenient: bool, epc_format: str | None, words: str | None) -> Converted:
    """The conversion with what this installation knows of company prefixes, the caller's own among them."""
    on = runtime()
    with turn(len(raw)), on.store.reading() as connection:
        lengths = prefix_lengths.known(connection, actor().party_id, on.settings.prefix_list)
        spelling = Spelling(EpcFormat(epc_format) if epc_format else None, WordForm(words) if words else None, lengths)
        return convert(raw, to, lenient=lenient, spelling=spelling)


@contextmanager
def turn(size: int, patience: float = _PATIENCE) -> Iterator[None]:
    """The turn of a document of so many bytes. Raises ConversionsBusy."""
    if size <= SMALL:
        yield
        return
    if not _LARGE.acquire(timeout=patience):
        raise ConversionsBusy(retry_after=60)
    try:
        yield
    finally:
        _LARGE.release()


@door.route("/api/convert", needs=Access.SIGNED_IN, operation="convertDocument", methods=("POST",))
def convert_document() -> Response:
    """The document that was sent in the binding `?to=`; how much is lost stands in a header, what with `?report=true`."""
    to = one_of("to", TARGETS)
    if to is None:
        raise ParameterInvalid(pointer="?to", name="to", given="", expected=", ".join(TARGETS))
    asked = {name: one_of(name, choices) for name, choices in _FORMS.items()}
    if binding_of(request.content_type or "") is None:
        raise UnreadableMediaType(found=(request.mimetype or "-")[:80], expected=", ".join(TYPES))
    done = converted(
        request.get_data(cache=False), to, lenient=asked["lenient"] == "true", epc_format=asked["epcFormat"], words=asked["words"]
    )
    counts = {"Convert-Losses": str(len(done.losses)), "Convert-Changes": str(len(done.changes))}
    if asked["report"] == "true":
        return Response(orjson.dumps(_report(done, to)), content_type="application/json", headers=counts)
    return Response(done.content, content_type=done.media_type, headers=counts)


def one_of(name: str, choices: tuple[T, ...]) -> T | None:
    """A query parameter that has one of these values, None when it is absent. Raises ParameterInvalid."""
    given = request.args.get(name)
    if given is None:
        return None
    for choice in choices:
        if choice == given:
            return choice
    raise ParameterInvalid(pointer=f"?{name}", name=name, given=given[:40], expected=", ".join(choices))


def _report(done: Converted, to: Target) -> dict[str, Any]:
    told = {"from": done.source, "to": to, "mediaType": done.media_type, "events": done.events, "content": done.content.decode()}
    return told | _told("losses", done.losses) | _told("changes", done.changes)


def _told(name: str, found: list[Finding]) -> dict[str, Any]:
    return {name: [describe_finding(item, language()) for item in found[:MOST_FINDINGS]], f"{name}Total": len(found)}
