"""The contract itself, for programs that read it before they call."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from flask import Response

from app.api.door import Access, Door

door = Door("contract_api", __name__)


@lru_cache(maxsize=1)
def _document() -> bytes:
    return (files("schemas") / "openapi.yaml").read_bytes()


@door.route("/api/openapi.yaml", needs=Access.PUBLIC, operation="getContract")
def get_contract() -> Response:
    """OpenAPI 3.1 of every door for programs (`schemas/openapi.yaml`)."""
    answer = Response(_document(), content_type="application/yaml; charset=utf-8")  # RFC 9512
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
