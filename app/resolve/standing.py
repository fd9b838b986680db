"""All that holds for a request: link sets that were registered, and those that our own catalogue stands for; pure.

A key of the catalogue needs no link set to resolve: it leads to our verification page, with the lot or serial that was asked for, so that
an unregistered serial never borrows the product's good name. Source: GS1-Conformant Resolver Standard 1.2, sections 2.5.1, 2.5.8, 2.5.9.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.identify import element_string
from app.resolve.anchor import Path, written
from app.resolve.link_types import descriptive
from app.resolve.links import DEFAULT, DEFAULT_MULTI, VOC, Link, Registration

PAGE = "/v"
"""Prefix of our verification pages; the rest is the path of the Digital Link."""

TRACEABILITY = VOC + "traceability"
_LANGUAGES = ("vi", "en", "fr")
_NEEDS_QUALIFIER = {"415"}
_STANDS_ALONE = {"01", "414", "417"}
"""Keys that are in the catalogue themselves; of all others the catalogue knows only what events name."""


@dataclass(frozen=True, slots=True)
class Site:
    """This installation. root: public address; host: its host, with a port that is not usual; page_title: what our page is called."""

    root: str
    host: str
    page_title: str = ""


def own_page(site: Site, page: str) -> Link:
    """Our verification page of a path as the default link."""
    return Link(DEFAULT, site.root + PAGE + page, site.page_title)


def members(rows: list[Registration], name: str | None, asked: Path, page: str, site: Site) -> list[Registration]:
    """The link sets of a key of the catalogue, most granular first.

    rows: what was registered; name: what the catalogue calls it, None for a thing that events name; page: the path as it was asked for.
    """
    key = asked[:1]
    ours = [_completed(rows, name, asked, page, site)]
    if len(asked) > 1 and key[0][0] in _STANDS_ALONE:
        ours.append(_completed(rows, name, key, written(key), site))
    paths = [each.path for each in ours]
    return [ours[0], *(row for row in rows if row.path not in paths), *ours[1:]]


def _completed(rows: list[Registration], name: str | None, path: Path, page: str, site: Site) -> Registration:
    """The registration of one level, with our page where it has no default or says nothing about what our page is."""
    row = next((each for each in rows if each.path == path), None)
    own = own_page(site, page)
    kind = descriptive(path[0][0]) if len(path) == 1 or path[0][0] in _NEEDS_QUALIFIER else TRACEABILITY
    described = replace(own, rel=kind, type="text/html", hreflang=_LANGUAGES)
    if row is None:
        return Registration(path, described_as(name, path), own, (described,))
    if row.default is not None and len(path) > 1:
        return row
    links = row.links if any(link.rel == kind for link in row.links) else (*row.links, described)
    return replace(row, default=row.default or own, links=links, proven=row.proven or row.default is None)


def described_as(name: str | None, path: Path) -> str:
    """What a level is, for people: the name with lot and serial, else the key as it is printed."""
    if name is None:
        return element_string.human(path)
    return f"{name} {element_string.human(path[1:])}".rstrip()


def of_type(levels: list[Registration], rel: str) -> tuple[Registration, list[Link]] | None:
    """The most granular level that has links of a type, with them; None where no level has."""
    for level in levels:
        found = [level.default] if rel == DEFAULT and level.default else [link for link in level.links if link.rel == rel]
        if found:
            return level, found
    return None


def several_defaults(level: Registration) -> list[Link]:
    """The defaults of a level that differ by what the visitor asks for."""
    return [link for link in level.links if link.rel == DEFAULT_MULTI]
