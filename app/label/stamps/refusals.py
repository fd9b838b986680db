"""What makes serial numbers, SSCCs and moves of stamps be refused, each before anything is done."""

from __future__ import annotations

from app.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable


class CountWrong(Invalid):
    """A job asks for no labels, or for more than one job makes."""

    code = "label.count"  # params: count, most


class ReasonMissing(Invalid):
    """Serial numbers are voided for a reason that people can read later."""

    code = "label.reason-missing"


class NothingToVoid(NotFound):
    """None of these serial numbers is in use."""

    code = "label.nothing-to-void"  # params: gtin, count


class NumbersDiffer(Invalid):
    """A list of serial numbers has another length than the job has labels, or is not the list the job was begun with."""

    code = "label.numbers-differ"  # params: count, found


class NumberTwice(Invalid):
    """A serial number stands twice in the same list."""

    code = "label.number-twice"  # params: serial, first, second (places from 1)


class NumberUsed(Conflict):
    """Serial numbers of a list were given out before; none of the list is taken."""

    code = "label.number-used"  # params: serials (some of them), count (how many)


class RangeRefused(Invalid):
    """A range of serial numbers that somebody could guess from, or of an unknown scheme."""

    code = "label.range-unsafe"  # params: most, limit, length


class RangeSchemeUnknown(Invalid):
    """A range is random or permuted."""

    code = "label.range-scheme"  # params: scheme


class NoSuchRange(NotFound):
    """The organisation has no such range of this product."""

    code = "label.no-such-range"  # params: range


class RangeClosed(Conflict):
    """Nothing is given from a range that was closed."""

    code = "label.range-closed"  # params: range


class RangeExhausted(Conflict):
    """A range has fewer serial numbers left than were asked for; none is taken."""

    code = "label.range-exhausted"  # params: asked, left


class RangeKeyMissing(Unavailable):
    """The secret of a permuted range is not on this machine: without it the same numbers could be given twice."""

    code = "label.range-key-missing"  # params: name


class StillDrawing(Conflict):
    """The serial numbers of a job are not all drawn yet."""

    code = "label.still-drawing"  # params: drawn, count


class NoSuchPosition(NotFound):
    """The job has no stamps at these positions."""

    code = "label.no-such-position"  # params: first, last, count


class StepUnknown(Invalid):
    """Stamps are printed, assigned, activated, sold or void."""

    code = "label.step-unknown"  # params: state


class CauseUnknown(Invalid):
    """Stamps are void because they were spoiled, lost, stolen, or for another reason that is told."""

    code = "label.cause-unknown"  # params: cause


class LotMissing(Invalid):
    """Stamps are assigned to a batch that is named."""

    code = "label.lot-missing"


class StampsNotReady(Conflict):
    """Some of the stamps are in a state from which this step is not possible; none is moved. Its findings name the positions."""

    code = "label.stamps-not-ready"  # params: stamps, positions


class NothingToMove(Conflict):
    """All of these stamps are void, or there already."""

    code = "label.nothing-to-move"


class MoveTooLarge(TooLarge):
    """More stamps than are moved at once."""

    code = "label.move-too-large"  # params: count, limit


class NotSerialised(Conflict):
    """The labels of a job have no serial numbers, so no stamp of it has a life of its own."""

    code = "label.not-serialised"


class CodeOfNoStamp(Invalid):
    """A code that was scanned names no single stamp: it lacks a product or a serial number."""

    code = "label.code-of-no-stamp"  # params: code


class UnknownStamps(NotFound):
    """Serial numbers that this organisation has not given out for this product; nothing is moved."""

    code = "label.unknown-stamps"  # params: serials (some of them), count


class NoSuchStampChange(NotFound):
    """The organisation has recorded no such change of stamps."""

    code = "label.no-such-change"  # params: change


class AlreadyUndone(Conflict):
    """A change that was taken back is not taken back again."""

    code = "label.already-undone"


class RecordedForGood(Conflict):
    """What an event in the log says is not taken back here: a correcting event is recorded."""

    code = "label.recorded-for-good"


class StampsMovedOn(Conflict):
    """Some of the stamps moved on after this change: the later change is undone first."""

    code = "label.changed-since"  # params: stamps


class PrefixUnclear(Invalid):
    """The organisation has no company prefix, or several and none was named."""

    code = "label.prefix-unclear"  # params: known


class PrefixNotYours(Invalid):
    """The company prefix is not one of the organisation's, or is no company prefix."""

    code = "label.prefix-not-yours"  # params: prefix, known


class ExtensionWrong(Invalid):
    """The extension digit of an SSCC is one of 0 to 9."""

    code = "label.extension-wrong"  # params: extension


class SsccExhausted(Conflict):
    """A prefix and extension digit have fewer SSCCs left than were asked for; none is taken."""

    code = "label.sscc-exhausted"  # params: prefix, extension, left, asked, free


class CounterHeld(Conflict):
    """A backup was restored: SSCCs may have been given out after it was made, and the operator says where to go on."""

    code = "label.counter-held"  # params: prefix, extension, next


class CounterBehind(Conflict):
    """A counter of SSCCs goes forward only, and not beyond what its prefix has."""

    code = "label.counter-behind"  # params: prefix, extension, lowest, highest, asked


class NoSuchSscc(NotFound):
    """The organisation has given out no such SSCC, or it is void already."""

    code = "label.no-such-sscc"  # params: sscc
