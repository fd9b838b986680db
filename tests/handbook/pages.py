"""The handbook as tests read it: pages by name and language, their headings, tables, code and links."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

LANGUAGES = ("vi", "en", "fr")
NAMES = (
    "index",
    "first-batch",
    "verdicts",
    "record-events",
    "epcis",
    "check-it-yourself",
    "identifiers",
    "printing",
    "stamps",
    "two-d-readiness",
    "links",
    "resolver",
    "installation",
    "privacy",
    "glossary",
)
EVERY = [(name, language) for name in NAMES for language in LANGUAGES]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[([^\]]*)\]\(pictures/([a-z-]+)\.svg\)")
_INLINE = re.compile(r"`([^`\n]+)`")


def file_name(name: str, language: str) -> str:
    """File of a page: the English one has no language in its name."""
    return f"{name}.md" if language == "en" else f"{name}.{language}.md"


@cache
def text(name: str, language: str) -> str:
    """Markdown of a page."""
    return (files("app") / "handbook" / file_name(name, language)).read_text(encoding="utf-8")


def blocks(name: str, language: str = "en", kind: str | None = None) -> list[str]:
    """Code blocks of a page, of one kind when it is named."""
    return [body for label, body in _FENCE.findall(text(name, language)) if kind in (None, label)]


def prose(name: str, language: str) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", text(name, language))


def inline(name: str, language: str) -> list[str]:
    """Code inside sentences and tables."""
    return _INLINE.findall(prose(name, language))


def pictures(name: str, language: str) -> list[tuple[str, str]]:
    """(alternative text, name) of the pictures of a page, in order."""
    return _PICTURE.findall(prose(name, language))


def headings(name: str, language: str) -> list[str]:
    """Headings with their marks, in order."""
    return re.findall(r"^#+ .+$", prose(name, language), re.MULTILINE)


def sections(name: str, language: str) -> list[tuple[str, str]]:
    """(heading of the second level, what stands below it)."""
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in prose(name, language).split("\n## ")[1:]]


def rows(body: str) -> list[list[str]]:
    """Rows of the tables of a text, heads and rules left out."""
    found: list[list[str]] = []
    lines = body.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("|") and not line.startswith("|-") and not (number + 1 < len(lines) and lines[number + 1].startswith("|-")):
            found.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return found


def pairs(name: str, language: str = "en") -> list[tuple[str, str, str]]:
    """(shell block, kind of the block that follows it, what stands there): commands and what they print."""
    found = _FENCE.findall(text(name, language))
    return [(body, *after) for (kind, body), after in pairwise(found) if kind == "sh" and after[0] in {"text", "json"}]


def values(name: str) -> list[Any]:
    """JSON blocks of a page as values."""
    return [json.loads(body) for body in blocks(name, kind="json")]
