"""JSON doors of verification: a verdict, an item's evidence, a picture read."""

from __future__ import annotations

import time
from typing import Any

import orjson
from flask import Response, current_app, request

from app.api.door import Access, Door, runtime
from app.api.problem import UnreadableMediaType, language, problem
from app.errors import Invalid, TooLarge, TooMany
from app.identify.read import identify
from app.verify import bundle, tell
from app.verify.address import foremost, page_of
from app.verify.check import cannot_read, check
from app.verify.limit import Limits, client_of
from app.words.translate import translator
from scanner import confined
from scanner.meaning import gs1, meaning
from scanner.reading import STRONG, Reading

door = Door("verify_api", __name__)

PICTURES = ("image/jpeg", "image/png", "image/webp")

LONGEST_CODE = 2_000
"""Characters of a code: four times the longest Digital Link anybody prints."""


class CodeMissing(Invalid):
    """No code was given, or one too long to be any."""

    code = "verify.code-missing"  # params: limit


class PictureMissing(Invalid):
    """The form has no file, or the body is empty."""

    code = "verify.picture-missing"


class PictureTooLarge(TooLarge):
    """The picture is larger than this installation reads."""

    code = "verify.picture-too-large"  # params: limit, found (bytes)


class TooManyPictures(TooMany):
    """One address sends more pictures than a camera needs."""

    code = "verify.too-many-pictures"  # params: retry_after (seconds)


def limits() -> Limits:
    """The limits of this application."""
    found: Limits = current_app.extensions.setdefault("truyxuat.verify.limits", Limits())
    return found


def _json(body: Any) -> Response:
    answer = Response(orjson.dumps(body), content_type="application/json")
    answer.headers["Content-Language"] = language()
    answer.headers["Vary"] = "Accept-Language"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def given_code() -> str:
    """The code of the query, whatever its spelling. Raises CodeMissing."""
    code = request.args.get("code", "")
    if not code.strip() or len(code) > LONGEST_CODE:
        raise CodeMissing(pointer="/code", limit=LONGEST_CODE)
    return code


@door.route("/api/verify", needs=Access.PUBLIC, operation="verifyCode")
def verify_code() -> Response:
    """The verdict on a code in any spelling, with everything it rests on. It counts as no look at the item.

    A code that cannot be read is answered with 400: a problem document that says where, and the verdict "cannot check".
    """
    code, t = given_code(), translator(language())
    try:
        identified = identify(code)
    except Invalid as refusal:
        answer = _json(tell.as_json(cannot_read(refusal, on=runtime()), t) | problem(refusal, epcis=False, tongue=t.language))
        answer.status_code, answer.content_type = refusal.status, "application/problem+json"
        return answer
    return _json(tell.as_json(check(identified, on=runtime()), t))


@door.route("/api/bundle", needs=Access.PUBLIC, operation="getBundle")
def get_bundle() -> Response:
    """The evidence of an item as a file for `truyxuat verify-bundle`."""
    identified = identify(given_code())
    answer = Response(bundle.evidence_of(identified, on=runtime()), content_type="application/json")
    name = "".join(char if char.isascii() and char.isalnum() else "-" for _, value in identified.path for char in value + "-").strip("-")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name[:80]}.bundle"'
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@door.route("/api/scan", needs=Access.PUBLIC, operation="readPicture", methods=("POST",))
def read_picture() -> Response:
    """The codes in a photograph or a camera's frame, those that say most first; the picture is read and thrown away."""
    found = [reading_json(reading) for reading in read_codes()]
    best = foremost(each["page"] for each in found if each["page"])
    return _json({"readings": sorted(found, key=lambda each: each["page"] not in best)})


def reading_json(reading: Reading) -> dict[str, Any]:
    """A reading with its meaning in GS1's language and the address of its verdict.

    confirmed: false asks for a second look, because symbols of its kind are sometimes read wrong with a right check digit.
    """
    identified = meaning(reading)
    page = None if identified is None else page_of(identified)
    return reading.to_json() | {"gs1": gs1(reading), "page": page, "confirmed": reading.symbology in STRONG or "+" in reading.decoder}


def read_codes() -> list[Reading]:
    """The readings of the picture that was sent. Raises what the scanner raises, and the refusals above."""
    wait = limits().pictures.wait(client_of(request.remote_addr), time.monotonic())
    if wait:
        raise TooManyPictures(retry_after=wait)
    return confined.read(_picture())


def _picture() -> bytes:
    limit = runtime().settings.max_image_bytes
    if (request.content_length or 0) > limit + 10_000:  # the boundaries of a form beside its file
        raise PictureTooLarge(limit=limit, found=request.content_length)
    if request.mimetype == "multipart/form-data":
        file = request.files.get("image")
        picture = b"" if file is None else file.read(limit + 1)
    elif request.mimetype in PICTURES:
        picture = request.get_data(cache=False)
    else:
        raise UnreadableMediaType(found=request.mimetype[:80] or "-", expected=", ".join((*PICTURES, "multipart/form-data")))
    if not picture:
        raise PictureMissing(pointer="/image")
    if len(picture) > limit:
        raise PictureTooLarge(limit=limit, found=len(picture))
    return picture
