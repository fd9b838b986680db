from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from app.errors import Finding
from app.label.designs.refusals import DesignWrong
from app.label.refusals import SymbolTooWide
from tests.travellers import whole

_FINDINGS = st.lists(
    st.builds(Finding, st.just("designs.lines"), st.text(), st.integers() | st.text(), st.dictionaries(st.text(), st.text()))
)


@given(st.text(), _FINDINGS, st.floats(0, 100))
def test_a_refusal_travels_between_processes_whole(pointer: str, findings: list[Finding], width: float) -> None:
    for refusal in (DesignWrong(pointer=pointer, findings=findings), SymbolTooWide(pointer=pointer, findings=findings, needed=width)):
        there = pickle.loads(pickle.dumps(refusal))  # noqa: S301  # our own
        assert (whole(there), str(there)) == (whole(refusal), str(refusal))
