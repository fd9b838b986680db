"""The event hash's text of any event, built as a tree the way the reference does: slow, complete, and the yardstick of the fast path.

A JSON event becomes nodes (name, text, children); standard properties are consumed in their order; what is left over, such as
extensions inside standard properties, follows at the end (CBV 2.0) or stays in its place (CBV 2.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.capture.contexts import Context
from app.capture.hashes import event_hash_values as values
from app.capture.hashes import event_hash_words as words
from app.capture.hashes.event_hash_words import Order

_NOT_READ = words.COMMENTS | {"@context"}
_LITERAL = frozenset({"stringValue", "hexBinaryValue", "uom"})
VOCABULARIES = ("https://ref.gs1.org/cbv", "https://gs1.org/voc", "https://ref.gs1.org/voc")
_EPC_NAMES = ("inputEPC", "outputEPC")
_QUANTITY_NAMES = ("inputQuantity", "outputQuantity", "childQuantity")


class Node(NamedTuple):
    """One property: its full name, its text, and what it contains."""

    name: str
    text: str
    children: list[Node]


def text_of(event: dict[str, Any], context: Context, *, inline: bool) -> str:
    """Text that is hashed, without its head `eventType=...`. inline: extensions stay in their place (CBV 2.1)."""
    known = set() if context.xml else terms(event, context)
    children = corrected([node for node in nodes(event, context, known) if node.name != "@context"], xml=context.xml)
    standard = _consume(children, words.PROPERTIES, inline=inline)
    if inline:
        return standard + generic(node for node in children if node.name not in words.IGNORED)
    ilmd = [node for node in children if node.name == "ilmd"]
    rest = [node for node in children if node.name != "ilmd"]
    parts: list[str] = []
    for name, order in words.PROPERTIES.items():
        for node in [node for node in rest if order and node.name == name]:
            inner = _extensions(node.children, order or {})
            if inner:
                parts.append(_shown(name, inline=False) + inner)
                rest.remove(node)
    return standard + generic(ilmd) + "".join(parts) + generic(node for node in rest if node.name not in words.IGNORED)


# ------------------------------------------------------------------------------------------------ vocabulary terms of an event


def terms(event: dict[str, Any], context: Context) -> set[str]:
    """Full URIs of the vocabulary terms an event uses: they also replace equal bare words elsewhere in it, as in the reference."""
    found: set[str] = set()
    for value, known in _term_places(event):
        if isinstance(value, str):
            full = known.get(value) or context.value(value)
            if full.startswith(VOCABULARIES):
                found.add(full)
    spelled_out(event, context, found, standard=True)
    return found


def spelled_out(value: Any, context: Context, found: set[str], *, standard: bool) -> None:
    """Vocabulary URIs that stand anywhere in an event, also those with a prefix in standard properties."""
    if isinstance(value, str):
        full = context.value(value) if standard else value
        if full.startswith(VOCABULARIES):
            found.add(full)
    elif isinstance(value, list):
        for each in value:
            spelled_out(each, context, found, standard=standard)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in _NOT_READ:
                spelled_out(inner, context, found, standard=standard and ":" not in key and key not in _LITERAL)


def _term_places(event: dict[str, Any]) -> Iterator[tuple[Any, words.Words]]:
    yield event.get("bizStep"), words.BIZ_STEPS
    yield event.get("disposition"), words.DISPOSITIONS
    persistent = _dict(event.get("persistentDisposition"))
    for value in (*_list(persistent.get("set")), *_list(persistent.get("unset"))):
        yield value, words.DISPOSITIONS
    for name, known in words.TYPES.items():
        for entry in _list(event.get(name)):
            yield _dict(entry).get("type"), known
    yield _dict(event.get("errorDeclaration")).get("reason"), words.REASONS
    for element in _list(event.get("sensorElementList")):
        for report in _list(_dict(element).get("sensorReport")):
            yield _dict(report).get("type"), words.MEASUREMENTS
            yield _dict(report).get("exception"), words.EXCEPTIONS
            yield _dict(report).get("component"), words.COMPONENTS


def full_term(text: str, known: Iterable[str]) -> str:
    """Term of the event that ends in this word, when exactly one does; else the text as it is."""
    if text:
        matches = [term for term in known if term.endswith(text) and term[-len(text) - 1 : -len(text)] in ("-", "/")]
        if len(matches) == 1:
            return matches[0]
    return text


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


# ------------------------------------------------------------------------------------------------ nodes of JSON values


def nodes(value: dict[str, Any], context: Context, known: set[str]) -> list[Node]:
    """Properties of a JSON object as nodes; an array is its property repeated."""
    found: list[Node] = []
    for key, inner in value.items():
        if key in words.COMMENTS or key == "#text" or key.startswith("@xmlns"):
            continue
        name = context.name(key)
        if isinstance(inner, list):
            found += [Node(name, *each) for each in sorted(_content(element, context, known) for element in inner)]
        else:
            found.append(Node(name, *_content(inner, context, known)))
    if not any(key in value for key in words.TYPED_LISTS.values()):
        found.sort()
    return found


def _content(value: Any, context: Context, known: set[str]) -> tuple[str, list[Node]]:
    if isinstance(value, dict):
        text = value.get("#text", "")
        return scalar(text, context, known) if text != "" else "", nodes(value, context, known)
    if isinstance(value, list):
        return "", sorted(Node("", *_content(each, context, known)) for each in value)
    return scalar(value, context, known), []


def scalar(value: Any, context: Context, known: Iterable[str]) -> str:
    """Text of a JSON scalar: bare words and prefixes of GS1 replaced, booleans in lower case."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return context.value(full_term(value, known))
    return str(value)


def corrected(children: Iterable[Node], *, xml: bool) -> list[Node]:
    """Nodes in the structure of the XML binding: lists hold named elements, quantities are quantityElements.

    xml: the event came in it, so that its extensions have that structure already.
    """
    plain: list[Node] = []
    lists: dict[str, list[Node]] = {}
    for node in children:
        if node.name.endswith("List") and not (xml and node.name[:1] == "{"):
            lists.setdefault(node.name, []).append(Node(node.name[:-4], node.text, node.children))
        elif node.name == "childEPCs":
            lists.setdefault(node.name, []).append(Node("epc", node.text, []))
        else:
            plain.append(node)
    typed = [Node(name, "", [_pair(name, entry) for entry in entries]) for name, entries in lists.items() if name in words.TYPED_LISTS]
    plain += [Node(name, "", entries) for name, entries in lists.items() if name not in words.TYPED_LISTS]
    return [_renamed(node.name, node.text, corrected(node.children, xml=xml)) for node in plain] + typed


def _pair(name: str, entry: Node) -> Node:
    """Type and value of a list entry, the type first; whatever else stands in the entry is no part of the hash."""
    wanted = ("type", words.TYPED_LISTS[name])
    parts = [node for which in wanted for node in entry.children if node.name == which]
    return Node("", entry.text, parts)


def _renamed(name: str, text: str, children: list[Node]) -> Node:
    if name in _EPC_NAMES:
        return Node("epc", text, children)
    if name in _QUANTITY_NAMES or (name == "quantity" and children):
        return Node("quantityElement", text, children)
    return Node(name, text, children)


# ------------------------------------------------------------------------------------------------ text of nodes


def generic(children: Iterable[Node]) -> str:
    """Text of extensions and other properties without an order: each with its content, sorted by that text."""
    return "".join(sorted(entry(node) for node in children))


def entry(node: Node) -> str:
    """Text of one such property."""
    text = node.text.strip()
    return f"{node.name}={values.canonical(text)}{generic(node.children)}" if text else node.name + generic(node.children)


def _consume(children: list[Node], order: Order, *, inline: bool) -> str:
    """Text of the standard properties in their order; only what is not yet in the text stays in children."""
    extensions = _inlined(children) if inline else []
    taken = {id(node) for node in extensions}
    texts: dict[str, list[str]] = {}
    left: list[Node] = []
    for node in children:
        if id(node) in taken:
            continue
        if node.name in order:
            text = _property(node, order[node.name], inline=inline)
            texts.setdefault(node.name, []).append(text)
        if node.name not in order or node.children:
            left.append(node)
    children[:] = left
    return "".join("".join(sorted(texts[name])) for name in order if name in texts) + generic(extensions)


def _property(node: Node, order: Order | None, *, inline: bool) -> str:
    """Text of one standard property, which loses what it contributed; nothing when it is empty."""
    content = ""
    if node.name in words.TYPED_LISTS:
        content = "".join(sorted("".join(map(entry, pair.children)) for pair in node.children))
        node.children.clear()
    elif order:
        content = _consume(node.children, order, inline=inline)
    text = node.text.strip()
    if text:
        text = "=" + (values.time(text) if node.name in words.TIMES else values.canonical(text))
    return _shown(node.name, inline=inline) + text + content if text or content else ""


def _shown(name: str, *, inline: bool) -> str:
    """Name as it stands in the text: CBV 2.0 leaves the word sensorElementList out."""
    return "" if name == "sensorElementList" and not inline else name


def _inlined(children: list[Node]) -> list[Node]:
    """Extensions that CBV 2.1 puts behind their neighbours: not alone, not at the top of an event."""
    if len(children) <= 1 or any("eventTime" in node.name or "action" in node.name for node in children):
        return []
    return [node for node in children if _is_extension(node)]


def _is_extension(node: Node) -> bool:
    """Whether a node's namespace ends in a slash; the reference sees only these inside standard properties."""
    return "{" in node.name and "/}" in node.name


def _extensions(children: list[Node], order: Order) -> str:
    """Extensions left inside a standard property, each level after the names that lead to it (CBV 2.0)."""
    parts: list[str] = []
    for name, inner_order in order.items():
        for node in [node for node in children if inner_order and node.name == name]:
            inner = _extensions(node.children, inner_order or {})
            if inner:
                parts.append(_shown(name, inline=False) + inner)
    return "".join(parts) + generic(node for node in children if _is_extension(node))
