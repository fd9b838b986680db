"""What is wrong with a page for somebody who cannot see well, listens to it, or holds a small telephone; asked of the browser itself.

The rules are those of WCAG 2.2 AA that a program can judge: 1.1.1, 1.3.1, 1.4.3, 1.4.10, 2.4.4, 2.5.8, 3.1.1, 4.1.2, and that no id
stands twice.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def _script() -> str:
    return Path(__file__).with_name("looks.js").read_text(encoding="utf-8").split("\n", 1)[1].strip()


def _ask(page: Any, name: str) -> list[str]:
    found: list[str] = page.evaluate(f"() => {_script()}.{name}()")
    return found


def wrong(page: Any) -> list[str]:
    """Everything that is wrong with the page as it stands in its window; an empty list when nothing is."""
    return [*_ask(page, "accessibility"), *_ask(page, "contrast"), *_ask(page, "tooWide")]


def low_contrast(page: Any) -> list[str]:
    """Words that are hard to read on their ground."""
    return _ask(page, "contrast")


def too_wide(page: Any) -> list[str]:
    """What makes a page scroll sideways in its window."""
    return _ask(page, "tooWide")
