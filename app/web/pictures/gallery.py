"""Every picture by its name, drawn once for each language and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from app.errors import NotFound
from app.settings import LANGUAGES
from app.web.pictures import choices, codes, dots, events, sizes, stamps, ways
from app.words.translate import Translator, translator

PICTURES: Mapping[str, Callable[[Translator], str]] = MappingProxyType(
    {
        "gtin": codes.gtin,
        "digital-link": codes.digital_link,
        "element-string": codes.element_string,
        "logistic-label": codes.logistic_label,
        "sizes": sizes.sizes,
        "carriers": choices.carriers,
        "walk-up": ways.walk_up,
        "language": ways.language,
        "dots": dots.dots,
        "stamp-life": stamps.life,
        "roll": stamps.roll,
        "event-way": events.way,
    }
)
"""Name in the address, and what draws it."""


class NoSuchPicture(NotFound):
    """The handbook has no picture of this name."""

    code = "web.no-such-picture"  # params: picture


@lru_cache(maxsize=len(PICTURES) * len(LANGUAGES))
def picture(name: str, language: str) -> str:
    """A picture as SVG. language: vi, en or fr. Raises NoSuchPicture."""
    if name not in PICTURES:
        raise NoSuchPicture(picture=name[:80])
    return PICTURES[name](translator(language))
