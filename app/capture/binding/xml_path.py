"""Where something stands in an XML document: XPath of an element, and of what a JSON pointer into the read document means."""

from __future__ import annotations

from collections.abc import Iterable

from app.capture.binding.xml_names import Show
from app.capture.binding.xml_parse import Node, split

_WRAPPERS = frozenset({"extension", "baseExtension", "QueryResults", "EPCISMasterData"})
_OF_JSON = {
    "epcisHeader": "EPCISHeader",
    "epcisBody": "EPCISBody",
    "epcisMasterData": "EPCISMasterData",
    "eventList": "EventList",
    "queryResults": "QueryResults",
    "vocabularyList": "VocabularyList",
    "vocabularyElementList": "VocabularyElementList",
    "attributes": "attribute",
    "sender": "EPCISHeader/sbdh:StandardBusinessDocumentHeader/sbdh:Sender/sbdh:Identifier",
    "receiver": "EPCISHeader/sbdh:StandardBusinessDocumentHeader/sbdh:Receiver/sbdh:Identifier",
    "instanceIdentifier": "EPCISHeader/sbdh:StandardBusinessDocumentHeader/sbdh:DocumentIdentification/sbdh:InstanceIdentifier",
}
_LISTS = frozenset({
    "epcList", "childEPCs", "inputEPCList", "outputEPCList", "quantityList", "childQuantityList", "inputQuantityList",
    "outputQuantityList", "bizTransactionList", "sourceList", "destinationList", "sensorElementList", "correctiveEventIDs",
    "VocabularyList", "VocabularyElementList", "children",
})  # fmt: skip
_VALUES = frozenset({"bizTransaction", "source", "destination", "attribute", "#text"})
"""Keys whose value is the text or content of the element itself."""


def elements(node: Node) -> list[Node]:
    """Child elements of an element."""
    return [child for child in node[3] or () if child.__class__ is list]


def step(parent: Node | None, node: Node, show: Show) -> str:
    """Step of XPath to a child: its name, and its number where the name alone would not do."""
    name = show(node[0])
    alike = [child for child in elements(parent) if child[0] == node[0]] if parent is not None else [node]
    if len(alike) < 2:
        return name
    return f"{name}[{next(place for place, child in enumerate(alike, 1) if child is node)}]"


def path_to(root: Node, target: Node, show: Show) -> str:
    """Steps from an element to one inside it, with a slash before each; "" for itself or for what stands nowhere in it."""
    found = _descend(root, target, show)
    return found or ""


def _descend(node: Node, target: Node, show: Show) -> str | None:
    if node is target:
        return ""
    for child in elements(node):
        below = _descend(child, target, show)
        if below is not None:
            return f"/{step(node, child, show)}{below}"
    return None


def resolve(root: Node, tokens: Iterable[str], show: Show) -> str:
    """Steps from an element to what the tokens of a JSON pointer name in the object read from it.

    What does not stand in the document, such as a missing field, is named as it would stand there.
    """
    return _Walk(root, show).walk(list(tokens))


class _Walk:
    """One pointer followed through elements."""

    def __init__(self, root: Node, show: Show) -> None:
        self._node: Node | None = root
        self._show = show
        self._steps: list[str] = []

    def walk(self, tokens: list[str]) -> str:
        """The steps, with a slash before each."""
        place = 0
        while place < len(tokens):
            token = tokens[place]
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            place += self._take(token, following)
        return "".join(f"/{name}" for name in self._steps)

    def _take(self, token: str, following: str) -> int:
        """Follow one token, or two where an index belongs to it; how many."""
        node = self._node
        if node is None:
            self._steps.append(_OF_JSON.get(token, token) if not token.isdigit() else f"*[{int(token) + 1}]")
            return 1
        if token.isdigit() and split(node[0])[1] in _LISTS:
            self._go(node, elements(node)[int(token) : int(token) + 1], f"*[{int(token) + 1}]")
            return 1
        if token in _VALUES and not self._matches(node, token)[1]:
            return 1
        attribute = self._attribute(node, token)
        if attribute:
            self._steps.append(attribute)
            self._node = None
            return 1
        return self._element(node, token, following)

    def _element(self, node: Node, token: str, following: str) -> int:
        wrappers, found = self._matches(node, token)
        if not found:
            self._steps.append(_OF_JSON.get(token, token))
            self._node = None
            return 1
        self._steps += wrappers
        parent = self._parent
        indexed = following.isdigit() and split(found[0][0])[1] not in _LISTS
        chosen = found[int(following) : int(following) + 1] if indexed else found[:1]
        self._go(parent, chosen, token)
        return 2 if indexed else 1

    def _matches(self, node: Node, token: str) -> tuple[list[str], list[Node]]:
        """Child elements of this key, and the steps through wrappers that lead to their parent."""
        wanted = _OF_JSON.get(token, token)
        found = [child for child in elements(node) if self._show(child[0]) == wanted or split(child[0])[1] == wanted]
        if found:
            self._parent = node
            return [], found
        for child in elements(node):
            if split(child[0])[1] in _WRAPPERS:
                steps, found = self._matches(child, token)
                if found:
                    return [step(node, child, self._show), *steps], found
        return [], []

    def _attribute(self, node: Node, token: str) -> str:
        """Step to an attribute of this key; "" when there is none."""
        for name in node[1] or ():
            key = self._show(name)
            if token in (key, f"@{key}"):
                return f"@{key}"
        return ""

    def _go(self, parent: Node, chosen: list[Node], otherwise: str) -> None:
        if chosen:
            self._node = chosen[0]
            self._steps.append(step(parent, chosen[0], self._show))
        else:
            self._node = None
            self._steps.append(otherwise)
