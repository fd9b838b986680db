"""What can be wrong with an identifier; every refusal names the 0-based position of the first wrong character where there is one."""

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


class IllegalInUri(Invalid):
    """A character that no URI may carry, or an escape that stands for a control character."""

    code = "identify.illegal-in-uri"  # params: found, position


class NoKeyInUri(Invalid):
    """No pair of path segments is a GS1 key and its value."""

    code = "identify.no-key-in-uri"  # params: position


class WrongPath(Invalid):
    """The qualifiers of a Digital Link path are not permitted for its key, or stand in another order."""

    code = "identify.wrong-path"  # params: key, sequence, position


class WrongQuery(Invalid):
    """An application identifier stands in the query that may not stand there."""

    code = "identify.wrong-query"  # params: ai, position


class Repeated(Invalid):
    """One application identifier is given twice with different values, or twice in one URI."""

    code = "identify.repeated"  # params: ai, position


class NotAnEpcUrn(Invalid):
    """The text is not an EPC URN of a scheme that has a GS1 key, or its parts do not fit the scheme."""

    code = "identify.not-an-epc-urn"  # params: position
