from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests import ROOT
from tests.scanner.shared_set import FOLDER, score_shared_set

EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "tests" / "images" / "expected.toml").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.skipif(FOLDER is None, reason="the shared photographs are not beside the repository")
def test_photographs_are_read_at_least_and_misread_at_most_as_expected(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")
    # The clock must not decide what is read: few retries, each of them made.
    score = score_shared_set(engine="cascade", short=True, seconds=60)
    targets = {name: row["of"] for name, row in EXPECTED.items() if row["of"]}
    assert {name: count for name, count in score.targets.items() if count} == targets
    short = {name: score.read[name] for name, row in EXPECTED.items() if score.read[name] < row["read"]}
    assert short == {}, "fewer were read"
    misread = Counter(symbology for symbology, *_ in score.misread)
    assert {name: count for name, count in misread.items() if count > EXPECTED[name]["misread"]} == {}, score.misread
