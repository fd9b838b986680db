"""Refusals of XML documents: why the bytes are not read at all, as codes of `schemas/errors.toml`. Lines and columns count from 1."""

from __future__ import annotations

from app.errors import Invalid


class XmlMalformed(Invalid):
    """The text is not well-formed XML 1.0 with namespaces."""

    code = "xml.malformed"  # params: line, column


class XmlDoctype(Invalid):
    """A document type declaration: it can define entities and name other files, so none is read."""

    code = "xml.doctype"  # params: line, column


class XmlEncodingUnknown(Invalid):
    """The declared encoding is none of UTF-8, UTF-16, ISO-8859-1 and US-ASCII, or the bytes contradict it."""

    code = "xml.encoding-unknown"  # params: encoding


class XmlTooDeep(Invalid):
    """Elements are nested deeper than anything EPCIS needs."""

    code = "xml.too-deep"  # params: limit, line, column


class XmlTextTooLong(Invalid):
    """One text, attribute, tag or comment is longer than anything EPCIS needs."""

    code = "xml.text-too-long"  # params: limit (characters or bytes), line, column


class XmlTooManyAttributes(Invalid):
    """One element has more attributes or namespaces than anything EPCIS needs."""

    code = "xml.too-many-attributes"  # params: limit, line, column


class XmlTooManyNames(Invalid):
    """More different names of elements and attributes than any vocabulary has."""

    code = "xml.too-many-names"  # params: limit, line, column


class XmlNamespaceUnfit(Invalid):
    """A namespace that is too long or holds blanks or control characters."""

    code = "xml.namespace-unfit"  # params: prefix, limit, line, column


class XmlTooLarge(Invalid):
    """One event, or what stands around the events, has more elements than fit into the memory set aside for it."""

    code = "xml.too-large"  # params: limit (elements and attributes), line, column


class XmlNotEpcis(Invalid):
    """The root element is no EPCIS document of version 1.2 or 2.0."""

    code = "xml.not-epcis"  # params: name, namespace
