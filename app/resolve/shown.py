"""Links as people read them: titles, languages by their own names, what kind of thing opens, and whose host it is; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from app.identify import element_string
from app.resolve import link_types
from app.resolve.links import DEFAULT, DEFAULT_MULTI, Link, Registration
from app.resolve.targets import host_of

ENDONYMS = {
    "ar": "العربية", "bg": "Български", "cs": "Čeština", "da": "Dansk", "de": "Deutsch",
    "el": "Ελληνικά", "en": "English", "es": "Español", "et": "Eesti", "fi": "Suomi",
    "fr": "Français", "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski", "hu": "Magyar",
    "id": "Bahasa Indonesia", "it": "Italiano", "ja": "日本語", "km": "ខ្មែរ", "ko": "한국어",
    "lo": "ລາວ", "lt": "Lietuvių", "lv": "Latviešu", "ms": "Bahasa Melayu", "my": "မြန်မာ",
    "nl": "Nederlands", "no": "Norsk", "pl": "Polski", "pt": "Português", "ro": "Română",
    "ru": "Русский", "sk": "Slovenčina", "sl": "Slovenščina", "sv": "Svenska", "th": "ไทย",
    "tr": "Türkçe", "uk": "Українська", "vi": "Tiếng Việt", "zh": "中文",
}  # fmt: skip
"""Languages by the name their speakers give them."""

Words = Callable[..., str]


@dataclass(frozen=True, slots=True)
class ShownLink:
    """One link. languages: tag and name of each; kind: what opens, in words; lang: language of the title where it is known."""

    title: str
    href: str
    host: str
    languages: tuple[tuple[str, str], ...]
    kind: str
    lang: str | None
    context: tuple[str, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Links of one type."""

    title: str
    links: tuple[ShownLink, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """The links of one level. code: the key with qualifiers as it is printed."""

    code: str
    description: str
    default: ShownLink | None
    groups: tuple[Group, ...]


def hosts_of(members: Sequence[Registration]) -> dict[int, set[str]]:
    """The hosts that the links of each owner lead to, by `party_id`."""
    found: dict[int, set[str]] = {}
    for member in members:
        all_links = (*member.links, *([member.default] if member.default else []))
        found.setdefault(member.party_id, set()).update(host_of(link.href) for link in all_links)
    return found


def levels(members: Sequence[Registration], proven: Mapping[int, set[str]], tongue: str, t: Words) -> list[Level]:
    """Link sets as a page shows them. proven: the hosts of each owner that need no warning, by `party_id`."""
    return [_level(member, proven.get(member.party_id, set()), tongue, t) for member in members]


def _level(member: Registration, proven: set[str], tongue: str, t: Words) -> Level:
    kinds = dict.fromkeys(link.rel for link in member.links if link.rel != DEFAULT)
    ordered = sorted(kinds, key=lambda rel: rel == DEFAULT_MULTI)
    groups = tuple(
        Group(link_types.title(rel, tongue), tuple(_shown(link, proven, t) for link in member.links if link.rel == rel)) for rel in ordered
    )
    default = None if member.default is None else _shown(member.default, proven, t)
    return Level(element_string.human(member.path), member.description, default, groups)


def _shown(link: Link, proven: set[str], t: Words) -> ShownLink:
    host = host_of(link.href)
    only = link.hreflang[0] if len(link.hreflang) == 1 else None
    languages = tuple((tag, language_name(tag)) for tag in link.hreflang)
    return ShownLink(link.title, link.href, host, languages, kind_of(link.type, t), only, link.context, host in proven)


def language_name(tag: str) -> str:
    """A language by its own name, with its country where it is given: `Português (BR)`."""
    primary, _, rest = tag.partition("-")
    name = ENDONYMS.get(primary.lower(), primary.upper())
    return f"{name} ({rest.upper()})" if rest else name


def kind_of(media_type: str | None, t: Words) -> str:
    """What opens, in words; "" for a page, which needs no telling, and for a type that is not known."""
    kind = (media_type or "").partition(";")[0].strip().lower()
    if kind in {"", "text/html", "application/xhtml+xml"}:
        return ""
    if kind == "application/pdf":
        return "PDF"
    if kind.endswith(("json", "xml", "csv")):
        return t("resolve.kind_data")
    if kind.startswith("image/"):
        return t("resolve.kind_picture")
    if kind.startswith("video/"):
        return t("resolve.kind_video")
    return kind
