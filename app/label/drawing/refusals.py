"""What makes a drawing be refused."""

from __future__ import annotations

from app.errors import Invalid, TooLarge
from app.label.refusals import SymbolTooWide


class ResolutionTooCoarse(Invalid):
    """Whole dots of the print head are all outside the module widths that the standard permits for a symbol."""

    code = "label.resolution-too-coarse"  # params: dpi, symbol, least, most (mm), fits (resolutions)


class SymbolTooHigh(SymbolTooWide):
    """Bars at the height that the standard asks for, with what stands below them, are higher than the label."""

    code = "label.symbol-too-high"  # params: symbol, layout, x, needed, available (mm), fits


class LogoUnreadable(Invalid):
    """The logo is not a PNG or JPEG picture that can be opened."""

    code = "label.logo-unreadable"  # params: known


class LogoTooLarge(TooLarge):
    """The logo has more bytes or picture elements than a label needs."""

    code = "label.logo-too-large"  # params: limit, pixels


class PlaceUnknown(Invalid):
    """The sheet has no place of that number to begin at."""

    code = "label.place-unknown"  # params: place, last


class WishesWrong(Invalid):
    """The stored wishes of a label design are not readable."""

    code = "label.wishes-wrong"  # params: field
