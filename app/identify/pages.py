"""The page `/identify`: one field, and what the code in it says by itself. It works without script, and looks at no record of goods."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.api.door import Access, Door
from app.api.problem import language
from app.errors import Invalid
from app.identify import tell
from app.identify.api import explained
from app.identify.caret import point, safe, shown
from app.identify.explain import Explanation, place_of
from app.label.refusals import LinkUnprintable
from app.label.symbols.qr import qr
from app.verify.address import page_of
from app.verify.api import LONGEST_CODE
from app.web import forms
from app.words.refusals import describe, tells_place
from app.words.translate import Translator, translator

door = Door("identify_pages", __name__, templates=True)

EXAMPLES = (
    ("brackets", "(01)09521234543213(10)LOT7(17)271122(3103)001250"),
    ("scan", "]C101095212345432131727112210LOT7\u241d21K7M2Q9"),
    ("link", "https://brand.example/01/09521234543213/10/LOT7/21/K7M2Q9?17=271122"),
    ("ean", "9521234543213"),
    ("sscc", "(00)395212341111111118"),
    ("urn", "urn:epc:id:sgtin:9521234.054321.K7M2Q9"),
    ("rfid", "eh3036452148350c4000003039"),
    ("wrong", "(01)09521234543218(10)LOT7"),
)
"""Name and code, to click while the field is empty; a test reads each."""

_LONGEST_PICTURE = 200
"""Characters of a link that is drawn: longer ones make a symbol that no camera reads from a screen."""


@door.route("/identify", needs=Access.PUBLIC)
def identify_page() -> str | tuple[str, int]:
    """Explain the code in `?code=`; without one, what to type and examples."""
    code = request.args.get("code", "")
    if not code.strip():
        return _page(forms.Form(), examples=EXAMPLES)
    code = code[:LONGEST_CODE]
    form = forms.Form({"code": code.replace("\x1d", "\u241d")})  # a field shows no control character; the picture of FNC1 is read as FNC1
    try:
        found = explained(code)
    except Invalid as refusal:
        return _page(form, wrong=_wrong(code, refusal)), refusal.status
    return _page(form, found=_view(found, translator(language())))


def _page(form: forms.Form, **context: Any) -> str:
    return render_template(
        "identify/identify.html", form=form, limit=LONGEST_CODE, **{"found": None, "wrong": None, "examples": ()} | context
    )


def _wrong(code: str, refusal: Invalid) -> dict[str, Any]:
    """What is wrong with a code: the text in three parts, the message and the remedy."""
    position, length = place_of(refusal)
    detail, remedy = (safe(each) for each in describe(refusal, language()))
    return {
        "parts": point(code, position, length),
        "place": None if position is None else min(position, len(code)) + 1,
        "place_told": tells_place(refusal.code),
        "end": position is not None and position >= len(code),
        "detail": detail,
        "remedy": remedy,
        "code": refusal.code,
    }


def _view(found: Explanation, t: Translator) -> dict[str, Any]:
    """Everything that the template shows of an explanation."""
    link = found.answer.dl_uri
    spelled = (
        ("link", link),
        ("elements", found.answer.element_string),
        ("brackets", found.answer.bracketed),
        ("urn", found.epc_urn),
    )
    return {
        "names": tell.names(found, t),
        "written": safe(tell.written(found, t)),
        "elements": [
            {
                "ai": each.ai, "title": each.title, "value": shown(each.value), "meaning": tell.meaning(each.ai, t),
                "words": safe(tell.value(each.typed, t)),
            }
            for each in found.elements
        ],
        "issued": tell.issued(found, t),
        "key_parts": [(name, shown(part)) for name, part in tell.parts(found, t)],
        "flags": tell.flags(found, t),
        "spelled": [(t(f"identify.spelled_{name}"), text) for name, text in spelled if text],
        "no_link": link is None,
        "no_urn": found.epc_urn is None,
        "foreign": [shown(each) for each in found.foreign],
        "picture": None if link is None else picture(link),
        "page": None if found.identified is None else page_of(found.identified),
    }  # fmt: skip


def picture(link: str) -> dict[str, Any] | None:
    """A QR code as one SVG path of dark runs, its side in modules with the quiet zone; None when the link is too long for one."""
    if len(link) > _LONGEST_PICTURE:
        return None
    try:
        symbol = qr(link)
    except LinkUnprintable:
        return None
    quiet = symbol.quiet[0]
    runs = []
    for row, modules in enumerate(symbol.modules.tolist(), quiet):
        start: int | None = None
        for column, dark in enumerate([*modules, 0], quiet):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append(f"M{start} {row}h{column - start}v1H{start}z")
                start = None
    return {"side": symbol.wide, "path": "".join(runs)}
