"""An explanation in words and as JSON; the translator is handed in, because words are above every slice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Protocol

from app.identify import dictionary, typed
from app.identify.explain import Explanation
from app.identify.issuing import Issuer, Language, Use
from app.identify.typed import Kind, Typed


class Translate(Protocol):
    """What gives the words of a key."""

    language: Any

    def __call__(self, key: str, /, **params: Any) -> str:
        """The sentence of a key with its parameters."""

    def has(self, key: str) -> bool:
        """Whether the key has words."""


_CARRIERS = {
    "GS1_128_CCA": "GS1-128", "DM": "Data Matrix", "QR": "QR Code", "DataBarExpanded": "GS1 DataBar", "DotCode": "DotCode",
    "EAN13": "EAN-13", "EAN8": "EAN-8", "ITF14": "ITF-14",
}  # fmt: skip
_SYMBOLS = {
    "KGM": "kg", "MTR": "m", "MTK": "m²", "LTR": "l", "MTQ": "m³", "28": "kg/m²", "LBR": "lb", "INH": "in", "FOT": "ft", "YRD": "yd",
    "INK": "in²", "FTK": "ft²", "YDK": "yd²", "APZ": "oz t", "ONZ": "oz", "QT": "qt (US)", "GLL": "gal (US)", "INQ": "in³", "FTQ": "ft³",
    "YDQ": "yd³", "NIU": "IU", "CEL": "°C", "FAH": "°F",
}  # fmt: skip
"""What is printed for a unit, in every language."""

_SEPARATORS = {"vi": (".", ","), "en": (",", "."), "fr": ("\u202f", ",")}
_MEASURED = {
    "NET WEIGHT": "net_weight",
    "GROSS WEIGHT": "gross_weight",
    "LENGTH": "length",
    "WIDTH": "width",
    "HEIGHT": "height",
    "AREA": "area",
    "NET VOLUME": "net_volume",
    "VOLUME": "volume",
    "KG PER m²": "kg_per_m2",
}
_LOGISTIC = ", log"
_NO_PREFIX_WORDS = frozenset((Use.MEMBER, Use.GLOBAL_OFFICE, Use.FUTURE))
"""Uses where the organisation says all that there is to say."""


def meaning(ai: str, t: Translate) -> str:
    """What an AI is for, in the reader's language."""
    for key in (ai, ai[:3], "91" if ai[0] == "9" and ai != "90" else ai):
        if t.has(f"identify.ai_{key}"):
            return t(f"identify.ai_{key}")
    entry = dictionary.entry(ai)
    if entry is None:
        return t("identify.unknown_ai")
    title = entry.title.removesuffix(_LOGISTIC)
    quantity = _MEASURED.get(title.partition(" (")[0])
    if quantity is None:
        return entry.title
    words = t(f"identify.measure_{quantity}")
    return t("identify.logistic", quantity=words) if title != entry.title else words


def names(found: Explanation, t: Translate) -> str:
    """What is named: a kind of product, a batch, one item, a place."""
    return t(f"identify.names_{found.names or ('none' if found.elements else 'text')}")


def written(found: Explanation, t: Translate) -> str:
    """How the text is written."""
    if found.spelling is None and found.carrier is None:
        return ""
    carrier = _CARRIERS.get(found.carrier or "", found.carrier)
    how = "scan" if found.spelling is None else str(found.spelling)
    return t(f"identify.written_{how}", carrier=carrier, domain=found.domain, scheme=found.scheme)


def parts(found: Explanation, t: Translate) -> list[tuple[str, str]]:
    """The key taken apart, each part with its name; nothing where the length of the company prefix is not known."""
    if found.parts is None:
        return []
    digits = len(found.parts.prefix)
    return [(t(f"identify.part_{name}", digits=digits), text) for name, text in asdict(found.parts).items() if text]


def issued(found: Explanation, t: Translate) -> list[str]:
    """Who issued the number, and that this is not the origin of the goods."""
    issuer = found.issuer
    if issuer is None:
        return [t("identify.issued_unknown")]
    told = [_by_whom(issuer, t)] if issuer.organisation else []
    if issuer.use not in _NO_PREFIX_WORDS or not issuer.organisation:
        told.append(t("identify.issued_special", prefix=issuer.prefix, purpose=issuer.purpose.say(_language(t))))
    return [*told, t("identify.issued_not_origin")]


def flags(found: Explanation, t: Translate) -> list[str]:
    """What is to be watched: numbers of demonstrations, numbers inside a company, numbers of nobody."""
    told = []
    if found.short_gtin:
        told.append(t("identify.flag_short_gtin"))
    if found.demonstration:
        told.append(t("identify.flag_demonstration"))
    if found.restricted:
        told.append(t("identify.flag_restricted"))
    if found.issuer is not None and found.issuer.use is Use.UNASSIGNED:
        told.append(t("identify.flag_unassigned", prefix=found.issuer.prefix))
    return told


def as_json(found: Explanation, t: Translate) -> dict[str, Any]:
    """The explanation for programs: what a line of the stream has, and what it means."""
    issuer = found.issuer
    return plain_json(found) | {
        "text": found.text,
        "spelling": None if found.spelling is None else str(found.spelling),
        "carrier": found.carrier,
        "kind": None if found.identified is None else found.identified.kind,
        "names": found.names,
        "canonical": None if found.identified is None else found.identified.canonical,
        "epc_urn": found.epc_urn,
        "foreign": found.foreign,
        "elements": [
            {
                "ai": each.ai, "title": each.title, "value": each.value, "meaning": meaning(each.ai, t), "words": value(each.typed, t),
                "typed": typed.as_json(each.typed),
            }
            for each in found.elements
        ],
        "issuer": None if issuer is None else {
            "prefix": issuer.prefix, "use": str(issuer.use), "organisation": issuer.organisation or None,
            "territories": issuer.territories.split(),
        },
        "issued": " ".join(issued(found, t)),
        "demonstration": found.demonstration,
        "restricted": found.restricted,
        "prefix_length": found.prefix_length,
        "parts": None if found.parts is None else asdict(found.parts),
        "short_gtin": found.short_gtin,
    }  # fmt: skip


def plain_json(found: Explanation) -> dict[str, Any]:
    """What a line of the stream has."""
    answer = found.answer
    return {
        "ok": True,
        "ais": answer.ais,
        "bracketed": answer.bracketed or None,
        "element_string": answer.element_string,
        "dl_uri": answer.dl_uri,
        "error": None,
    }


def value(meant: Typed, t: Translate) -> str:
    """What a value means, in words; nothing where the value says it itself."""
    teller = _TELLERS.get(meant.kind)
    return "" if teller is None else teller(meant, t)


def _language(t: Translate) -> Language:
    language: Language = t.language
    return language


def _by_whom(issuer: Issuer, t: Translate) -> str:
    if issuer.territory is None:
        return t("identify.issued", organisation=issuer.organisation, prefix=issuer.prefix)
    territory = issuer.territory.say(_language(t))
    return t("identify.issued_place", organisation=issuer.organisation, territory=territory, prefix=issuer.prefix)


def _figure(figure: Decimal | int, t: Translate) -> str:
    thousands, point = _SEPARATORS[t.language]
    whole, _, rest = f"{figure:,f}".partition(".") if isinstance(figure, Decimal) else (f"{figure:,}", "", "")
    return whole.replace(",", thousands).replace("-", "\u2212") + (point + rest if rest else "")


def _day(day: dt.date, t: Translate, *, month_only: bool = False) -> str:
    month = t(f"identify.month_{day.month}")
    number = t("identify.first_day") if day.day == 1 else str(day.day)
    key = "date_month" if month_only else "date"
    return t(f"identify.{key}", day=number, month=month, year=day.year)


def _moment(meant: Any, t: Translate) -> str:
    shown = meant.time.strftime("%H:%M:%S" if meant.precision == "second" else "%H:%M")
    return t("identify.moment", date=_day(meant.date, t, month_only=meant.month_only), time=shown)


def _price(meant: Any, t: Translate) -> str:
    figure = _figure(meant.value, t)
    money = f"{figure} {meant.currency or meant.currency_number}".rstrip()
    if not meant.currency_number:
        money = t("identify.price_local", figure=figure)
    return t("identify.price_per_unit", price=money) if meant.per_unit else money


def _countries(meant: Any, t: Translate) -> str:
    told = [each.letters or (t("identify.several_countries") if each.number == "999" else each.number) for each in meant.countries]
    return ", ".join([*told, meant.rest] if meant.rest else told)


def _gtin(meant: Any, t: Translate) -> str:
    told = f"{meant.form} {meant.short}"
    if meant.variable_measure:
        return f"{told}, {t('identify.variable_measure')}"
    return f"{told}, {t('identify.indicator', digit=meant.indicator)}" if meant.indicator else told


def _piece(meant: Any, t: Translate) -> str:
    counted = t("identify.piece", piece=meant.piece, total=meant.total)
    return counted if meant.gtin is None else f"{_gtin(meant.gtin, t)}, {counted}"


def _position(meant: Any, t: Translate) -> str:
    north, east = meant.latitude, meant.longitude
    return (
        f"{_figure(abs(north), t)}° {t('identify.north' if north >= 0 else 'identify.south')}, "
        f"{_figure(abs(east), t)}° {t('identify.east' if east >= 0 else 'identify.west')}"
    )


def _roll(meant: Any, t: Translate) -> str:
    splices = t("identify.splices_unknown") if meant.splices is None else meant.splices
    winding = t(f"identify.winding_{meant.winding}")
    figures = {name: _figure(getattr(meant, name), t) for name in ("width", "length", "core")}
    return t("identify.roll", winding=winding, splices=splices, **figures)


_TELLERS: dict[Kind, Callable[[Any, Translate], str]] = {
    Kind.COUNT: lambda meant, t: _figure(meant.value, t),
    Kind.COUNTRIES: _countries,
    Kind.DATE: lambda meant, t: _day(meant.value, t, month_only=meant.month_only),
    Kind.GTIN: _gtin,
    Kind.KEY: lambda meant, t: t("identify.serial", serial=meant.serial) if meant.serial else "",
    Kind.MEASURE: lambda meant, t: f"{_figure(meant.value, t)}\u00a0{_SYMBOLS.get(meant.unit, meant.unit)}",
    Kind.MOMENT: _moment,
    Kind.PERCENTAGE: lambda meant, t: f"{_figure(meant.value, t)}\u00a0%",
    Kind.PERIOD: lambda meant, t: t("identify.period", start=_day(meant.start, t), end=_day(meant.end, t)),
    Kind.PIECE: _piece,
    Kind.POSITION: _position,
    Kind.PRICE: _price,
    Kind.ROLL: _roll,
    Kind.SSCC: lambda meant, t: t("identify.extension", digit=meant.extension),
    Kind.TEMPERATURE: lambda meant, t: f"{_figure(meant.value, t)}\u00a0{_SYMBOLS[meant.unit]}",
    Kind.TEXT: lambda meant, _: meant.value if meant.value != meant.written else "",
    Kind.YES_NO: lambda meant, t: t("identify.yes" if meant.value else "identify.no"),
}
"""IBAN says itself."""
