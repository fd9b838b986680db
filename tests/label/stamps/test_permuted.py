"""The keyed permutation: every count has one serial number, and every serial number one count."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.label.stamps.permuted import KEY_BYTES, count_of, permuted_serials
from app.label.stamps.serials import ALPHABET, LONGEST, SHORTEST

KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
LENGTHS = st.integers(SHORTEST, LONGEST)
COUNTS = st.integers(0, 2**60 - 1)
KEY = bytes(range(KEY_BYTES))


@given(KEYS, LENGTHS, COUNTS)
def test_the_count_of_a_serial_number_is_the_count_it_was_made_from(key: bytes, length: int, count: int) -> None:
    (serial,) = permuted_serials(key, length, count, 1)
    assert (len(serial), set(serial) <= set(ALPHABET)) == (length, True)
    assert count_of(key, serial) == count


@given(KEYS, LENGTHS, st.integers(0, 2**59), st.integers(1, 40))
def test_serial_numbers_made_together_are_those_made_one_by_one(key: bytes, length: int, first: int, count: int) -> None:
    alone = [permuted_serials(key, length, first + place, 1)[0] for place in range(count)]
    assert permuted_serials(key, length, first, count) == alone


@pytest.mark.parametrize("length", range(SHORTEST, LONGEST + 1))
def test_no_two_of_fifty_thousand_counts_give_one_serial_number(length: int) -> None:
    assert len(set(permuted_serials(KEY, length, 0, 50_000))) == 50_000


def test_another_key_or_length_gives_other_serial_numbers() -> None:
    ours, theirs, longer = (permuted_serials(key, length, 0, 1000) for key, length in ((KEY, 12), (KEY[::-1], 12), (KEY, 14)))
    assert not set(ours) & set(theirs)
    assert not set(ours) & {serial[:12] for serial in longer}


def test_neighbours_do_not_look_alike() -> None:
    serials = permuted_serials(KEY, SHORTEST, 0, 20_000)
    alike = sum(one == other for left, right in itertools.pairwise(serials) for one, other in zip(left, right, strict=True))
    assert 0.028 < alike / (19_999 * SHORTEST) < 0.035  # one letter in 32 agrees by chance


def test_every_letter_is_equally_likely_at_every_place() -> None:
    serials = permuted_serials(KEY, SHORTEST, 10**6, 32_000)
    for place in range(SHORTEST):
        counts = [sum(serial[place] == letter for serial in serials) for letter in ALPHABET]
        assert 800 < min(counts) <= max(counts) < 1200


@pytest.mark.parametrize(("length", "first"), [(11, 0), (21, 0), (12, -1), (12, 2**60)])
def test_lengths_and_counts_outside_are_a_fault_of_the_caller(length: int, first: int) -> None:
    with pytest.raises(ValueError, match="no serial numbers"):
        permuted_serials(KEY, length, first, 1)


def test_the_last_count_has_a_serial_number() -> None:
    assert count_of(KEY, permuted_serials(KEY, SHORTEST, 2**60 - 1, 1)[0]) == 2**60 - 1
