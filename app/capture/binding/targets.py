"""What can be asked of a conversion, without anything that is slow to load."""

from __future__ import annotations

from typing import Literal

Target = Literal["json", "xml-2.0", "xml-1.2"]
TARGETS: tuple[Target, ...] = ("json", "xml-2.0", "xml-1.2")
"""Bindings of EPCIS that a document can be converted into."""

EPC_FORMATS = ("No_Preference", "Always_GS1_Digital_Link", "Always_EPC_URN", "Never_Translates")
WORD_FORMS = ("No_Preference", "Always_Web_URI", "Always_URN", "Never_Translates")
"""Values of GS1-EPC-Format and GS1-CBV-XML-Format (EPCIS 2.0 REST binding)."""
