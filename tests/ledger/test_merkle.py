"""The Merkle tree agrees with RFC 6962 and refuses every proof that was altered."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ledger import merkle

RFC_ENTRIES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
# Roots of the first 1 to 8 entries, published with the test code of certificate transparency (RFC 6962 trees).
RFC_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(b"entry %d" % number) for number in range(70)]


def defined_root(leaves: list[bytes]) -> bytes:
    """The tree hash exactly as RFC 6962 2.1 defines it, by recursion: the yardstick."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + defined_root(leaves[:split]) + defined_root(leaves[split:])).digest()


def flips(value: bytes) -> list[bytes]:
    """The value with each of its bits turned over, one at a time."""
    return [value[:i] + bytes([value[i] ^ 1 << bit]) + value[i + 1 :] for i in range(len(value)) for bit in range(8)]


def refused(check: object, *values: object) -> bool:
    """Whether a check raises ProofWrong for these values."""
    try:
        check(*values)  # type: ignore[operator]  # any of the two checks
    except merkle.ProofWrong:
        return True
    return False


def test_roots_equal_the_published_ones() -> None:
    hashes = [merkle.leaf_hash(entry) for entry in RFC_ENTRIES]
    assert [merkle.root(hashes[: n + 1]).hex() for n in range(8)] == RFC_ROOTS


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.root([]) == merkle.CompactRange().root() == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 71))
def test_the_root_is_the_one_the_rfc_defines(size: int) -> None:
    assert merkle.root(LEAVES[:size]) == defined_root(LEAVES[:size])


@pytest.mark.parametrize("size", [*range(1, 20), 31, 32, 33, 63, 64, 65, 70])
def test_every_leaf_is_proven_to_be_included(size: int) -> None:
    tree_root = merkle.root(LEAVES[:size])
    for index in range(size):
        path = merkle.inclusion_path(index, LEAVES[:size])
        merkle.verify_inclusion(LEAVES[index], index, size, path, tree_root)
        for other in {0, size - 1, index ^ 1, size, size + 1, -1} - {index}:
            assert refused(merkle.verify_inclusion, LEAVES[index], other, size, path, tree_root)


@pytest.mark.parametrize("size", [*range(1, 20), 31, 32, 33, 64, 70])
def test_every_older_tree_is_proven_to_be_a_beginning(size: int) -> None:
    tree_root = merkle.root(LEAVES[:size])
    for old in range(1, size + 1):
        path = merkle.consistency_path(old, LEAVES[:size])
        merkle.verify_consistency(old, merkle.root(LEAVES[:old]), size, tree_root, path)
        assert old == size or refused(merkle.verify_consistency, old, merkle.root(LEAVES[: old - 1]), size, tree_root, path)


@given(st.integers(1, 70), st.data())
def test_a_single_bit_changed_in_an_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, path, tree_root = LEAVES[index], merkle.inclusion_path(index, LEAVES[:size]), merkle.root(LEAVES[:size])
    position = data.draw(st.integers(0, len(path) + 1))
    for changed in flips((*path, leaf, tree_root)[position])[:: data.draw(st.integers(1, 9))]:
        parts = [*path, leaf, tree_root]
        parts[position] = changed
        assert refused(merkle.verify_inclusion, parts[-2], index, size, parts[:-2], parts[-1])


@given(st.integers(2, 70), st.data())
def test_a_single_bit_changed_in_a_consistency_proof_is_refused(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    path = merkle.consistency_path(old, LEAVES[:size])
    whole = [*path, merkle.root(LEAVES[:old]), merkle.root(LEAVES[:size])]
    position = data.draw(st.integers(0, len(whole) - 1))
    for changed in flips(whole[position])[:: data.draw(st.integers(1, 9))]:
        parts = [*whole]
        parts[position] = changed
        assert refused(merkle.verify_consistency, old, parts[-2], size, parts[-1], parts[:-2])


@given(st.integers(1, 70), st.data())
def test_a_path_with_a_hash_more_or_less_is_refused(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    tree_root, extra = merkle.root(LEAVES[:size]), LEAVES[0]
    path = merkle.inclusion_path(index, LEAVES[:size])
    for wrong in ([*path, extra], [extra, *path], path[1:] if path else [extra], path[:-1] if path else [extra]):
        with pytest.raises(merkle.PathLength):
            merkle.verify_inclusion(LEAVES[index], index, size, wrong, tree_root)
    path = merkle.consistency_path(old, LEAVES[:size])
    with pytest.raises(merkle.PathLength):
        merkle.verify_consistency(old, merkle.root(LEAVES[:old]), size, tree_root, [*path, extra])


def test_a_consistency_proof_from_the_empty_tree_is_refused() -> None:
    for path in ([], [LEAVES[0]], merkle.consistency_path(2, LEAVES[:5])):
        with pytest.raises(merkle.SizesWrong):
            merkle.verify_consistency(0, merkle.EMPTY_ROOT, 5, merkle.root(LEAVES[:5]), path)
    with pytest.raises(merkle.SizesWrong):
        merkle.verify_consistency(0, merkle.EMPTY_ROOT, 0, merkle.EMPTY_ROOT, [])
    with pytest.raises(merkle.SizesWrong):
        merkle.consistency_path(0, LEAVES)


def test_a_tree_that_shrank_is_refused() -> None:
    with pytest.raises(merkle.SizesWrong) as caught:
        merkle.verify_consistency(6, merkle.root(LEAVES[:6]), 5, merkle.root(LEAVES[:5]), [])
    assert caught.value.params == {"old": 6, "new": 5}


def test_two_trees_of_one_size_must_have_one_root() -> None:
    merkle.verify_consistency(5, LEAVES[0], 5, LEAVES[0], [])
    with pytest.raises(merkle.RootMismatch):
        merkle.verify_consistency(5, LEAVES[0], 5, LEAVES[1], [])


def test_an_index_at_the_size_or_in_an_empty_tree_is_refused() -> None:
    with pytest.raises(merkle.IndexOutside):
        merkle.verify_inclusion(LEAVES[0], 1, 1, [], LEAVES[0])
    with pytest.raises(merkle.IndexOutside):
        merkle.verify_inclusion(merkle.EMPTY_ROOT, 0, 0, [], merkle.EMPTY_ROOT)
    with pytest.raises(merkle.IndexOutside):
        merkle.inclusion_path(3, LEAVES[:3])


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(merkle.HashLength):
        merkle.verify_inclusion(LEAVES[0], 0, 2, [LEAVES[1][:31]], merkle.root(LEAVES[:2]))
    with pytest.raises(merkle.HashLength):
        merkle.CompactRange().append(b"short")


@given(st.integers(0, 70), st.integers(0, 70))
def test_appending_to_a_stored_frontier_gives_the_same_root(first: int, more: int) -> None:
    before = merkle.CompactRange()
    before.extend(LEAVES[:first])
    after = merkle.CompactRange(before.size, before.frontier)
    after.extend(LEAVES[first : first + more])
    assert after.root() == defined_root(LEAVES[: first + more])
    assert after.size == len(LEAVES[: first + more])


def test_a_frontier_that_does_not_belong_to_its_size_is_refused() -> None:
    with pytest.raises(merkle.PathLength):
        merkle.CompactRange(3, [LEAVES[0]])
    with pytest.raises(merkle.SizesWrong):
        merkle.CompactRange(-1, [])
