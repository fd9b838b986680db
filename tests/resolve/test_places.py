"""Levels of a request: which there are, which outranks which, and where each is kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.identify import keys
from app.resolve.anchor import Path, levels, place_of, places

GTIN = ("01", "09521002000016")
values = st.text(st.sampled_from("ABz09-/%().+"), min_size=1, max_size=8)
paths = st.lists(values, min_size=3, max_size=3).flatmap(
    lambda three: st.sets(st.sampled_from(["22", "10", "21"])).map(
        lambda chosen: (GTIN, *((ai, value) for ai, value in zip(("22", "10", "21"), three, strict=True) if ai in chosen))
    )
)


@given(paths)
def test_every_level_is_kept_where_a_registration_of_it_would_be(path: Path) -> None:
    found = places(path)
    assert [level for level, _ in found] == levels(path)
    assert [place for _, place in found] == [place_of(level) for level in levels(path)]
    assert len(found) == 2 ** (len(path) - 1)
    assert (found[0][0], found[-1][0]) == (path, path[:1])


def test_a_serial_outranks_a_lot_and_a_lot_a_variant() -> None:
    whole = (GTIN, ("22", "V"), ("10", "L"), ("21", "S"))
    told = ["/".join(ai for ai, _ in level[1:]) for level in levels(whole)]
    assert told == ["22/10/21", "10/21", "22/21", "21", "22/10", "10", "22", ""]


def test_no_key_has_more_qualifiers_than_levels_are_known_for() -> None:
    assert max(len(some) for each in keys.QUALIFIERS.values() for some in each) == 3
