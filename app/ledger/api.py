"""The log as strangers read it: checkpoint, tiles, entries, key and proofs, friendly to static caches.

Source: C2SP tlog-tiles. Everything here is public and may be fetched from any origin.
"""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request
from sqlalchemy.engine import Connection

from app.api.door import Access, Door, runtime
from app.errors import Invalid, NotFound
from app.ledger import find, log_key, note, tile
from app.ledger.refusals import NotInLog

door = Door("ledger_api", __name__)

_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"
"""A partial tile never changes either, but it is superseded: caches need not keep it."""
_FOR_A_SECOND = "public, max-age=1"


class NoSuchTile(NotFound):
    """No tile or entry bundle of this level, number and width belongs to the published tree."""

    code = "ledger.no-such-tile"  # params: path


class ParameterWrong(Invalid):
    """A proof was asked for with something that is no size or index."""

    code = "ledger.parameter"  # pointer: the name; params: name, found


def _public(body: bytes | str, kind: str, cache: str) -> Response:
    answer = Response(body, content_type=kind)
    answer.headers["Cache-Control"] = cache
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


def _json(body: Any) -> Response:
    return _public(orjson.dumps(body), "application/json", _FOR_A_SECOND)


def _published(connection: Connection) -> int:
    """How many entries the newest checkpoint covers; nothing beyond it is shown."""
    latest = find.latest_checkpoint(connection)
    return 0 if latest is None else int(latest.size)


@door.route("/log/checkpoint", needs=Access.PUBLIC, operation="getCheckpoint")
def get_checkpoint() -> Response:
    """The newest signed checkpoint (C2SP tlog-checkpoint)."""
    with runtime().store.reading() as connection:
        latest = find.latest_checkpoint(connection)
    if latest is None:
        raise NotInLog(subject="checkpoint")
    return _public(latest.note, "text/plain; charset=utf-8", _FOR_A_SECOND)


@door.route("/log/key", needs=Access.PUBLIC, operation="getLogKey")
def get_log_key() -> Response:
    """The log's public key as a vkey (C2SP signed-note)."""
    return _public(log_key.signer(runtime()).verifier.vkey + "\n", "text/plain; charset=utf-8", _FOR_AN_HOUR)


@door.route("/log/tile/<path:name>", needs=Access.PUBLIC, operation="getTile")
def get_tile(name: str) -> Response:
    """A tile of hashes or a bundle of entries; whole ones never change."""
    path = f"tile/{name}"
    try:
        wanted = tile.parse(path)
    except tile.TilePath as error:
        raise NoSuchTile(path=path[:80]) from error
    with runtime().store.reading() as connection:
        size = _published(connection)
        full = _width(wanted, size)
        if not 0 < wanted.width <= full:
            raise NoSuchTile(path=path)
        body = _body(connection, wanted)
    return _public(body, "application/octet-stream", _FOR_EVER if wanted.width == tile.WIDTH else _FOR_AN_HOUR)


def _width(wanted: tile.Tile, size: int) -> int:
    """How many hashes a tile has in a tree of this size; 0 for one that does not exist."""
    below = size >> tile.HEIGHT * max(wanted.level, 0)
    return max(0, min(tile.WIDTH, below - wanted.number * tile.WIDTH))


def _body(connection: Connection, wanted: tile.Tile) -> bytes:
    if wanted.level == tile.ENTRIES:
        start = wanted.number * tile.WIDTH
        return tile.pack_entries(find.entries(connection, start, start + wanted.width))
    return tile.read(wanted, find.tile_reader(connection))


def _number(name: str) -> int:
    given = request.args.get(name, "")
    if not note.is_decimal(given or "-") or int(given) > note.MAX_TREE_SIZE:
        raise ParameterWrong(pointer=f"/{name}", name=name, found=given[:40])
    return int(given)


@door.route("/log/proof/inclusion", needs=Access.PUBLIC, operation="getInclusionProof")
def get_inclusion_proof() -> Response:
    """The hashes that lead from the entry `index` to the root of the tree of `size` entries."""
    index = _number("index")
    with runtime().store.reading() as connection:
        published = _published(connection)
        size = _number("size") if "size" in request.args else published
        _covered(size, published)
        path = tile.inclusion_path(index, size, find.tile_reader(connection))
    return _json({"index": index, "size": size, "path": [note.to_base64(value) for value in path]})


@door.route("/log/proof/consistency", needs=Access.PUBLIC, operation="getConsistencyProof")
def get_consistency_proof() -> Response:
    """The hashes that show that the tree of `from` entries is a beginning of the tree of `to` entries."""
    old = _number("from")
    with runtime().store.reading() as connection:
        published = _published(connection)
        size = _number("to") if "to" in request.args else published
        _covered(size, published)
        path = tile.consistency_path(old, size, find.tile_reader(connection))
    return _json({"from": old, "to": size, "path": [note.to_base64(value) for value in path]})


def _covered(size: int, published: int) -> None:
    if size > published:
        raise NotInLog(subject=str(size))
