"""The command `truyxuat identify`."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, cast

import click

from app.errors import Refusal

if TYPE_CHECKING:
    from app.identify.explain import Form, Length
    from app.identify.spellings import Options
    from app.words.translate import Translator

_FORMS = ("auto", "bracketed", "element", "scan", "uri", "epc")
_EPILOG = """\b
What --as takes:
  auto       any of the forms below; plain GTIN-8, -12, -13, -14 and SSCC; spaces beside brackets, hyphens between digits
  bracketed  (01)09521234543213(10)LOT7: "\\(" is a bracket in a value, "|" begins the composite part
  element    ^010952123454321310LOT7^21S1: FNC1 is "^" or U+001D, "|" begins the composite part
  scan       ]d2010952123454321310LOT7: a symbology identifier first; FNC1 is U+001D; ]C1 ]d1 ]d2 ]E0 ]E4 ]e0 ]I1 ]J0 ]J1 ]Q1 ]Q3
  uri        https://brand.example/01/09521234543213/10/LOT7: a Digital Link, also compressed or ending in an EPC binary string
  epc        urn:epc:id:sgtin:9521234.054321.S1, eh3036452148350c4000003039, ex..., a web address that ends in one of the last two

\b
Examples:
  truyxuat identify '(01)09521234543213(10)LOT7'
  truyxuat identify https://id.gs1.org/01/09521234543213
  truyxuat identify ']C101095212345432131726112210LOT7'
  echo '"^010952123454321310LOT7"' | truyxuat identify --json --as element
"""


@click.command(epilog=_EPILOG)
@click.argument("text", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON string a line in, one JSON object a line out; or TEXT as one object.")
@click.option("--as", "form", type=click.Choice(_FORMS), default="auto", help="How the text is written; auto, the default, finds out.")
@click.option("--permit-unknown-ais", is_flag=True, help="Let application identifiers pass that GS1 has not assigned.")
@click.option("--permit-unknown-attributes", is_flag=True, help="Also in the query of a Digital Link.")
@click.option("--no-requisites", is_flag=True, help="Do not ask for the application identifiers that others need beside them.")
@click.option("--permit-zero-suppressed-gtin", is_flag=True, help="Let a Digital Link carry a GTIN of 8, 12 or 13 digits.")
@click.option("--lang", type=click.Choice(("vi", "en", "fr")), help="Language of the sentences; --json speaks English without it.")
def identify(
    text: tuple[str, ...],
    *,
    as_json: bool,
    form: str,
    permit_unknown_ais: bool,
    permit_unknown_attributes: bool,
    no_requisites: bool,
    permit_zero_suppressed_gtin: bool,
    lang: str | None,
) -> int:
    """Explain a GS1 identifier: what it is, each part, who issued the number.

    TEXT: whatever a scanner sends or a person types: Digital Link, element string, (01)…(10)…, scan data, EPC URN, EPC binary string,
    plain GTIN or SSCC. Without TEXT the lines of standard input are read.

    Exit 0 when everything could be read, 1 when something was refused, 2 when called wrongly. With --json and without TEXT, exit 0 when
    every line was answered, also where the answer is "ok": false.
    """
    from app.cli.refused import language
    from app.identify.spellings import Options
    from app.words.translate import translator

    t = translator(lang or ("en" if as_json else language()))
    if not text and sys.stdin.isatty():
        raise click.UsageError(t("identify.command_usage"))
    options = Options(
        unknown_ais=permit_unknown_ais or permit_unknown_attributes,
        requisites=not no_requisites,
        short_gtin=permit_zero_suppressed_gtin,
        unknown_attributes=permit_unknown_attributes,
    )
    if as_json and not text:
        return _stream(cast("Form", form), options, t.language)
    told = _told_as_json if as_json else _told
    length_of = _lengths()
    return max((told(each, cast("Form", form), options, t, length_of) for each in _texts(text)), default=0)


def _texts(given: tuple[str, ...]) -> Iterator[str]:
    """The text of the call, its words as one, or each line of standard input; bytes that are no UTF-8 stay apart from all characters."""
    if given:
        yield " ".join(given)
        return
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")


# ------------------------------------------------------------------------------------------------ for programs


def _stream(form: Form, options: Options, tongue: str) -> int:
    """Answer every line of standard input."""
    import gc

    from app.cli.lines import answered

    gc.freeze()  # the tables live as long as the process, and answers make no cycles: looking for some took a tenth of the time
    gc.set_threshold(100_000, 50, 50)
    answered(sys.stdin.buffer, sys.stdout.buffer, answerer(form, options, tongue))
    return 0


def answerer(form: Form, options: Options, tongue: str) -> Callable[[bytes], bytes]:
    """From a JSON string to a JSON object; tongue: language of the messages."""
    import orjson

    from app.cli.lines import NotAJsonString
    from app.identify.explain import reader

    loads, dumps, read = orjson.loads, orjson.dumps, reader(form, options)

    def answer(line: bytes) -> bytes:
        try:
            text = loads(line)
            if type(text) is not str:
                raise NotAJsonString(position=0)
            found = read(text)
        except orjson.JSONDecodeError as error:
            return dumps(_refused(NotAJsonString(position=error.pos), tongue))
        except Refusal as refusal:
            return dumps(_refused(refusal, tongue))
        return dumps(
            {
                "ok": True,
                "ais": found.ais,
                "bracketed": found.bracketed or None,
                "element_string": found.element_string,
                "dl_uri": found.dl_uri,
                "error": None,
            }
        )

    return answer


def _refused(refusal: Refusal, tongue: str) -> dict[str, Any]:
    from app.identify.explain import ai_of
    from app.words.refusals import describe

    message, _ = describe(refusal, tongue)
    error = {"code": refusal.code, "ai": ai_of(refusal), "position": refusal.params.get("position"), "message": message}
    return {"ok": False, "ais": [], "bracketed": None, "element_string": None, "dl_uri": None, "error": error}


def _told_as_json(text: str, form: Form, options: Options, t: Translator, length_of: Length) -> int:
    """One object with everything; 1 when the text was refused."""
    from app.cli.output import line
    from app.identify import tell
    from app.identify.explain import explain
    from app.words.refusals import describe

    try:
        found = explain(text, form, options, today=_today(), length_of=length_of, lenient=False)
    except Refusal as refusal:
        answer = _refused(refusal, t.language) | {"text": text}
        answer["error"]["remedy"] = describe(refusal, t.language)[1]
        line(answer)
        return 1
    line(tell.as_json(found, t))
    return 0


def _lengths() -> Length:
    """The operator's list of company prefix lengths; a wrong one is refused before the first answer."""
    from app.identify.prefix_list import known
    from app.settings import load

    return known(load().prefix_list).length_in


def _today() -> Any:
    from app.clock import Clock

    return Clock().now().date()


# ------------------------------------------------------------------------------------------------ for people


def _told(text: str, form: Form, options: Options, t: Translator, length_of: Length) -> int:
    """The explanation, or what is wrong with a caret below; 1 when the text was refused."""
    from rich.console import Console

    from app.identify.explain import explain

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Vietnamese letters shows question marks rather than a traceback
    console = Console(highlight=False, markup=False, emoji=False, file=sys.stdout)
    try:
        found = explain(text, form, options, today=_today(), length_of=length_of)
    except Refusal as refusal:
        _print_refusal(console, text, refusal, t)
        return 1
    _print_explanation(console, found, t)
    return 0


def _print_refusal(console: Any, text: str, refusal: Refusal, t: Translator) -> None:
    from app.identify.caret import point, safe
    from app.identify.explain import place_of
    from app.words.refusals import describe

    position, length = place_of(refusal)
    pointed = point(text, position, length, columns=max(console.width - 2, 12))
    message, remedy = (safe(each) for each in describe(refusal, t.language))
    console.print(f"  {pointed.text}", no_wrap=True, soft_wrap=True)
    if position is not None:
        console.print(f"  {pointed.caret}", style="bold red", no_wrap=True, soft_wrap=True)
    console.print(message, style="bold red")
    console.print(remedy)


def _print_explanation(console: Any, found: Any, t: Translator) -> None:
    from app.identify import tell
    from app.identify.caret import safe, shown

    console.print(tell.names(found, t), style="bold")
    written = tell.written(found, t)
    if written:
        console.print(t("identify.written", how=safe(written)))
    if found.elements:
        console.print(_table(found, t))
    for sentence in tell.issued(found, t):
        console.print(sentence)
    for name, part in tell.parts(found, t):
        console.print(f"  {name}: {shown(part)}")
    for sentence in tell.flags(found, t):
        console.print(f"! {sentence}", style="bold yellow")
    _print_spellings(console, found, t)


def _table(found: Any, t: Translator) -> Any:
    """AIs, titles, values and what they mean."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from app.identify import tell
    from app.identify.caret import safe, shown

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("ai", "title", "value", "meaning"):
        table.add_column(t(f"identify.column_{name}"), overflow="fold", style="bold" if name == "value" else None)
    for each in found.elements:
        words = tell.value(each.typed, t)
        meaning = tell.meaning(each.ai, t) + (f"\n{safe(words)}" if words else "")
        table.add_row(*(Text(part) for part in (each.ai, each.title, shown(each.value), meaning)))
    return table


def _print_spellings(console: Any, found: Any, t: Translator) -> None:
    """Every other way to write it, one a line and never broken, so that it can be copied."""
    answer = found.answer
    spelled: Iterable[tuple[str, str | None]] = (
        ("link", answer.dl_uri),
        ("elements", answer.element_string),
        ("brackets", answer.bracketed or None),
        ("urn", found.epc_urn),
    )
    rows = [(t(f"identify.spelled_{name}"), text) for name, text in spelled if text is not None]
    if rows:
        console.print()
    for name, text in rows:
        console.print(name, style="dim")
        console.print(f"  {text}", soft_wrap=True)
