"""What can be wrong with an identifier.

Every refusal of a text names the 0-based `position` of the first wrong character, the `length` of what is wrong (0 where something is
missing) and, where one is concerned, the `ai`.
"""

from __future__ import annotations

from app.errors import Invalid


class WrongCheckDigit(Invalid):
    """The last digit of a key is not the modulo-10 digit of the others."""

    code = "identify.wrong-check-digit"  # params: key, expected, found, position


class WrongLength(Invalid):
    """A key of fixed length has too few or too many characters."""

    code = "identify.wrong-length"  # params: key, expected, found, position


class NotDigits(Invalid):
    """A character other than 0-9 stands where a digit belongs."""

    code = "identify.not-digits"  # params: key, found, position


class NotADigitalLink(Invalid):
    """The text is not an http or https URI with a domain and a path."""

    code = "identify.not-a-digital-link"  # params: position


class DotsAlone(Invalid):
    """A lot or serial number of one or two dots: as a segment of a path every client takes it away, and its link leads elsewhere."""

    code = "identify.dots-alone"  # params: given, position


class IllegalInUri(Invalid):
    """A character that no URI may carry, or an escape that stands for a control character."""

    code = "identify.illegal-in-uri"  # params: found, position


class NoKeyInUri(Invalid):
    """No pair of path segments is a GS1 key and its value."""

    code = "identify.no-key-in-uri"  # params: position


class WrongPath(Invalid):
    """The qualifiers of a Digital Link path are not permitted for its key, or stand in another order."""

    code = "identify.wrong-path"  # params: key, sequence, position


class TooMany(Invalid):
    """More elements, or more characters, than any data carrier holds."""

    code = "identify.too-many"  # params: most, position, length


class WrongQuery(Invalid):
    """An application identifier stands in the query that may not stand there."""

    code = "identify.wrong-query"  # params: ai, position


class Repeated(Invalid):
    """One application identifier is given twice with different values, or twice in one URI."""

    code = "identify.repeated"  # params: ai, position


class NotAnEpcUrn(Invalid):
    """The text is not an EPC URN of a scheme that has a GS1 key, or its parts do not fit the scheme."""

    code = "identify.not-an-epc-urn"  # params: position


class WrongCharacter(Invalid):
    """A character is not of the set that the AI allows."""

    code = "identify.wrong-character"  # params: ai, found, position, length, rule


class WrongCheckPair(Invalid):
    """The two check characters of a model number are not those of the others."""

    code = "identify.wrong-check-pair"  # params: ai, found, position, length, rule


class WrongCompanyPrefix(Invalid):
    """A key does not begin with a GS1 company prefix of at least four digits."""

    code = "identify.wrong-company-prefix"  # params: ai, found, position, length, rule


class WrongDate(Invalid):
    """A date or time of day does not exist."""

    code = "identify.wrong-date"  # params: ai, found, position, length, rule


class NotInList(Invalid):
    """A code is not in the list that the AI refers to: country, currency, package, medium, sex, direction, yes or no."""

    code = "identify.not-in-list"  # params: ai, found, position, length, rule


class WrongFormat(Invalid):
    """A value breaks another rule of its AI; `rule` names it as the GS1 Barcode Syntax Dictionary does."""

    code = "identify.wrong-format"  # params: ai, found, position, length, rule


class UnknownAi(Invalid):
    """No application identifier begins here."""

    code = "identify.unknown-ai"  # params: found, position


class NoElements(Invalid):
    """The element string is empty, or brackets and values do not alternate."""

    code = "identify.no-elements"  # params: position


class MissingAi(Invalid):
    """An AI may only stand together with others, and they are missing."""

    code = "identify.missing-ai"  # params: ai, needed, position


class ExclusiveAis(Invalid):
    """Two AIs may not stand together."""

    code = "identify.exclusive-ais"  # params: ai, other, position


class SerialMissing(Invalid):
    """A digital signature (8030) needs a serialised key, and this key has no serial component."""

    code = "identify.serial-missing"  # params: ai, position


class SymbologyUnknown(Invalid):
    """The symbology identifier is not one of a GS1 data carrier."""

    code = "identify.symbology-unknown"  # params: found, position


class NotRecognised(Invalid):
    """The text is none of the spellings of an identifier that are read here."""

    code = "identify.not-recognised"  # params: position


class NoKey(Invalid):
    """The elements name nothing: none of them is a GS1 key."""

    code = "identify.no-key"  # params: position


class OpenPattern(NotAnEpcUrn):
    """A pattern that leaves more open than the instance: it stands for all numbers of a company, not for one class."""

    code = "identify.open-pattern"  # params: position


class RawBits(NotAnEpcUrn):
    """The bits of a tag as hexadecimal digits, not read in this spelling."""

    code = "identify.raw-bits"  # params: position


class NoEpcUrn(Invalid):
    """The EPC Tag Data Standard has no URN for these AIs, or not one of the kind that was asked for."""

    code = "identify.no-epc-urn"  # params: path, kind, position


class WrongPrefixLength(Invalid):
    """A key, or an EPC scheme, cannot have a company prefix of so many digits; found is 0 where none was given."""

    code = "identify.wrong-prefix-length"  # params: key, least, most, found, position


class NotCompressed(Invalid):
    """No segment of the URI is a compressed Digital Link (the method of GS1 Digital Link 1.1 and 1.2), or its bits break off."""

    code = "identify.not-compressed"  # params: position


class NotCompressible(Invalid):
    """The Digital Link would not come back from the compressed form as it is."""

    code = "identify.not-compressible"  # params: ai, position
