"""Links from a spreadsheet, one a row: rows of one code, lot and serial number are one registration.

The bytes are read by capture's own reader with its limits. Header names may be Vietnamese, English or French, in any order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from app.capture.sheets import sheet_file
from app.capture.sheets.sheet_cells import Unfit, Where, digits_of, shown, text_of
from app.capture.sheets.sheet_refusals import SheetTooLarge, TooManyRows
from app.capture.sheets.sheet_rows import ERRORS, letters
from app.errors import Finding, Invalid, TooLarge
from app.identify.escape import escape_path
from app.resolve import link_types, rules
from app.resolve.anchor import Path, written
from app.resolve.links import DEFAULT, VOC, Link, Registration
from app.resolve.plan import Item
from app.resolve.registration_file import NoRegistrations
from app.store.folding import fold

CSV, XLSX = sheet_file.CSV, sheet_file.XLSX


class SheetTooLong(TooLarge):
    """More rows of links than one sheet may have; a file of another kind may have any number."""

    code = "resolve.sheet-too-long"  # params: rows, limit


class SheetTooBig(TooLarge):
    """The sheet of links is longer than it may be; a file of another kind may have any length."""

    code = "resolve.sheet-too-large"  # params: found, limit (bytes)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key, its header in three languages, further names that people write, and whether a sheet must have it."""

    key: str
    vi: str
    en: str
    fr: str
    also: tuple[str, ...] = ()
    needed: bool = False


COLUMNS = (
    Column("code", "Mã (GTIN…)", "Code (GTIN…)", "Code (GTIN…)", ("gtin", "code", "mã", "mã sản phẩm", "path", "gln", "sscc"), needed=True),
    Column("lot", "Số lô", "Lot", "Lot", ("batch", "lô", "numéro de lot")),
    Column("serial", "Số sê-ri", "Serial number", "Numéro de série", ("serial", "sê-ri", "serie")),
    Column("description", "Mô tả hàng", "Item description", "Description", ("itemDescription", "mô tả", "tên hàng")),
    Column("type", "Loại liên kết", "Link type", "Type de lien", ("rel", "linkType", "loại", "type")),
    Column("href", "Địa chỉ", "Address", "Adresse", ("url", "href", "link", "liên kết", "lien"), needed=True),
    Column("title", "Tiêu đề", "Title", "Titre", ("tên liên kết",), needed=True),
    Column("language", "Ngôn ngữ", "Language", "Langue", ("hreflang", "lang")),
    Column("media", "Kiểu nội dung", "Media type", "Type de contenu", ("mime", "content type", "định dạng")),
    Column("context", "Bối cảnh", "Context", "Contexte"),
    Column("default", "Mặc định", "Default", "Par défaut", ("mặc định?", "défaut")),
)

_FIELDS = {"/path": "code", "/itemDescription": "description", "/href": "href", "/title": "title", "/rel": "type", "/type": "media"}
_FIELDS |= {"/hreflang": "language", "/context": "context"}
_YES = frozenset(map(fold, ("x", "có", "yes", "oui", "1", "true", "đúng", "y", "o")))
_NO = frozenset(map(fold, ("", "không", "no", "non", "0", "false", "sai", "n")))
_SEPARATORS = re.compile(r"[,;\s]+")
_LISTED = re.compile(r"\s*[,;]\s*")
_SEARCHED = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that was read: its rows as they came, where its header stands, and its registrations."""

    table: sheet_file.Table
    head: int
    items: list[Item]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Mapping[str, sheet_file.Cell]
    letters: Mapping[str, str]

    def at(self, key: str) -> Where:
        return Where(self.number, self.letters.get(key, key))

    def text(self, key: str) -> str:
        return text_of(self.cells[key]) if key in self.cells else ""

    def identifier(self, key: str) -> str:
        """A cell that may be a number which a spreadsheet would have rounded; raises Unfit."""
        return digits_of(self.cells[key], self.at(key)) if key in self.cells else ""


def read(raw: bytes, kind: str) -> Sheet:
    """The registrations of a sheet, CSV or XLSX. Raises what `sheet_file.read` raises, SheetTooLong, SheetTooBig and NoRegistrations."""
    try:
        table = sheet_file.read(raw, kind)
    except TooManyRows as refusal:
        raise SheetTooLong(**refusal.params) from None
    except SheetTooLarge as refusal:
        raise SheetTooBig(**refusal.params) from None
    head = _header_index(table)
    columns, findings = _columns(table, head)
    if findings:
        return Sheet(table, head, [Item(None, f"row={head + 1}", tuple(findings))])
    places = {key: letters(index) for index, key in columns.items()}
    rows = []
    for number, cells in enumerate(table.rows[head + 1 :], head + 2):
        filled = {columns[index]: cell for index, cell in enumerate(cells) if index in columns and cell != ""}
        if filled:
            rows.append(_Row(number, filled, places))
    if not rows:
        raise NoRegistrations
    return Sheet(table, head, _items(rows))


def _header_index(table: sheet_file.Table) -> int:
    """The first row that names two columns, else the first that holds anything."""
    filled = [index for index, row in enumerate(table.rows[:_SEARCHED]) if any(cell != "" for cell in row)]
    named = (index for index in filled if sum(fold(text_of(cell)) in _names() for cell in table.rows[index]) > 1)
    return next(named, filled[0] if filled else 0)


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Every name of a column, folded, to its key."""
    return {fold(name): column.key for column in COLUMNS for name in (column.key, column.vi, column.en, column.fr, *column.also)}


def _keys() -> list[str]:
    return [column.key for column in COLUMNS]


def named(finding: Finding, language: str) -> Finding:
    """A finding of a sheet with its columns called as the template of that language calls them; programs know them by their keys."""
    if not finding.pointer.startswith("row="):
        return finding
    titles = {column.key: str(getattr(column, language)) for column in COLUMNS}
    params = {name: titles.get(value, value) if name in {"column", "field"} else value for name, value in finding.params.items()}
    if finding.code == "sheet.unknown-column":
        params["known"] = ", ".join(titles.values())
    return replace(finding, params=params)


def _columns(table: sheet_file.Table, head: int) -> tuple[dict[int, str], list[Finding]]:
    """Keys of the columns by their index, and what is wrong with the header."""
    columns: dict[int, str] = {}
    findings: list[Finding] = []
    for index, cell in enumerate(table.rows[head] if table.rows else []):
        text, at = text_of(cell), Where(head + 1, letters(index)).pointer
        key = _names().get(fold(text))
        if key is None:
            if text and not fold(text).endswith(f"({ERRORS})"):
                findings.append(Finding("sheet.unknown-column", at, shown(cell), {"known": ", ".join(_keys())}))
        elif key in columns.values():
            findings.append(Finding("sheet.column-twice", at, shown(cell), {"column": key}))
        else:
            columns[index] = key
    missing = [column for column in COLUMNS if column.needed and column.key not in columns.values()]
    findings += [Finding("sheet.missing-column", f"row={head + 1}", None, {"column": each.key}) for each in missing]
    return columns, findings


def _items(rows: list[_Row]) -> list[Item]:
    """Registrations in the order in which their codes come first; a row whose code cannot be read is one by itself."""
    gathered: dict[Path | int, list[_Row]] = {}
    unread: dict[int, Finding] = {}
    for row in rows:
        path = _path(row)
        if isinstance(path, Finding):
            unread[row.number] = path
        gathered.setdefault(row.number if isinstance(path, Finding) else path, []).append(row)
    return [
        Item(None, f"row={key}", (unread[key],)) if isinstance(key, int) else _registration(key, some) for key, some in gathered.items()
    ]


def _path(row: _Row) -> Path | Finding:
    """The key of a row with its lot and serial number, or what is wrong with them."""
    where = row.at("code").pointer
    try:
        code = row.identifier("code")
        if not code:
            return Finding("resolve.field-missing", where, None, {"field": "code"})
        path = rules.read_path(code)
        more = [(ai, row.identifier(key)) for ai, key in (("10", "lot"), ("21", "serial")) if key in row.cells]
        return rules.read_path(written(path) + "".join(f"/{ai}/{escape_path(value)}" for ai, value in more)) if more else path
    except Unfit as unfit:
        return unfit.finding
    except Invalid as refusal:
        return Finding(refusal.code, where, shown(row.cells.get("code", "")), refusal.params)


def _registration(path: Path, rows: list[_Row]) -> Item:
    """Rows of one key as a registration: a link each, and the default link where one says so."""
    first = rows[0]
    spots = {"": f"row={first.number}", "/path": first.at("code").pointer}
    findings: list[Finding] = []
    links: list[Link] = []
    defaults: list[Link] = []
    description = ""
    for row in rows:
        if not description and row.text("description"):
            description = row.text("description")
            spots["/itemDescription"] = row.at("description").pointer
        link = _link(row)
        if _is_default(row, findings):
            if defaults:
                findings.append(Finding("resolve.several-defaults", row.at("default").pointer, None, {"count": len(defaults) + 1}))
            else:
                spots |= _spots("/default", row)
            defaults.append(Link(DEFAULT, link.href, link.title))
        if row.text("type") or not _is_default(row, []):
            spots |= _spots(f"/links/{len(links)}", row)
            links.append(link)
    default = defaults[0] if defaults else None
    named = description or (default.title if default else links[0].title)
    return Item(Registration(path, named, default, tuple(links)), f"row={first.number}", tuple(findings), spots=spots)


def _spots(pointer: str, row: _Row) -> dict[str, str]:
    """Where the parts of a link stand, by their pointers."""
    return {pointer: f"row={row.number}"} | {pointer + inside: row.at(key).pointer for inside, key in _FIELDS.items()}


def _link(row: _Row) -> Link:
    tongues = tuple(filter(None, _SEPARATORS.split(row.text("language"))))
    contexts = tuple(filter(None, _LISTED.split(row.text("context"))))
    return Link(type_of(row.text("type")), row.text("href"), row.text("title"), row.text("media") or None, tongues, contexts)


def _is_default(row: _Row, findings: list[Finding]) -> bool:
    said = fold(row.text("default"))
    if said not in _YES and said not in _NO:
        findings.append(Finding("resolve.yes-or-no", row.at("default").pointer, shown(row.cells["default"])))
    return said in _YES


def type_of(text: str) -> str:
    """The link type that people name: by its GS1 name with or without `gs1:`, by its title in one of the languages, or as a URI."""
    if text in link_types.TYPES:
        return VOC + text
    return _titles().get(fold(text), text)


@lru_cache(maxsize=1)
def _titles() -> Mapping[str, str]:
    """Titles of the link types in every language, folded, to the type; English last, so that it wins where two are alike."""
    return {fold(link_types.title(VOC + name, tongue)): VOC + name for tongue in ("fr", "vi", "en") for name in link_types.TYPES}
