from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests import ROOT
from tests.scanner.shared_set import FOLDER, score_shared_set

EXPECTED: dict[str, dict[str, dict[str, Any]]] = tomllib.loads((ROOT / "tests" / "images" / "expected.toml").read_text(encoding="utf-8"))
EVERY = 3


@pytest.mark.slow
@pytest.mark.skipif(FOLDER is None, reason="the shared photographs are not beside the repository")
def test_each_third_photograph_is_read_at_least_and_misread_at_most_as_expected(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")
    expected = EXPECTED["third"]
    score = score_shared_set(engine="cascade", short=True, seconds=60, every=EVERY)  # the clock must not decide what is read
    targets = {name: row["of"] for name, row in expected.items() if row["of"]}
    assert {name: count for name, count in score.targets.items() if count} == targets
    fewer = {name: score.read[name] for name, row in expected.items() if score.read[name] < row["read"]}
    assert fewer == {}
    misread = Counter(symbology for symbology, *_ in score.misread)
    assert {name: count for name, count in misread.items() if count > expected[name]["misread"]} == {}, score.misread
