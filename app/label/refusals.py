"""What makes a label be refused before it is printed."""

from __future__ import annotations

from app.errors import Invalid, Refusal, TooLarge


class SerialRange(Invalid):
    """More or shorter random serials were asked for than can be given safely."""

    code = "label.serial-range"  # params: count, length, lowest, highest


class TextMissing(Invalid):
    """A text that must stand on the label is empty."""

    code = "label.text-missing"  # pointer names the text


class TextTooLong(Invalid):
    """A text does not fit its place on the label, even at the smallest size that people can read."""

    code = "label.text-too-long"  # pointer names the text; params: layout, fits


class LetterMissing(Invalid):
    """A text has a character that the label font cannot draw."""

    code = "label.letter-missing"  # pointer names the text; params: letter (with its code point)


class ExpiryWrong(Invalid):
    """The expiry is not a calendar day that a label can carry."""

    code = "label.expiry-wrong"  # params: expiry


class LinkDiffers(Invalid):
    """The Digital Link says something else than the label that carries it."""

    code = "label.link-differs"  # params: ai, found, expected


class LinkUnprintable(Invalid):
    """The Digital Link is too long, or holds raw characters that only some phones would open."""

    code = "label.link-unprintable"  # params: length, limit


class NoEan13(Invalid):
    """The GTIN has no EAN-13: it belongs to a carton or to an EAN-8."""

    code = "label.no-ean13"  # params: gtin, fits (carriers)


class NoEan8(Invalid):
    """The GTIN has no EAN-8: only a GTIN-8 has."""

    code = "label.no-ean8"  # params: gtin, fits (carriers)


class CarrierUnknown(Invalid):
    """No carrier of that name is known."""

    code = "label.carrier-unknown"  # params: carrier, known


class CarrierNeedsKey(Invalid):
    """The data lack the key that the carrier exists for: (01) for the bars of trade items, (00) for a logistic unit."""

    code = "label.carrier-needs-key"  # params: carrier, ai


class Gs1128TooLong(Invalid):
    """More characters than a GS1-128 may hold."""

    code = "label.gs1-128-too-long"  # params: length, limit, fits (AIs that one symbol holds)


class MatrixTooLong(Invalid):
    """More data than the largest square that stands on a label."""

    code = "label.matrix-too-long"  # params: symbol, length, modules (the largest side)


class SymbolTooWide(Invalid):
    """A symbol with its quiet zone is larger than its place on the label, at the smallest module allowed."""

    code = "label.symbol-too-wide"  # params: symbol, layout, needed, available (mm), fits (names of layouts)


class ResolutionUnknown(Invalid):
    """Labels are drawn for print heads of 203, 300 or 600 dots per inch."""

    code = "label.resolution-unknown"  # params: dpi


class LayoutUnknown(Invalid):
    """No sheet or roll of that name is known."""

    code = "label.layout-unknown"  # params: layout, known


class OffsetTooFar(Invalid):
    """The calibration offset would push labels off their paper."""

    code = "label.offset-too-far"  # params: dx, dy, limit (mm)


class NothingToPrint(Invalid):
    """A job without labels."""

    code = "label.nothing-to-print"


class TooManyLabels(TooLarge):
    """More labels in one file than one file may hold."""

    code = "label.too-many"  # params: count, limit


class NotReadable(Refusal):
    """A symbol that was drawn did not read back as what it must say; nothing of the job is released."""

    status = 500
    epcis = "ImplementationException"
    code = "label.not-readable"  # params: symbol, expected, found


class DrawnWrong(Refusal):
    """A picture does not show a symbol as it was meant: a module is not even, or something stands in its quiet zone."""

    status = 500
    epcis = "ImplementationException"
    code = "label.drawn-wrong"  # params: symbol, expected, part (modules, bearer-bars, quiet-zone)
