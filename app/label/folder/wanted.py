"""From the words of the command line to a request that can be drawn: defaults, texts of the catalogue, paper that fits, numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import Finding, Refusal
from app.identify import check_digit
from app.identify.digital_link import CANONICAL_STEM
from app.identify.gtin import gtin14
from app.identify.prefix_list import known
from app.identify.sscc import check_sscc
from app.label.drawing import printer as printing
from app.label.drawing.layouts import LAYOUTS, layout
from app.label.drawing.refusals import ResolutionTooCoarse
from app.label.folder import asked as requests
from app.label.folder import giving, serial_file
from app.label.folder.asked import Asked, Numbers
from app.label.folder.folder import JobDiffers
from app.label.refusals import SymbolTooWide, TextTooLong
from app.label.stamps.refusals import CountWrong
from app.label.stamps.serials import random_serials
from app.label.symbols.carrier import Carrier, carried, carrier, symbols
from app.party.permissions import Actor
from app.settings import Settings, load

if TYPE_CHECKING:
    from app.runtime import Runtime  # loads the database, which loose labels do without

MOST = 1_000_000
"""Labels of one job."""

USUAL_SHEET = "a4-3x8"

_LINKS = frozenset({Carrier.QR_DL, Carrier.DM_DL})
_SAMPLE_SERIAL = "K3M9P2X7Q4RT"
"""As wide as a random serial can be in bars: no two of its digits share a code word."""

_ROLLS = ("roll-70x40", "roll-100x150", "logistic-a6", "logistic-a5")
_SHEETS = (USUAL_SHEET, "a4-2x5", *_ROLLS)
_LOGISTIC = ("logistic-a6", "logistic-a5", "roll-100x150")

_POOR = frozenset({"label.bars-on-demand", "label.data-not-in-bars"})
"""Remarks for which a larger paper is tried first."""

_OF_AI = {"01": "/gtin", "10": "/lot", "17": "/expiry", "21": "/serials", "37": "/quantity", "00": "/sscc"}
_OF_KEY = {"GTIN": "/gtin", "SSCC": "/sscc"}
_OF_CODE = {
    "label.carrier-unknown": "/carrier",
    "label.gs1-128-too-long": "/carrier",
    "label.layout-unknown": "/sheet",
    "label.link-unprintable": "/stem",
    "label.matrix-too-long": "/carrier",
    "label.no-ean13": "/gtin",
    "label.no-ean8": "/gtin",
    "label.resolution-too-coarse": "/dpi",
    "label.resolution-unknown": "/dpi",
    "label.symbol-too-high": "/sheet",
    "label.symbol-too-wide": "/sheet",
}
"""Options by what a refusal names, where the rule that refused knows nothing of a command line."""

Tell = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request and where its numbers come from.

    serials: chosen by somebody else, or None; random: whether they are to be drawn; prefix: company prefix of fresh SSCCs, None for the
    organisation's own; own_sscc: a number that was given, or ""; remarks: what will be on the labels otherwise than wished.
    """

    asked: Asked
    serials: tuple[str, ...] | None
    random: bool
    prefix: str | None
    extension: int
    own_sscc: str
    by: Actor
    remarks: tuple[Finding, ...] = ()

    def numbers(self, token: str, on: Runtime | None) -> Numbers:
        """The numbers of the job, given out now; token: its name in the register. Raises what giving refuses."""
        serials: Sequence[str] = self.serials or ()
        if on is not None and self.asked.party and self.asked.serialised:
            serials = giving.registered(self.asked, token, self.serials, by=self.by, on=on)
        elif self.random:
            serials = random_serials(self.asked.count)
        ssccs: Sequence[str] = (self.own_sscc,) if self.own_sscc else ()
        if on is not None and self.asked.carrier is Carrier.SSCC and not self.own_sscc:
            ssccs = giving.ssccs(self.asked, self.prefix, self.extension, by=self.by, on=on)
        return Numbers(tuple(serials), tuple(ssccs))

    def check_same(self, given: Numbers, folder: str) -> None:
        """Refuse to go on with other numbers than the job began with; raises JobDiffers."""
        if self.serials is not None and self.serials != tuple(given.serials):
            raise JobDiffers(folder=folder, fields="serials")
        if self.own_sscc and (self.own_sscc,) != tuple(given.ssccs):
            raise JobDiffers(folder=folder, fields="sscc")

    def sample(self) -> Numbers:
        """Numbers as long as those to come, to see whether they fit."""
        longest = max(self.serials, key=_room) if self.serials else _SAMPLE_SERIAL
        body = f"{self.extension}{(self.prefix or '')[:16]}".ljust(17, "0")
        sscc = (self.own_sscc or body + check_digit.digit(body)) if self.asked.carrier is Carrier.SSCC else ""
        return Numbers((longest,) * self.asked.count if self.asked.serialised else (), (sscc,) if sscc else ())


def _room(serial: str) -> tuple[int, int]:
    """What a serial needs in a symbol: digits share code words, other characters do not."""
    return len(serial), sum(not character.isdecimal() for character in serial)


def wanted(said: Mapping[str, Any], *, by: Actor, on: Runtime | None, own_file: Callable[[str], bytes], tell: Tell) -> Wanted:
    """What the command line says, with everything it leaves open, drawn once on trial.

    said: options by name; by: the operator, or the owner of the organisation that was named; on: the installation where it is needed;
    own_file: reads a file that the caller names; tell: hears the key and the parameters of remarks for people. Raises every refusal of
    identifiers, texts, paper and resolution.
    """
    try:
        return _wanted(said, by=by, on=on, own_file=own_file, tell=tell)
    except Refusal as refusal:
        refusal.pointer = refusal.pointer or _place(refusal)
        raise


def _place(refusal: Refusal) -> str:
    """Which option a refusal is about that names its AI, or is always about the same one; "" for those about several."""
    params = refusal.params
    return _OF_AI.get(str(params.get("ai", ""))) or _OF_KEY.get(str(params.get("key", ""))) or _OF_CODE.get(refusal.code, "")


def _wanted(said: Mapping[str, Any], *, by: Actor, on: Runtime | None, own_file: Callable[[str], bytes], tell: Tell) -> Wanted:
    settings = on.settings if on is not None else load()
    asked, serials = _asked(said, own_file, by=by, on=on)
    if asked.carrier is Carrier.SSCC and asked.serialised:  # (21) belongs to a trade item; what tells logistic units apart is the SSCC
        tell("label.cli_sscc_is_serial")
        asked, serials = replace(asked, serialised=False), None
    asked = _with_stem(asked, said["stem"], settings, tell)
    prefix = _prefix(asked, said, settings, tell)
    own_sscc = check_sscc(said["sscc"]) if said["sscc"] else ""
    wish = Wanted(asked, serials, asked.serialised and said["serials"] == "random", prefix, said["extension"], own_sscc, by)
    _remark(wish, tell)
    requests.check(asked, wish.sample())
    return _on_paper(wish, said["sheet"])


def _asked(
    said: Mapping[str, Any], own_file: Callable[[str], bytes], *, by: Actor, on: Runtime | None
) -> tuple[Asked, tuple[str, ...] | None]:
    serials = _serials(said["serials"], own_file)
    count = _count(said["count"], serials)
    texts = {name: said[name] for name in ("product", "brand", "producer", "net_content")}
    form, dpi = said["form"], said["dpi"]
    asked = Asked(
        gtin=gtin14(said["gtin"]),
        carrier=carrier(said["carrier"]),
        form=form,
        count=count,
        sheet=said["sheet"] or "",
        lot=said["lot"],
        expiry=requests.read_expiry(said["expiry"]),
        dpi=dpi if dpi is not None else {"png": 300, "zpl": 203}.get(form),
        **texts,
        lines=tuple(said["lines"]),
        logo=Path(said["logo"]).read_bytes() if said["logo"] else b"",
        more=requests.read_further(said["more"]),
        quantity=said["quantity"],
        dx=said["dx"],
        dy=said["dy"],
        first_place=said["first_place"] - 1,
        per_roll=said["per_roll"],
        party=by.party_name,
        serialised=bool(said["serials"]),
        ean13=said["ean13"],
    )
    return (_from_catalogue(asked, by, on) if by.party_name and on else asked), serials


def _serials(said: str | None, own_file: Callable[[str], bytes]) -> tuple[str, ...] | None:
    if said is None or said == "random":
        return None
    return tuple(serial_file.serials(own_file(said), said))


def _count(said: int | None, serials: tuple[str, ...] | None) -> int:
    if serials is not None and said not in {None, len(serials)}:
        raise serial_file.CountDiffers(pointer="/count", count=said, found=len(serials))
    count = len(serials) if serials is not None else 1 if said is None else said
    if not 1 <= count <= MOST:
        raise CountWrong(pointer="/count", count=count, most=MOST)
    return count


def _from_catalogue(asked: Asked, by: Actor, on: Runtime) -> Asked:
    """The texts and the expiry that the register knows, where none were given. Raises NoSuchProduct, NoSuchLot."""
    from app.catalogue import find as catalogue

    with on.store.reading() as connection:
        product = catalogue.own_product(connection, by.party, asked.gtin)
        lot = catalogue.lot(connection, by.party, product.gtin, asked.lot) if asked.lot else None
    day = date.fromisoformat(lot.expires_on) if lot is not None and lot.expires_on else None
    return replace(
        asked,
        product=asked.product or product.name,
        brand=asked.brand or product.brand or "",
        producer=asked.producer or by.party_name,
        net_content=asked.net_content or product.net_content or "",
        expiry=asked.expiry or day,
    )


def _with_stem(asked: Asked, said: str | None, settings: Settings, tell: Tell) -> Asked:
    stem = said or (settings.public_url() if settings.base_url else "")
    if not stem and asked.carrier in _LINKS:
        tell("label.cli_stem", stem=CANONICAL_STEM)
    return replace(asked, stem=stem.rstrip("/"))


def _prefix(asked: Asked, said: Mapping[str, Any], settings: Settings, tell: Tell) -> str | None:
    """Company prefix of fresh SSCCs; None where the register knows the organisation's."""
    if asked.carrier is not Carrier.SSCC or said["sscc"]:
        return None
    if said["company_prefix"] or asked.party:
        return said["company_prefix"] or None
    prefix, origin = giving.company_prefix(asked.gtin, known(settings.prefix_list))
    if origin == "block":
        tell("label.cli_block", prefix=prefix)
    return prefix


def _remark(wish: Wanted, tell: Tell) -> None:
    """What somebody may expect of these labels and not find."""
    asked = wish.asked
    label = asked.labels(wish.sample(), 0, 1)[0]
    held = dict(carried(asked.carrier, label.pairs))
    left = [ai for ai, _ in label.pairs if ai not in held and not (ai == "01" and "02" in held)]
    if left:
        tell("label.cli_not_in_symbol", carrier=asked.carrier.value, ais=" ".join(f"({ai})" for ai in left))
    if asked.serialised and not asked.party:
        tell("label.cli_loose")


def _on_paper(wish: Wanted, sheet: str | None) -> Wanted:
    """The request on the paper that was named, else on the first that takes a label well, or at all. Raises what drawing refuses."""
    if sheet:
        layout(sheet)
        return replace(wish, remarks=_try(wish))
    asked = wish.asked
    choice = _LOGISTIC if asked.carrier is Carrier.SSCC else _SHEETS if asked.form == "pdf" else _ROLLS
    first: Refusal | None = None
    poor: Wanted | None = None
    for name in choice:
        found = replace(wish, asked=replace(asked, sheet=name))
        try:
            found = replace(found, remarks=_try(found))
        except (SymbolTooWide, TextTooLong, ResolutionTooCoarse) as refusal:
            first = first or refusal
            continue
        if not any(remark.code in _POOR for remark in found.remarks):
            return found
        poor = poor or found
    if poor is None and first is not None:
        raise first
    return poor or replace(wish, asked=replace(asked, sheet=next(iter(LAYOUTS))))


def _try(wish: Wanted) -> tuple[Finding, ...]:
    """Draw a label into the air; returns what is otherwise on it than wished."""
    asked = replace(wish.asked, count=1)
    labels = asked.labels(wish.sample(), 0, 1)
    if asked.form == "csv":
        symbols(asked.carrier, labels[0].pairs, asked.stem)
        return ()
    return printing.draw(asked.form, labels, asked.layout(), asked.printer()).remarks
