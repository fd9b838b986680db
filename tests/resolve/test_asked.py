"""Reading what a request asks for: the short way for most labels says what the exact reader says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.identify import check_digit, digital_link
from app.identify.digital_link import Reading
from app.resolve import asked
from tests.identify.attempts import attempt

ROOT = "https://id.example.vn"
BODIES = st.text("0123456789", min_size=13, max_size=13)
VALUES = st.text(st.sampled_from("AZaz09-._~ %/+"), min_size=0, max_size=22)


@given(BODIES, st.booleans(), st.dictionaries(st.sampled_from(["22", "10", "21"]), VALUES), st.permutations(["22", "10", "21"]))
def test_a_label_is_read_as_the_exact_reader_reads_it(body: str, right: bool, values: dict[str, str], order: list[str]) -> None:
    digit = check_digit.digit(body)
    gtin = body + (digit if right else str((int(digit) + 1) % 10))
    path = f"/01/{gtin}" + "".join(f"/{ai}/{values[ai]}" for ai in order if ai in values)
    exact = attempt(lambda: digital_link.parse(ROOT + path.removesuffix("/"), Reading(semicolons=True)))
    found = attempt(lambda: asked.read(path, "", ROOT))
    if isinstance(exact, digital_link.DigitalLink):
        assert isinstance(found, asked.Asked)
        assert (found.path, found.target, found.page, found.query) == (exact.path, path, path, "")
    else:
        assert (type(found), getattr(found, "params", 0)) == (type(exact), getattr(exact, "params", 1))
