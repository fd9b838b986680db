"""Files as answers: to keep, or to be shown by a page."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response, request


def download(content: bytes | str | Iterator[bytes], content_type: str, name: str, *, show: bool = False) -> Response:
    """A file to keep, or with `show` one that a page may hold. Bytes that come one after another are not even begun for a HEAD request."""
    whole = isinstance(content, bytes | str)
    answer = Response(content if whole or not only_head() else b"", content_type=content_type)
    answer.headers["Content-Disposition"] = f'{"inline" if show else "attachment"}; filename="{name}"'
    if not whole:
        answer.headers.pop("Content-Length", None)
    return answer


def only_head() -> bool:
    """Whether the headers are asked for without the file: then nothing leaves the house."""
    return request.method == "HEAD"
