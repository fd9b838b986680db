"""Documents made to hurt: for each a name, its bytes and its content type."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.builders import document, object_event
from tests.fuzz.seeds import XML_1_2, XML_2_0

JSON, XML = "application/json", "application/xml"
_XML = re.sub(rb"<eventID>[^<]*</eventID>", b"", XML_2_0)
EVENT = json.dumps(object_event()).encode()
DOCUMENT = json.dumps(document(object_event())).encode()
_EPC = "https://id.gs1.org/01/09521002000016/21/K7M2Q9"


def _with(old: bytes, new: bytes, whole: bytes = DOCUMENT) -> bytes:
    if whole.count(old) < 1:
        raise ValueError(old)
    return whole.replace(old, new, 1)


def _said(**changes: Any) -> bytes:
    return json.dumps(document(object_event(**changes)), ensure_ascii=False).encode("utf-8", "surrogatepass")


def json_documents() -> Iterator[tuple[str, bytes]]:
    """JSON that no honest program sends."""
    more = b'"action": "OBSERVE", '
    yield "nothing", b""
    yield "blanks", b" \n\t\r"
    yield "zero bytes", bytes(1000)
    yield "200 KB of [", b"[" * 200_000
    yield "200 KB of [ inside an event", _with(b'"OBSERVE"', b"[" * 200_000)
    yield '200 KB of {"a":', b'{"a":' * 40_000
    yield "33 levels in an extension", _with(more, more + b'"ex:a": ' + b"[" * 33 + b"]" * 33 + b", ")
    yield "5,000 digits", _with(more, more + b'"ex:a": ' + b"7" * 5_000 + b", ")
    yield (
        "5,000 digits as a quantity",
        _with(more, more + b'"quantityList": [{"epcClass": "urn:x:1", "quantity": ' + b"7" * 5_000 + b"}], "),
    )
    yield "a million digits", b"1" * 1_000_000
    yield "an exponent without end", _with(more, more + b'"ex:a": 1e' + b"9" * 1_000 + b", ")
    yield "NaN", _with(more, more + b'"ex:a": NaN, ')
    yield "-Infinity", _with(more, more + b'"ex:a": -Infinity, ')
    yield "a key twice", _with(more, more + more)
    yield "a key twice, once escaped", _with(more, more + b'"\\u0061ction": "ADD", ')
    yield "__proto__", _with(more, more + b'"__proto__": {"action": "ADD"}, ')
    yield "constructor", _with(more, more + b'"constructor": {"prototype": {"x": 1}}, ')
    yield "half a surrogate pair", _with(more, more + b'"ex:a": "\\ud800", ')
    yield "the other half", _with(more, more + b'"ex:a": "x\\udc00", ')
    yield "a surrogate in UTF-8", _with(more, more + b'"ex:a": "\xed\xa0\x80", ')
    yield "overlong slash", _with(more, more + b'"ex:a": "\xc0\xaf", ')
    yield "overlong NUL", _with(more, more + b'"ex:a": "\xc0\x80", ')
    yield "NUL, escaped", _with(more, more + b'"ex:a": "\\u0000", ')
    yield "a line break in a string", _with(more, more + b'"ex:a": "\n", ')
    yield "UTF-16", DOCUMENT.decode().encode("utf-16")
    yield "UTF-32", DOCUMENT.decode().encode("utf-32")
    yield "two documents", DOCUMENT + DOCUMENT
    yield "a comment", b"/* */" + DOCUMENT
    yield "a comma too many", _with(b'"OBSERVE", ', b'"OBSERVE",, ')
    yield "half a document", DOCUMENT[: len(DOCUMENT) // 2]
    yield "a list of events", b"[" + EVENT + b"]"
    yield "true", b"true"
    yield "100,000 identifiers that are none", _said(epcList=["x"] * 100_000)
    yield "100,000 empty events", json.dumps(document(*[{}] * 100_000)).encode()
    yield "20,000 faults in one event", _said(epcList=[1] * 20_000)
    yield "20,000 unknown fields", _with(more, more + b"".join(b'"a%d": 1, ' % number for number in range(20_000)))
    yield "a key of a megabyte", _with(more, more + b'"' + b"k" * 1_000_000 + b'": 1, ')
    yield "a type of a megabyte", _said(type="T" * 1_000_000)
    yield "a type that is a list", _said(type=["ObjectEvent"])
    yield "a type that is an object", _said(type={"$ref": "#"})
    yield (
        "a context of another world",
        json.dumps(document(object_event(), **{"@context": ["http://169.254.169.254/latest", "file:///etc/passwd"]})).encode(),
    )
    yield "a context that is a number", json.dumps(document(object_event(), **{"@context": 5})).encode()
    yield (
        "a context in itself",
        json.dumps(document(object_event(), **{"@context": [{"a": {"@id": "a", "@context": {"b": "a:b"}}}]})).encode(),
    )
    yield "a time of the year 10000", _said(eventTime="10000-01-01T00:00:00Z")
    yield "a time of the year 0", _said(eventTime="0000-01-01T00:00:00Z")
    yield "a time before all time", _said(eventTime="0001-01-01T00:00:00+14:00")
    yield "Arabic digits in a time", _said(eventTime="٢٠٢٦-06-12T12:00:00Z")


def identifiers() -> Iterator[tuple[str, str]]:
    """Identifiers that look like others, or that steer what shows them."""
    yield "in NFD", _EPC.replace("K7M2Q9", "Va\u0309i")
    yield "with a control character", _EPC.replace("K7", "K\x077")
    yield "with an escape sequence", _EPC.replace("K7", "\x1b[31m")
    yield "turned around", _EPC.replace("K7", "\u202eK7")
    yield "with a zero-width space", _EPC.replace("K7", "K\u200b7")
    yield "with a line break", _EPC + "\r\nX-Evil: 1"
    yield "with a line break in its escape", _EPC + "%0d%0aX-Evil:1"
    yield "with NUL in its escape", _EPC + "%00"
    yield "with half an escape", _EPC + "%4"
    yield "with an overlong escape", _EPC + "%c0%af"
    yield "a script", "javascript:alert(1)"
    yield "markup", _EPC + "<script>alert(1)</script>"
    yield "a path of dots", "https://id.gs1.org/01/09521002000016/21/.."
    yield "empty", ""
    yield "a blank", " "
    yield "of a megabyte", "urn:x:" + "a" * 1_000_000
    yield "of ten thousand slashes", "https://id.gs1.org" + "/" * 10_000
    yield "of ten thousand escapes", "https://id.gs1.org/01/09521002000016/21/" + "%41" * 10_000
    yield "of full-width digits", _EPC.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    yield "with a user", "https://id.gs1.org@evil.example/01/09521002000016/21/1"
    yield "a URN of a thousand parts", "urn:epc:id:sgtin:" + ".".join(["9521002"] * 1_000)


_DTD = b"<!DOCTYPE epcis:EPCISDocument %b>"


def _before(text: bytes, whole: bytes = _XML) -> bytes:
    """Something between the XML declaration and the root."""
    return _with(b"?>\n", b"?>\n" + text, whole)


def _inside(text: bytes, whole: bytes = _XML) -> bytes:
    """Something in an extension of the first event."""
    return _with(b"<ex:deep>x</ex:deep>", text, whole)


def doctypes() -> Iterator[tuple[str, bytes]]:
    """Document type declarations in every dress: none may be read, whatever it says."""
    bomb = b"<!ENTITY a 'aaaaaaaaaa'>" + b"".join(
        b"<!ENTITY %c '%b'>" % (97 + place, b"&%c;" % (96 + place) * 10) for place in range(1, 10)
    )
    yield "bare", _before(_DTD % b"")
    yield "in XML 1.2", _before(_DTD % b"", XML_1_2)
    yield "a billion laughs", _inside(b"&j;", _before(_DTD % (b"[" + bomb + b"]")))
    yield "one entity of a megabyte, often", _inside(b"&a;" * 1_000, _before(_DTD % (b"[<!ENTITY a '" + b"a" * 1_000_000 + b"'>]")))
    yield "a file", _inside(b"&a;", _before(_DTD % b"[<!ENTITY a SYSTEM 'file:///etc/passwd'>]"))
    yield "a server", _inside(b"&a;", _before(_DTD % b"[<!ENTITY a SYSTEM 'http://169.254.169.254/'>]"))
    yield "an outer subset", _before(_DTD % b"SYSTEM 'http://evil.example/x.dtd'")
    yield "a public one", _before(_DTD % b"PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'http://www.w3.org/x.dtd'")
    yield "parameter entities", _before(_DTD % b"[<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;]")
    yield "default attributes", _before(_DTD % b"[<!ATTLIST epcis:EPCISDocument schemaVersion CDATA '1.2'>]")
    yield "after a comment", _before(b"<!-- -->\n<?p i?>\n" + _DTD % b"")
    yield "after a megabyte of comments", _before(b"<!--" + b"x" * 1_000_000 + b"-->" + _DTD % b"")
    yield "after many line breaks", _before(b"\n" * 100_000 + _DTD % b"")
    yield "without an XML declaration", _DTD % b"" + _XML.partition(b"?>\n")[2]
    yield "in small letters", _before(_DTD.replace(b"DOCTYPE", b"doctype") % b"")
    yield "in UTF-16", _before(_DTD % b"").decode().replace("UTF-8", "UTF-16").encode("utf-16")
    yield "in UTF-16 that says UTF-8", _before(_DTD % b"").decode().encode("utf-16")
    yield "in UTF-16 without a mark", _before(_DTD % b"").decode().replace("UTF-8", "UTF-16LE").encode("utf-16-le")
    yield "in UTF-32", _before(_DTD % b"").decode().replace("UTF-8", "UTF-32").encode("utf-32")
    yield "in UTF-7", _with(b"UTF-8", b"UTF-7", _before(b"+ADwAIQ-DOCTYPE x+AD4-"))
    yield "in EBCDIC", _before(_DTD % b"").decode().replace("UTF-8", "cp037").encode("cp037", "replace")
    yield "behind a mark", b"\xef\xbb\xbf" + _before(_DTD % b"")


def xml_documents() -> Iterator[tuple[str, bytes]]:
    """Other XML that no honest program sends."""
    yield "nothing", b""
    yield "only a declaration", b"<?xml version='1.0'?>"
    yield "half a document", _XML[: len(_XML) // 2]
    yield "two roots", _XML + _XML.partition(b"?>\n")[2]
    yield "an entity that nobody declared", _inside(b"&nbsp;")
    yield "XInclude", _inside(b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>')
    yield "a style sheet", _before(b'<?xml-stylesheet href="http://evil.example/x.xsl"?>')
    yield (
        "schemas from elsewhere",
        _with(
            b" schemaVersion",
            b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x http://169.254.169.254/" schemaVersion',
            _XML,
        ),
    )
    yield "100,000 levels", _inside(b"<ex:a>" * 100_000 + b"</ex:a>" * 100_000)
    yield "100,000 levels, never closed", _inside(b"<ex:a>" * 100_000)
    yield "100,000 brothers", _inside(b"<ex:a/>" * 100_000)
    yield "10,000 attributes", _inside(b"<ex:a " + b" ".join(b'a%d="1"' % number for number in range(10_000)) + b"/>")
    yield (
        "10,000 namespaces",
        _inside(b"<ex:a " + b" ".join(b'xmlns:n%d="urn:x:%d"' % (number, number) for number in range(10_000)) + b"/>"),
    )
    yield "a namespace of a megabyte", _inside(b'<n:a xmlns:n="urn:' + b"x" * 1_000_000 + b'"/>')
    yield (
        "one namespace under 10,000 names",
        _inside(b"".join(b'<n%d:a xmlns:n%d="urn:x"/>' % (number, number) for number in range(10_000))),
    )
    yield "an attribute of a megabyte", _inside(b'<ex:a b="' + b"x" * 1_000_000 + b'"/>')
    yield "a name of a megabyte", _inside(b"<ex:" + b"a" * 1_000_000 + b"/>")
    yield "an attribute twice", _inside(b'<ex:a b="1" b="2"/>')
    yield "an attribute twice by namespace", _inside(b'<ex:a xmlns:n="urn:x" xmlns:m="urn:x" n:b="1" m:b="2"/>')
    yield "a prefix that nobody declared", _inside(b"<who:a/>")
    yield "NUL by number", _inside(b"&#0;")
    yield "a control character by number", _inside(b"&#1;")
    yield "half a surrogate pair by number", _inside(b"&#xD800;")
    yield "a number beyond Unicode", _inside(b"&#x110000;")
    yield "a number of a megabyte", _inside(b"&#" + b"0" * 1_000_000 + b"65;")
    yield "NUL", _inside(b"\0")
    yield "overlong UTF-8", _inside(b"\xc0\xaf")
    yield "5,000 digits", _with(b">12.5<", b">" + b"7" * 5_000 + b"<", _XML)
    yield "not a number", _with(b">12.5<", b">NaN<", _XML)
    yield "without end", _with(b">12.5<", b">INF<", _XML)
    yield "an exponent without end", _with(b'value="3.5"', b'value="1e' + b"9" * 1_000 + b'"', _XML)
    yield "100,000 identifiers that are none", _with(b"<epc>", b"<epc>x</epc>" * 100_000 + b"<epc>", _XML)
    yield "100,000 empty events", _with(b"<EventList>", b"<EventList>" + b"<ObjectEvent/>" * 100_000, _XML)
    yield "HTML", b"<html><body>x</body></html>"
    yield "SOAP", b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
    yield "JSON", DOCUMENT
