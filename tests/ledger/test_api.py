"""The public doors of the log: what a stranger fetches is enough to rebuild and check it."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from app.ledger import merkle, note, sequencer, tile
from app.runtime import Runtime

COUNT = 300


@pytest.fixture
def grown(on: Runtime) -> list[bytes]:
    """A log of 300 entries with checkpoints at 256 and 300."""
    entries = [b"entry %d" % number for number in range(COUNT)]
    for part in (entries[:256], entries[256:]):
        on.store.write(lambda tx, part=part: sequencer.queue(tx, [(1, entry) for entry in part]))
        sequencer.integrate(on=on)
    return entries


def _checkpoint(client: Any) -> note.Checkpoint:
    key = client.get("/log/key").text.strip()
    return note.open_checkpoint(client.get("/log/checkpoint").text, note.Verifier.parse(key))


def test_a_stranger_rebuilds_the_root_from_entries_alone(client: Any, grown: list[bytes]) -> None:
    checkpoint = _checkpoint(client)
    bundles = [tile.unpack_entries(client.get(f"/log/{piece.path}").data, piece.width) for piece in tile.bundles(0, checkpoint.size)]
    found = [entry for bundle in bundles for entry in bundle]
    assert (checkpoint.size, found) == (COUNT, grown)
    assert merkle.root([merkle.leaf_hash(entry) for entry in found]) == checkpoint.root


def test_a_stranger_rebuilds_the_root_from_tiles_alone(client: Any, grown: list[bytes]) -> None:
    checkpoint = _checkpoint(client)

    def read(level: int, number: int, width: int) -> bytes:
        return bytes(client.get("/log/" + tile.path(tile.Tile(level, number, width))).data)

    assert tile.root(len(grown), read) == checkpoint.root


@pytest.mark.parametrize("name", ["0/000", "entries/000", "1/000.p/1", "0/001.p/44", "0/001.p/1", "0/000.p/255"])
def test_tiles_of_the_published_tree_are_served(client: Any, grown: list[bytes], name: str) -> None:
    answer = client.get(f"/log/tile/{name}")
    assert (answer.status_code, answer.content_type, answer.headers["Access-Control-Allow-Origin"]) == (
        200,
        "application/octet-stream",
        "*",
    )
    if not name.startswith("entries"):
        width = int(name.partition(".p/")[2] or 256)
        assert len(answer.data) == 32 * width
    assert len(grown) == COUNT


@pytest.mark.parametrize(
    "name",
    [
        "0/001", "0/001.p/45", "0/001.p/0", "0/000.p/256", "0/002", "1/000", "1/000.p/2", "2/000.p/1", "0/1", "00/000", "x/000", "64/000",
        "entries/001",
    ],
)  # fmt: skip
def test_a_tile_that_does_not_exist_or_is_misspelled_is_not_found(client: Any, grown: list[bytes], name: str) -> None:
    answer = client.get(f"/log/tile/{name}")
    assert (answer.status_code, answer.json["code"], len(grown)) == (404, "ledger.no-such-tile", COUNT)


def test_whole_tiles_may_be_kept_for_ever_and_checkpoints_for_a_second(client: Any, grown: list[bytes]) -> None:
    kept = {name: client.get(f"/log/{name}").headers["Cache-Control"] for name in ("tile/0/000", "tile/0/001.p/44", "checkpoint")}
    assert kept == {
        "tile/0/000": "public, max-age=31536000, immutable",
        "tile/0/001.p/44": "public, max-age=3600",
        "checkpoint": "public, max-age=1",
    }
    assert len(grown) == COUNT


def test_an_inclusion_proof_verifies(client: Any, grown: list[bytes]) -> None:
    checkpoint = _checkpoint(client)
    answer = client.get("/log/proof/inclusion?index=299&size=300").json
    path = [b64decode(value) for value in answer["path"]]
    merkle.verify_inclusion(merkle.leaf_hash(grown[299]), 299, 300, path, checkpoint.root)


def test_a_consistency_proof_verifies(client: Any, grown: list[bytes]) -> None:
    checkpoint = _checkpoint(client)
    answer = client.get("/log/proof/consistency?from=256&to=300").json
    old = merkle.root([merkle.leaf_hash(entry) for entry in grown[:256]])
    merkle.verify_consistency(256, old, 300, checkpoint.root, [b64decode(value) for value in answer["path"]])


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("inclusion?index=300&size=300", 400, "ledger.index-outside"),
        ("inclusion?index=0&size=301", 404, "ledger.not-in-log"),
        ("inclusion?index=-1", 400, "ledger.parameter"),
        ("inclusion?index=01", 400, "ledger.parameter"),
        ("inclusion", 400, "ledger.parameter"),
        ("inclusion?index=99999999999999999999", 400, "ledger.parameter"),
        ("consistency?from=0&to=300", 400, "ledger.sizes-wrong"),
        ("consistency?from=299&to=298", 400, "ledger.sizes-wrong"),
        ("consistency?from=1&to=x", 400, "ledger.parameter"),
    ],
)
def test_a_proof_that_cannot_be_made_says_why(client: Any, grown: list[bytes], query: str, status: int, code: str) -> None:
    answer = client.get(f"/log/proof/{query}")
    assert (answer.status_code, answer.json["code"], len(grown)) == (status, code, COUNT)


def test_an_empty_log_has_a_key_and_no_checkpoint(client: Any) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    assert note.Verifier.parse(client.get("/log/key").text.strip()).name == "example.test/log"


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_the_page_of_the_log_shows_key_and_size(client: Any, grown: list[bytes], language: str) -> None:
    page = client.get(f"/log?lang={language}").text
    key = client.get("/log/key").text.strip()
    assert key.replace("+", "&#43;") in page or key in page
    assert (str(len(grown)) in page, "ledger." in page) == (True, False)


def test_the_page_of_an_empty_log_says_so(client: Any) -> None:
    assert "Nothing has been entered yet" in client.get("/log?lang=en").text
