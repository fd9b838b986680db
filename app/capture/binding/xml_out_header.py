"""Header of a document as XML: sender and receiver as a Standard Business Document Header, and master data.

Source: EPCISHeaderType and EPCISMasterDataType of the XSDs; SBDH 1.0. EPCIS 1.2 has no header without an SBDH.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.capture.binding.namespaces import SBDH
from app.capture.binding.xml_out_values import At, Trees, of_text, quoted, scalar, text
from app.errors import Finding

_WHOLE = ":StandardBusinessDocumentHeader"
_ROOT = ("sender", "receiver", "instanceIdentifier")


class Header:
    """Writer of the header of one document."""

    def __init__(self, trees: Trees, version: str) -> None:
        self._trees = trees
        self._notes = trees.notes
        self._version = version

    def text(self, document: Mapping[str, Any], created: str) -> str:
        """`EPCISHeader`, or "" when there is nothing to say in it; created: the document's date of creation."""
        header = document.get("epcisHeader") or {}
        at: At = ((), "epcisHeader")
        whole = next((key for key in header if key.endswith(_WHOLE)), None)
        master = header.get("epcisMasterData")
        inside = f"<extension>{self._master(master, (at, 'epcisMasterData'))}</extension>" if master else ""
        others = self._others(header, whole, at)
        if whole is not None:
            sbdh = self._trees.field(whole, header[whole], at)
        elif any(name in document for name in _ROOT) or (self._version == "1.2" and (inside or others)):
            sbdh = self._sbdh(document, created)
        else:
            sbdh = ""
        return f"<EPCISHeader>{sbdh}{inside}{others}</EPCISHeader>" if sbdh or inside or others else ""

    def _others(self, header: Mapping[str, Any], whole: str | None, at: At) -> str:
        """Extension fields of the header: 1.2 has a place for them, the XSD of 2.0 has none."""
        parts = ""
        for key, value in header.items():
            if key in ("epcisMasterData", whole):
                continue
            if self._version == "1.2" and ":" in key:
                parts += self._trees.field(key, value, at)
            else:
                self._notes.add(Finding("binding.field-not-carried", params={"field": key}), (at, key))
        return parts

    def _sbdh(self, document: Mapping[str, Any], created: str) -> str:
        """The header of the message; the XSD demands all three of sender, receiver and identifier, so one that is not known is empty."""
        sender, receiver, number = (of_text(document.get(name, "")) for name in _ROOT)
        identity = (
            f"<sbdh:Standard>EPCglobal</sbdh:Standard><sbdh:TypeVersion>{self._version}</sbdh:TypeVersion>"
            f"<sbdh:InstanceIdentifier>{number}</sbdh:InstanceIdentifier><sbdh:Type>Events</sbdh:Type>"
            f"<sbdh:CreationDateAndTime>{created}</sbdh:CreationDateAndTime>"
        )
        return (
            f'<sbdh:StandardBusinessDocumentHeader xmlns:sbdh="{SBDH}">'
            "<sbdh:HeaderVersion>1.0</sbdh:HeaderVersion>"
            f"<sbdh:Sender><sbdh:Identifier>{sender}</sbdh:Identifier></sbdh:Sender>"
            f"<sbdh:Receiver><sbdh:Identifier>{receiver}</sbdh:Identifier></sbdh:Receiver>"
            f"<sbdh:DocumentIdentification>{identity}</sbdh:DocumentIdentification></sbdh:StandardBusinessDocumentHeader>"
        )

    # ------------------------------------------------------------------------------------------------ master data

    def _master(self, master: Mapping[str, Any], at: At) -> str:
        listed = self.vocabularies(master.get("vocabularyList", []), (at, "vocabularyList"))
        bare = ""
        for key, value in master.items():
            if key == "vocabularyList":
                continue
            if ":" in key:
                self._notes.add(Finding("binding.field-not-carried", params={"field": key}), (at, key))
            else:
                bare += self._trees.field(key, value, at)
        return f"<EPCISMasterData>{listed}{f'<extension>{bare}</extension>' if bare else ''}</EPCISMasterData>"

    def vocabularies(self, listed: list[Mapping[str, Any]], at: At) -> str:
        """`VocabularyList`."""
        return f"<VocabularyList>{''.join([self._vocabulary(each, (at, index)) for index, each in enumerate(listed)])}</VocabularyList>"

    def _vocabulary(self, value: Mapping[str, Any], at: At) -> str:
        elements = value.get("vocabularyElementList")
        inside = ""
        if elements:
            place = (at, "vocabularyElementList")
            inside = "".join([self._item(each, (place, index)) for index, each in enumerate(elements)])
            inside = f"<VocabularyElementList>{inside}</VocabularyElementList>"
        elif elements is not None:
            self._notes.add(Finding("binding.empty-left-out"), (at, "vocabularyElementList"))
        attributes, others = self._others_of(value, frozenset({"type", "vocabularyElementList"}), at)
        return f'<Vocabulary type="{quoted(scalar(value["type"]))}"{attributes}>{inside}{others}</Vocabulary>'

    def _item(self, value: Mapping[str, Any], at: At) -> str:
        place = (at, "attributes")
        parts = "".join([self._attribute(each, (place, index)) for index, each in enumerate(value.get("attributes", ()))])
        if "children" in value:
            parts += f"<children>{''.join([f'<id>{of_text(each)}</id>' for each in value['children']])}</children>"
        attributes, others = self._others_of(value, frozenset({"id", "attributes", "children"}), at)
        return f'<VocabularyElement id="{quoted(scalar(value["id"]))}"{attributes}>{parts}{others}</VocabularyElement>'

    def _attribute(self, value: Mapping[str, Any], at: At) -> str:
        content = value.get("attribute", "")
        attributes, inside = "", ""
        if isinstance(content, Mapping):
            attributes, inside = self._trees.inside(content, (at, "attribute"))
        elif isinstance(content, str):
            inside = text(content)
        else:
            self._notes.add(Finding("binding.number-as-text"), (at, "attribute"), content)
            inside = scalar(content)
        for key in value:
            if key not in ("id", "attribute"):
                self._notes.add(Finding("binding.field-not-carried", params={"field": key}), (at, key))
        return f'<attribute id="{quoted(scalar(value["id"]))}"{attributes}>{inside}</attribute>'

    def _others_of(self, value: Mapping[str, Any], known: frozenset[str], at: At) -> tuple[str, str]:
        """Attributes and extension elements of a vocabulary or of its element; bare fields stand in an `extension` before the others."""
        bare, named = "", ""
        attributes: dict[str, Any] = {}
        for key, each in value.items():
            if key in known:
                continue
            if key[:1] == "@" and isinstance(each, (str, bool, int, float)):
                attributes[key] = each
            elif ":" in key:
                named += self._trees.field(key, each, at)
            else:
                bare += self._trees.field(key, each, at)
        return self._trees.attributes(attributes, at, marked=True), (f"<extension>{bare}</extension>" if bare else "") + named
