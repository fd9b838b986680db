"""Tiles: paths in one spelling, proofs equal to those over all leaves, and damage that is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger import merkle, tile
from app.ledger.tile import ENTRIES, Tile

LEAVES = [merkle.leaf_hash(b"%d" % number) for number in range(70_000)]


class Shelf:
    """Tiles of a growing tree, as a directory of files would keep them; counts its reads."""

    def __init__(self) -> None:
        self.files: dict[Tile, bytes] = {}
        self.size = 0
        self.reads = 0

    def read(self, level: int, index: int, width: int) -> bytes:
        self.reads += 1
        return self.files[Tile(level, index, width)]

    def append(self, count: int) -> list[Tile]:
        made = dict(tile.grow(self.size, LEAVES[self.size : self.size + count], self.read))
        self.files.update(made)
        self.size += count
        return list(made)


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """A tree of 70,000 leaves, the example of the specification."""
    made = Shelf()
    made.append(70_000)
    return made


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(1, 999), "tile/1/999"),
        (Tile(1, 1000), "tile/1/x001/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(ENTRIES, 42, 1), "tile/entries/042.p/1"),
        (Tile(63, 5), "tile/63/005"),
    ],
)
def test_a_tile_has_one_path(address: Tile, text: str) -> None:
    assert address.path == text
    assert tile.parse(text) == address


@given(st.integers(-1, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_every_path_reads_back(level: int, index: int, width: int) -> None:
    assert tile.parse(tile.path(Tile(level, index, width))) == Tile(level, index, width)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/001/067",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/../000",
        "tile/0/\u0660\u0660\u0660",
        "tile/0/000\n",
        "tile/0/" + "x001/" * 20 + "000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
    ],
)
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(tile.TilePath):
        tile.parse(text)


def test_a_tree_of_70000_has_the_tiles_of_the_specification(shelf: Shelf) -> None:
    found = list(tile.tiles(70_000))
    assert found[:273] == [Tile(0, index) for index in range(273)]
    assert found[273:] == [Tile(0, 273, 112), Tile(1, 0), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert set(found) == set(shelf.files)
    assert list(tile.tiles(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tile.tiles(0)) == []


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_growing_writes_the_changed_tiles_and_no_other(steps: list[int]) -> None:
    growing = Shelf()
    for step in steps:
        before = growing.size
        assert growing.append(step) == list(tile.changed(before, growing.size))
    for address in tile.tiles(growing.size):
        assert len(growing.files[address]) == address.width * 32
    assert tile.root(growing.size, growing.read) == merkle.root(LEAVES[: growing.size])


@given(st.integers(1, 70_000), st.data())
def test_proofs_from_tiles_verify(shelf: Shelf, size: int, data: st.DataObject) -> None:
    def read(level: int, index: int, width: int) -> bytes:
        stored = next(body for width_kept in (width, 256, 112, 17, 1) if (body := shelf.files.get(Tile(level, index, width_kept))))
        return stored[: width * 32]

    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    tree_root, old_root = tile.root(size, read), tile.root(old, read)
    merkle.verify_inclusion(LEAVES[index], index, size, tile.inclusion_path(index, size, read), tree_root)
    merkle.verify_consistency(old, old_root, size, tree_root, tile.consistency_path(old, size, read))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 600])
def test_proofs_from_tiles_equal_those_over_all_leaves(size: int) -> None:
    growing = Shelf()
    growing.append(size)
    for index in {0, 1, size // 2, size - 1} & set(range(size)):
        assert tile.inclusion_path(index, size, growing.read) == merkle.inclusion_path(index, LEAVES[:size])
    for old in {1, 2, size // 2, size} & set(range(1, size + 1)):
        assert tile.consistency_path(old, size, growing.read) == merkle.consistency_path(old, LEAVES[:size])


def test_a_proof_reads_few_tiles(shelf: Shelf) -> None:
    shelf.reads = 0
    tile.inclusion_path(12_345, 70_000, shelf.read)
    assert shelf.reads <= 6


def test_a_tile_of_another_length_is_refused(shelf: Shelf) -> None:
    with pytest.raises(tile.TileSize) as caught:
        tile.inclusion_path(5, 70_000, lambda level, index, width: shelf.read(level, index, width)[:-1])
    assert caught.value.params["found"] == caught.value.params["expected"] - 1


def test_proofs_outside_the_tree_are_refused(shelf: Shelf) -> None:
    with pytest.raises(merkle.IndexOutside):
        tile.inclusion_path(70_000, 70_000, shelf.read)
    with pytest.raises(merkle.SizesWrong):
        tile.consistency_path(0, 70_000, shelf.read)
    with pytest.raises(merkle.IndexOutside):
        tile.at(0, 274, 70_000)
    assert tile.at(1, 1, 70_000) == Tile(1, 1, 17)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entry_bundles_read_back(entries: list[bytes]) -> None:
    bundle = tile.pack_entries(entries)
    assert tile.unpack_entries(bundle, len(entries)) == entries
    assert tile.leaf_tile(bundle, len(entries)) == b"".join(map(merkle.leaf_hash, entries))


@given(st.lists(st.binary(min_size=1, max_size=30), min_size=1, max_size=5), st.data())
def test_a_shortened_entry_bundle_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    bundle = tile.pack_entries(entries)
    cut = data.draw(st.integers(0, len(bundle) - 1))
    with pytest.raises(tile.EntriesMalformed):
        tile.unpack_entries(bundle[:cut], len(entries))
    with pytest.raises(tile.EntriesMalformed):
        tile.unpack_entries(bundle, len(entries) - 1)


def test_the_longest_entry_fits_and_one_byte_more_does_not() -> None:
    assert tile.unpack_entries(tile.pack_entries([bytes(65_535)]), 1) == [bytes(65_535)]
    with pytest.raises(tile.EntryTooLong):
        tile.pack_entries([bytes(65_536)])


def test_entry_bundles_lie_beside_the_leaf_tiles() -> None:
    assert list(tile.bundles(200, 600)) == [Tile(ENTRIES, 0), Tile(ENTRIES, 1), Tile(ENTRIES, 2, 88)]
