"""One `@context` for events of several documents; a prefix that two of them use for different namespaces is renamed; pure.

Without it an event would change its meaning by the company it is answered in. Source: JSON-LD 1.1, sections 4.1 and 4.1.5; EPCIS 2.0, 10.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.capture.contexts import CONTEXT, PINNED

_TEXTS = frozenset(("stringValue", "hexBinaryValue", "_comment"))
"""Standard fields whose values are text and never a compact URI."""

Renames = Mapping[str, str]


class Contexts:
    """The contexts of the events of one answer, in their order."""

    def __init__(self, reserved: Mapping[str, str] | None = None) -> None:
        """reserved: prefixes of our own, which nobody else may take; `reserved_used`: somebody means the same by one."""
        self.terms: dict[str, Any] = dict(reserved or {})
        self.reserved_used = False
        self._reserved = frozenset(self.terms)
        self._addresses: dict[str, None] = {}

    def add(self, *contexts: Any) -> dict[str, str]:
        """Take the contexts that hold for an event, the outer first; the prefixes of that event that have to be renamed."""
        terms: dict[str, Any] = {}
        for part in (each for context in contexts for each in (context if isinstance(context, list) else [context])):
            if isinstance(part, dict):
                terms |= part
            elif isinstance(part, str) and part not in PINNED:
                self._addresses[part] = None
        renames: dict[str, str] = {}
        for prefix in [name for name in terms if _is_prefix(name)]:
            chosen = self._name_for(prefix, terms[prefix])
            self.reserved_used = self.reserved_used or chosen in self._reserved
            self.terms[chosen] = terms[prefix]
            if chosen != prefix:
                renames[prefix] = chosen
        for name in [name for name in terms if not _is_prefix(name)]:
            self.terms.setdefault(_renamed_name(name, renames), _renamed_definition(terms[name], renames))
        return renames

    def _name_for(self, prefix: str, definition: Any) -> str:
        """The prefix itself where it is free or means the same, else one like it."""
        name, number = prefix, 1
        while name in self.terms and self.terms[name] != definition:
            number += 1
            name = f"{prefix}{number}"
        return name

    def whole(self) -> list[Any]:
        """The `@context` of the answer: the standard's first, then others by address, then one object of prefixes."""
        return [CONTEXT, *self._addresses, *([self.terms] if self.terms else [])]

    def namespaces(self) -> dict[str, str]:
        """Prefixes with their namespaces."""
        return {name: space for name, space in self.terms.items() if isinstance(space, str) and _is_prefix(name)}


def _is_prefix(name: str) -> bool:
    return ":" not in name and not name.startswith("@")


def _renamed_name(text: str, renames: Renames) -> str:
    prefix, colon, local = text.partition(":")
    return f"{renames[prefix]}:{local}" if colon and prefix in renames and not local.startswith("//") else text


def _renamed_definition(definition: Any, renames: Renames) -> Any:
    if isinstance(definition, str):
        return _renamed_name(definition, renames)
    if isinstance(definition, dict):
        return {name: _renamed_definition(value, renames) for name, value in definition.items()}
    return definition


def renamed(value: Any, renames: Renames, *, standard: bool = True) -> Any:
    """An event with prefixes renamed: in names everywhere, in values where a field of the standard holds a URI."""
    if isinstance(value, dict):
        return {
            _renamed_name(name, renames): renamed(member, renames, standard=standard and ":" not in name and name not in _TEXTS)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [renamed(member, renames, standard=standard) for member in value]
    return _renamed_name(value, renames) if standard and isinstance(value, str) else value
