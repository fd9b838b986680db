"""What makes a batch of logistic units or its labels be refused, with what would fit."""

from __future__ import annotations

from app.errors import Conflict, Invalid, NotFound, TooLarge


class NoSuchUnits(NotFound):
    """The organisation has given out no such batch of SSCCs."""

    code = "units.no-such-batch"


class UnitVoid(Conflict):
    """A label of an SSCC that was voided is not printed again."""

    code = "units.void"  # params: sscc, reason


class UnitsSpanWrong(Invalid):
    """The units asked for are not places of the batch."""

    code = "units.span"  # params: first, last, count


class TooManyUnits(TooLarge):
    """More units than one file holds."""

    code = "units.too-many"  # params: count, limit, first, last (a part that would be made)


class ShipToLines(Invalid):
    """The destination has more lines than an address has, or longer ones."""

    code = "units.ship-to-lines"  # params: lines, letters


class ShipToTooLong(Invalid):
    """The destination has no room on the paper; it is never left out."""

    code = "units.ship-to"  # params: fits, papers


class SenderTooLong(Invalid):
    """Name and address of the organisation have no room on the paper."""

    code = "units.sender"  # params: fits, papers


class GoodsTooLong(Invalid):
    """The name of the goods has no room on the paper."""

    code = "units.goods"  # params: fits, papers


class LotTooLong(Invalid):
    """Batch number, count or expiry have no room in letters of 7 mm, which people read from afar."""

    code = "units.lot"  # params: fits, papers


class QuantityAlone(Invalid):
    """A number of trade items, a lot or an expiry says nothing without the product."""

    code = "units.quantity-alone"


class QuantityWrong(Invalid):
    """A unit holds no such number of trade items."""

    code = "units.quantity"  # params: quantity, most
