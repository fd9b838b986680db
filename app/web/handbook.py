"""The handbook: Markdown pages of `app/handbook`, shown in the reader's language where a translation exists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from app.errors import NotFound
from app.settings import LANGUAGES
from app.web.pictures.gallery import picture
from app.words.translate import typeset

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TITLE = re.compile(r"^#\s+(.+?)\s*$", re.MULTILINE)
_PICTURE = re.compile(r"(?:\./)?pictures/([a-z-]+)\.svg")
_SIZE = re.compile(r'<svg [^>]*width="(\d+)" height="(\d+)"')
_PAGE_LINK = re.compile(r"(?:\./)?([a-z0-9-]+)(?:\.(?:vi|en|fr))?\.md(#.*)?")
_ORIGINAL = "en"

_ORDER = (
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
"""Pages in the order in which they are read; others follow by title."""


class NoSuchChapter(NotFound):
    """The handbook has no page of this name."""

    code = "web.no-such-chapter"


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page: its name in the address, title, HTML, and the language it is written in."""

    name: str
    title: str
    html: str
    language: str


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt  # loaded with the first page of the handbook, not with the server

    # HTML inside Markdown is shown as text: a page of the handbook can carry no script, whoever wrote it.
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _texts() -> dict[str, str]:
    """File name without `.md` (`scan` or `scan.vi`) by text."""
    folder = files("app") / "handbook"
    return {item.name.removesuffix(".md"): item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".md")}


def _local_links(tokens: list[Any], language: str) -> None:
    """Links between files of the folder lead to pages, in the same language: no cookie remembers what a visitor chose.

    Pictures that the program draws are fetched in that language too, and keep their place free while they are on their way.
    """
    for token in tokens:
        _local_links(token.children or [], language)
        if token.type == "text":
            token.content = typeset(token.content, language)
        drawn = _PICTURE.fullmatch(str(token.attrGet("src") or "")) if token.type == "image" else None
        if drawn is not None:
            size = _SIZE.match(picture(drawn[1], language))
            token.attrSet("src", f"/handbook/pictures/{drawn[1]}.svg?lang={language}")
            for name, value in zip(("width", "height"), size.groups() if size else (), strict=False):
                token.attrSet(name, value)
            token.attrSet("loading", "lazy")
        match = _PAGE_LINK.fullmatch(str(token.attrGet("href") or "")) if token.type == "link_open" else None
        if match is not None:
            token.attrSet("href", f"/handbook/{match[1]}?lang={language}{match[2] or ''}")


def render(text: str, language: str) -> str:
    """The HTML of a Markdown text; HTML in it is shown as text, links and pictures keep the language. Raises NoSuchPicture."""
    renderer = _renderer()
    tokens = renderer.parse(text)
    _local_links(tokens, language)
    html: str = renderer.renderer.render(tokens, renderer.options, {})
    return html


def _chapter(name: str, text: str, language: str) -> Chapter:
    title = _TITLE.search(text)
    return Chapter(name, typeset(title[1], language) if title else name, render(text, language), language)


@lru_cache(maxsize=64)
def chapter(name: str, language: str) -> Chapter:
    """A page: its translation, else the page as it was written. Raises NoSuchChapter."""
    if _NAME.fullmatch(name):
        texts = _texts()
        for key, tongue in ((f"{name}.{language}", language), (name, _ORIGINAL)):
            if key in texts:
                return _chapter(name, texts[key], tongue)
    raise NoSuchChapter(page=name[:80])


def chapters(language: str) -> list[Chapter]:
    """Every page in reading order, in the reader's language where possible."""
    names = {name.rsplit(".", 1)[0] if name.rsplit(".", 1)[-1] in LANGUAGES else name for name in _texts()}
    found = [chapter(name, language) for name in names if _NAME.fullmatch(name)]
    return sorted(found, key=lambda item: (_ORDER.index(item.name) if item.name in _ORDER else len(_ORDER), item.title))
