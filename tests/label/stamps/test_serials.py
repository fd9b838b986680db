from __future__ import annotations

import pytest

from app.label.refusals import SerialRange
from app.label.stamps.serials import ALPHABET, MOST, guess_probability, random_serials


def test_serials_are_unique_and_have_sixty_random_bits() -> None:
    serials = random_serials(20_000)
    assert len(set(serials)) == 20_000
    assert {len(serial) for serial in serials} == {12}
    assert len(ALPHABET) ** 12 >= 2**60


def test_every_letter_of_the_alphabet_is_equally_likely_at_every_place() -> None:
    serials = random_serials(32_000)
    for place in range(12):
        counts = [sum(serial[place] == letter for serial in serials) for letter in ALPHABET]
        assert min(counts) > 800  # 1,000 expected, standard deviation 31
        assert max(counts) < 1_200


def test_no_serial_has_letters_that_look_alike() -> None:
    assert not set("ILOU") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32


@pytest.mark.parametrize(("count", "length"), [(1, 12), (1, 20), (3, 16)])
def test_the_asked_number_and_length_are_given(count: int, length: int) -> None:
    serials = random_serials(count, length=length)
    assert [len(serial) for serial in serials] == [length] * count


@pytest.mark.parametrize(("count", "length"), [(0, 12), (-1, 12), (MOST + 1, 12), (1, 11), (1, 21)])
def test_a_wrong_number_or_length_is_refused(count: int, length: int) -> None:
    with pytest.raises(SerialRange) as refused:
        random_serials(count, length=length)
    assert refused.value.params["count"] == count


def test_a_million_issued_serials_stay_far_from_one_guess_in_ten_thousand() -> None:
    assert guess_probability(1_000_000) < 1e-11
    assert guess_probability(32**2, 2) == 1.0
